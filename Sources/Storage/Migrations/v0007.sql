-- Version 7. What several nodes share: pictures and recordings of the portal, and the walks of its "Try it".

-- An upload under way; gone once its evidence is kept. What nobody has touched for an hour was broken off.
CREATE TABLE evidence_upload (
    name TEXT PRIMARY KEY,
    touched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The bytes of evidence that lies in no folder, in pieces counted from 0. The embedded store keeps them as files.
CREATE TABLE evidence_piece (
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (name, number)
) STRICT;

-- A walk with its tokens, sealed under the server's key, for as long as they live.
CREATE TABLE try_run (
    id TEXT PRIMARY KEY,
    application INTEGER NOT NULL REFERENCES application (number),
    sealed BLOB NOT NULL,
    is_over INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX try_run_by_end ON try_run (ends_at);

-- The last version of a resource that was removed, so that one that comes again goes on with its versions.
ALTER TABLE resource_place ADD COLUMN removed_version INTEGER;
