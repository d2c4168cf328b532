-- Version 7. What several nodes share: pictures and recordings of the portal, and the walks of its "Try it".

-- An upload under way; gone once its evidence is kept. What nobody has touched for an hour was broken off.
CREATE TABLE evidence_upload (
    name text COLLATE "C" PRIMARY KEY,
    touched_at bigint NOT NULL
);

-- The bytes of evidence that lies in no folder, in pieces counted from 0.
CREATE TABLE evidence_piece (
    name text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (name, number)
);

-- Pictures and recordings are compressed as they are.
ALTER TABLE evidence_piece ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- A walk with its tokens, sealed under the server's key, for as long as they live.
CREATE TABLE try_run (
    id text COLLATE "C" PRIMARY KEY,
    application bigint NOT NULL REFERENCES application (number),
    sealed bytea NOT NULL,
    is_over bigint NOT NULL,
    ends_at bigint NOT NULL
);

CREATE INDEX try_run_by_end ON try_run (ends_at);

-- The last version of a resource that was removed, so that one that comes again goes on with its versions.
ALTER TABLE resource_place ADD COLUMN removed_version bigint;
