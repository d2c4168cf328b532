-- Version 2. A search reads the resources of one member themselves, so nothing is kept beside them; a shelf's version tells whether what
-- was read of it is still current.
ALTER TABLE resource DROP COLUMN terms;
ALTER TABLE resource_count ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
DELETE FROM store_fact WHERE name = 'search table';

-- Where in the plan a resource stands, by a number made of its type and id: one stands in one compartment only, also when a correction
-- moves it. Narrower than an index over the ids themselves, which every import had to pay for.
DROP INDEX resource_by_id;
CREATE TABLE resource_place (
    plan INTEGER NOT NULL,
    key INTEGER NOT NULL,
    member INTEGER NOT NULL,
    PRIMARY KEY (plan, key)
) STRICT, WITHOUT ROWID;
INSERT INTO resource_place (plan, key, member) SELECT plan, resource_key(type, id), member FROM resource WHERE true ON CONFLICT DO NOTHING;

-- Grows with every change of clinical data.
CREATE TABLE clinical_change (
    number INTEGER NOT NULL
) STRICT;
INSERT INTO clinical_change (number) VALUES (1);
