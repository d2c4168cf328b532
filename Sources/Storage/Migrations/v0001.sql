-- Version 1. Times are milliseconds since 1970 in UTC. Hashes are SHA-256. Nothing secret is kept in the clear.

CREATE TABLE plan (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;

-- A member is at once a line of the roster and the number of a compartment. A record may arrive before its roster line, and the other way round.
CREATE TABLE member (
    number INTEGER PRIMARY KEY,
    plan INTEGER NOT NULL REFERENCES plan (number),
    patient_id TEXT,
    member_id TEXT,
    member_id_folded TEXT,
    first_name TEXT NOT NULL DEFAULT '',
    last_name TEXT NOT NULL DEFAULT '',
    birth_date TEXT NOT NULL DEFAULT '',
    postal_code TEXT NOT NULL DEFAULT '',
    email TEXT,
    coverage_start TEXT,
    coverage_end TEXT,
    CHECK (patient_id IS NOT NULL OR member_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX member_by_patient ON member (plan, patient_id) WHERE patient_id IS NOT NULL;
CREATE UNIQUE INDEX member_by_member_id ON member (plan, member_id) WHERE member_id IS NOT NULL;
CREATE INDEX member_by_folded ON member (plan, member_id_folded) WHERE member_id_folded IS NOT NULL;

-- Clinical data. member 0 is the plan's shared compartment. digest: of the bytes as they arrived, so that a rerun changes nothing.
CREATE TABLE resource (
    plan INTEGER NOT NULL,
    member INTEGER NOT NULL,
    type INTEGER NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    digest BLOB NOT NULL,
    terms BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX resource_by_key ON resource (plan, member, type, id);
-- One resource stands in one compartment only, also when a correction moves it.
CREATE UNIQUE INDEX resource_by_id ON resource (plan, type, id);

-- How many of a type a compartment holds, kept by the import, so that a total costs nothing.
CREATE TABLE resource_count (
    plan INTEGER NOT NULL,
    member INTEGER NOT NULL,
    type INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (plan, member, type)
) STRICT, WITHOUT ROWID;

CREATE TABLE app (
    number INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    organization TEXT,
    kind TEXT NOT NULL CHECK (kind IN ('confidential', 'public')),
    scope TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE app_redirect_uri (
    app INTEGER NOT NULL REFERENCES app (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    uri TEXT NOT NULL,
    PRIMARY KEY (app, position),
    UNIQUE (app, uri)
) STRICT;

CREATE TABLE app_secret (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    app INTEGER NOT NULL REFERENCES app (number) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;

-- The plans an app's credentials have been synced to.
CREATE TABLE app_plan (
    plan INTEGER NOT NULL REFERENCES plan (number),
    app INTEGER NOT NULL REFERENCES app (number) ON DELETE CASCADE,
    synced_at INTEGER NOT NULL,
    PRIMARY KEY (plan, app)
) STRICT;

CREATE TABLE member_account (
    plan INTEGER NOT NULL REFERENCES plan (number),
    email TEXT NOT NULL,
    member INTEGER NOT NULL REFERENCES member (number),
    proven_at INTEGER NOT NULL,
    PRIMARY KEY (plan, email)
) STRICT;
CREATE INDEX member_account_by_member ON member_account (plan, member);

CREATE TABLE "authorization" (
    id TEXT NOT NULL PRIMARY KEY,
    plan INTEGER NOT NULL REFERENCES plan (number),
    revision INTEGER NOT NULL,
    app INTEGER NOT NULL REFERENCES app (number),
    client_id TEXT NOT NULL,
    browser BLOB NOT NULL CHECK (length(browser) = 32),
    redirect_uri TEXT NOT NULL,
    redirect_uri_was_sent INTEGER NOT NULL,
    state TEXT,
    scope TEXT NOT NULL,
    challenge TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    language TEXT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('started', 'matched', 'codeSent', 'verified', 'finished')),
    member INTEGER REFERENCES member (number),
    is_identified INTEGER NOT NULL DEFAULT 0,
    email TEXT,
    code_mac BLOB,
    code_sent_at INTEGER,
    code_expires_at INTEGER,
    code_tries_left INTEGER
) STRICT;
CREATE INDEX authorization_by_expiry ON "authorization" (expires_at);

CREATE TABLE access_grant (
    number INTEGER PRIMARY KEY,
    plan INTEGER NOT NULL REFERENCES plan (number),
    member INTEGER NOT NULL REFERENCES member (number),
    app INTEGER NOT NULL REFERENCES app (number),
    scope TEXT NOT NULL,
    decider TEXT NOT NULL CHECK (decider IN ('member', 'representative')),
    representative_name TEXT,
    relationship TEXT,
    language TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    CHECK ((decider = 'representative') = (representative_name IS NOT NULL AND relationship IS NOT NULL))
) STRICT;
CREATE INDEX access_grant_by_member ON access_grant (plan, member);

CREATE TABLE authorization_code (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    "grant" INTEGER NOT NULL REFERENCES access_grant (number),
    redirect_uri TEXT NOT NULL,
    redirect_uri_was_sent INTEGER NOT NULL,
    challenge TEXT,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;

CREATE TABLE access_token (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    "grant" INTEGER NOT NULL REFERENCES access_grant (number),
    scope TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX access_token_by_expiry ON access_token (expires_at);

CREATE INDEX authorization_code_by_expiry ON authorization_code (expires_at);

CREATE TABLE refresh_token (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    "grant" INTEGER NOT NULL REFERENCES access_grant (number),
    scope TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;

CREATE INDEX refresh_token_by_expiry ON refresh_token (expires_at);
CREATE INDEX refresh_token_by_grant ON refresh_token ("grant");

CREATE TABLE attempt (
    plan INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX attempt_by_subject ON attempt (plan, kind, subject, at);

CREATE TABLE outbox (
    number INTEGER PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    leased_until INTEGER,
    delivered_at INTEGER,
    given_up_at INTEGER,
    last_problem TEXT
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE delivered_at IS NULL AND given_up_at IS NULL;
CREATE INDEX outbox_by_recipient ON outbox (recipient, number);

-- Facts about the store itself, such as the fingerprint of the search table its index was made from.
CREATE TABLE store_fact (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
