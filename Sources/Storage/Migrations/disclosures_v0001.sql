-- The log of disclosures, a file of its own so that an import never holds up an answer. It only grows.
CREATE TABLE disclosure (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    plan INTEGER NOT NULL,
    member INTEGER NOT NULL,
    "grant" INTEGER NOT NULL,
    app INTEGER NOT NULL,
    interaction INTEGER NOT NULL,
    type INTEGER NOT NULL,
    target TEXT NOT NULL,
    resources INTEGER NOT NULL
) STRICT;
CREATE INDEX disclosure_by_member ON disclosure (plan, member, number);

-- One for each commit: SHA-256 over the one before and the entries since, so that a change of any of them shows.
CREATE TABLE seal (
    last INTEGER PRIMARY KEY,
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;
