-- Version 6. A counted attempt has a name that both engines know.
ALTER TABLE attempt RENAME TO attempt_before;
CREATE TABLE attempt (
    number INTEGER PRIMARY KEY,
    plan INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
INSERT INTO attempt (plan, kind, subject, at) SELECT plan, kind, subject, at FROM attempt_before ORDER BY at;
DROP TABLE attempt_before;
CREATE INDEX attempt_by_subject ON attempt (plan, kind, subject, at);
