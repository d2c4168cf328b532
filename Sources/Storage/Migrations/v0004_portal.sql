-- Version 4. What a developer sees of their own app: its requests, its test members, its logo; and what an account and an approved app may
-- still change.

-- The requests of an app to a plan of the sandbox, for seven days: no record, no token, nothing that was sent.
CREATE TABLE request_entry (
    number INTEGER PRIMARY KEY,
    app INTEGER NOT NULL REFERENCES app (number),
    plan INTEGER NOT NULL REFERENCES plan (number),
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('authorize', 'token', 'revoke', 'introspect', 'fhir')),
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    status INTEGER NOT NULL,
    microseconds INTEGER NOT NULL,
    error TEXT,
    explanation TEXT,
    -- Sent by the portal's own "Try it", not by the app.
    is_tried INTEGER NOT NULL
) STRICT;
CREATE INDEX request_entry_by_app ON request_entry (app, number);
CREATE INDEX request_entry_by_id ON request_entry (app, id);
CREATE INDEX request_entry_by_time ON request_entry (at);

-- How many requests of an app were too many to be noted, by the hour.
CREATE TABLE request_dropped (
    app INTEGER NOT NULL REFERENCES app (number),
    hour INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (app, hour)
) STRICT, WITHOUT ROWID;

-- A secret that "Try it" lends itself for a minute; no developer ever sees it.
ALTER TABLE app_secret ADD COLUMN is_lent INTEGER NOT NULL DEFAULT 0;

-- Permissions that came of "Try it", which are no sign that the app itself works.
CREATE TABLE tried_grant (
    "grant" INTEGER PRIMARY KEY REFERENCES access_grant (number),
    app INTEGER NOT NULL REFERENCES app (number)
) STRICT;
CREATE INDEX tried_grant_by_app ON tried_grant (app);

-- In whose walk the address was proven last, so that its developer can begin anew without touching another's.
ALTER TABLE member_account ADD COLUMN app INTEGER REFERENCES app (number);

CREATE INDEX access_grant_by_app ON access_grant (app, plan, member);

CREATE TABLE application_logo (
    application INTEGER PRIMARY KEY REFERENCES application (number),
    name TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL CHECK (type IN ('png', 'jpeg', 'webp')),
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

-- Ways in for someone whose authenticator is lost; each works once.
CREATE TABLE recovery_code (
    account INTEGER NOT NULL REFERENCES account (number),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    used_at INTEGER,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

-- Other redirect URIs for an app that was approved: the old ones stay live until a reviewer has agreed.
CREATE TABLE redirect_change (
    number INTEGER PRIMARY KEY,
    application INTEGER NOT NULL REFERENCES application (number),
    revision INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('submitted', 'approved', 'refused', 'withdrawn')),
    -- One a line.
    redirect_uris TEXT NOT NULL,
    reason TEXT NOT NULL,
    submitted_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX redirect_change_open ON redirect_change (application) WHERE state = 'submitted';
CREATE INDEX redirect_change_by_state ON redirect_change (state, submitted_at);

-- A sync that failed is due again by itself.
CREATE INDEX plan_sync_retry ON plan_sync (due_at) WHERE state = 'failed';
