-- Version 5: the receiving payer. What is secret is sealed under the server's key before it comes here.

-- Someone of the plan who looks at members' records: a third role on the plan's side.
CREATE TABLE account_next (
    number INTEGER PRIMARY KEY,
    realm TEXT NOT NULL CHECK (realm IN ('portal', 'review')),
    role TEXT NOT NULL CHECK (role IN ('developer', 'reviewer', 'operator', 'careManager')),
    plan INTEGER REFERENCES plan (number),
    email TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    password TEXT NOT NULL,
    totp_secret BLOB,
    totp_confirmed_at INTEGER,
    totp_last_step INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (realm, email),
    CHECK ((realm = 'portal') = (role = 'developer')),
    CHECK ((role IN ('operator', 'careManager')) = (plan IS NOT NULL))
) STRICT;
INSERT INTO account_next (number, realm, role, plan, email, address, name, password, totp_secret, totp_confirmed_at, totp_last_step, created_at)
SELECT number, realm, role, plan, email, address, name, password, totp_secret, totp_confirmed_at, totp_last_step, created_at FROM account;
DROP TABLE account;
ALTER TABLE account_next RENAME TO account;

CREATE TABLE sending_payer (
    number INTEGER PRIMARY KEY,
    plan INTEGER NOT NULL REFERENCES plan (number),
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    client_id TEXT NOT NULL,
    sealed_secret BLOB,
    scope TEXT NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('open', 'closed')),
    added_at INTEGER NOT NULL,
    checked_at INTEGER,
    check_words TEXT,
    is_healthy INTEGER NOT NULL DEFAULT 1 CHECK (is_healthy IN (0, 1)),
    UNIQUE (plan, address)
) STRICT;

CREATE TABLE payer_wish (
    plan INTEGER NOT NULL,
    member INTEGER NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (plan, member, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE opt_in (
    number INTEGER PRIMARY KEY,
    plan INTEGER NOT NULL,
    member INTEGER NOT NULL,
    payer INTEGER NOT NULL REFERENCES sending_payer (number),
    wording TEXT NOT NULL,
    language TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    withdrawn_at INTEGER
) STRICT;
CREATE INDEX opt_in_by_member ON opt_in (plan, member, payer);

CREATE TABLE transfer (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    plan INTEGER NOT NULL,
    member INTEGER NOT NULL,
    payer INTEGER NOT NULL REFERENCES sending_payer (number),
    opt_in INTEGER NOT NULL REFERENCES opt_in (number),
    state TEXT NOT NULL CHECK (state IN ('authorizing', 'receiving', 'ready', 'differs', 'keeping', 'kept', 'undoing', 'undone', 'discarded',
        'failed', 'cancelled')),
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    arrived_at INTEGER,
    moved_at INTEGER NOT NULL,
    -- What the other plan's answer must match.
    state_hash BLOB NOT NULL UNIQUE CHECK (length(state_hash) = 32),
    redirect_uri TEXT NOT NULL,
    fhir_base TEXT NOT NULL,
    issuer TEXT,
    needs_issuer INTEGER NOT NULL CHECK (needs_issuer IN (0, 1)),
    sealed_verifier BLOB,
    sealed_code BLOB,
    sealed_tokens BLOB,
    patient_id TEXT,
    -- The job.
    due_at INTEGER NOT NULL,
    leased_until INTEGER,
    lease_holder TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    problem_kind TEXT,
    problem_words TEXT,
    requests INTEGER NOT NULL DEFAULT 0,
    retries INTEGER NOT NULL DEFAULT 0,
    report BLOB,
    added INTEGER,
    updated INTEGER,
    unchanged INTEGER,
    disappeared INTEGER,
    CHECK ((problem_kind IS NULL) = (problem_words IS NULL))
) STRICT;
CREATE INDEX transfer_by_member ON transfer (plan, member, number);
CREATE INDEX transfer_due ON transfer (due_at) WHERE state IN ('receiving', 'keeping', 'undoing');
CREATE INDEX transfer_by_state ON transfer (plan, state, number);

CREATE TABLE transfer_leg (
    transfer INTEGER NOT NULL REFERENCES transfer (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'done', 'notShared', 'failed')),
    reason TEXT,
    next TEXT,
    pages INTEGER NOT NULL DEFAULT 0,
    announced INTEGER,
    PRIMARY KEY (transfer, name)
) STRICT, WITHOUT ROWID;

-- What was brought and is not kept yet.
CREATE TABLE staged_resource (
    plan INTEGER NOT NULL,
    member INTEGER NOT NULL,
    transfer INTEGER NOT NULL,
    type INTEGER NOT NULL,
    source_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX staged_resource_by_key ON staged_resource (plan, member, transfer, type, source_id);

CREATE TABLE transfer_issue (
    transfer INTEGER NOT NULL REFERENCES transfer (number) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('quarantined', 'missing')),
    type TEXT NOT NULL,
    source_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    body BLOB,
    PRIMARY KEY (transfer, kind, type, source_id, reason)
) STRICT, WITHOUT ROWID;

-- Originals that were kept, one row for each version that a transfer brought. is_here 0: the payer did not send it again; the row has no bytes.
CREATE TABLE kept_version (
    plan INTEGER NOT NULL,
    member INTEGER NOT NULL,
    payer INTEGER NOT NULL,
    type INTEGER NOT NULL,
    source_id TEXT NOT NULL,
    transfer INTEGER NOT NULL,
    local_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    is_here INTEGER NOT NULL CHECK (is_here IN (0, 1)),
    digest BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX kept_version_by_key ON kept_version (plan, member, payer, type, source_id, transfer);

CREATE TABLE record_session (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    plan INTEGER NOT NULL,
    member INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX record_session_by_age ON record_session (created_at);

CREATE TABLE record_sign_in (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    plan INTEGER NOT NULL,
    member INTEGER,
    code_mac BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    tries_left INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX record_sign_in_by_age ON record_sign_in (expires_at);

CREATE TABLE record_link (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    plan INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX record_link_by_age ON record_link (expires_at);
