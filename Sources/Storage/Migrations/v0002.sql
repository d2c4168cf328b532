-- Version 2. A search reads the resources of one member themselves, so nothing is kept beside them; a shelf's version tells whether what
-- was read of it is still current.
ALTER TABLE resource DROP COLUMN terms;
ALTER TABLE resource_count ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
DELETE FROM store_fact WHERE name = 'search table';

-- Grows with every change of clinical data.
CREATE TABLE clinical_change (
    number INTEGER NOT NULL
) STRICT;
INSERT INTO clinical_change (number) VALUES (1);
