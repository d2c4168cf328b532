-- Version 3. The developer portal: who asks, for which app, who vouches for it, who decided, and what was synced where.

-- realm: developers and the plan's own people sign in at different doors, so that one address may have an account at each.
CREATE TABLE account (
    number INTEGER PRIMARY KEY,
    realm TEXT NOT NULL CHECK (realm IN ('portal', 'review')),
    role TEXT NOT NULL CHECK (role IN ('developer', 'reviewer', 'operator')),
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
    CHECK ((role = 'operator') = (plan IS NOT NULL))
) STRICT;

-- A sign-up waits here until its own link is used with its own password; only then is there an account.
CREATE TABLE sign_up (
    link BLOB NOT NULL PRIMARY KEY CHECK (length(link) = 32),
    email TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    password TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX sign_up_by_expiry ON sign_up (expires_at);

CREATE TABLE password_link (
    link BLOB NOT NULL PRIMARY KEY CHECK (length(link) = 32),
    account INTEGER NOT NULL REFERENCES account (number),
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX password_link_by_expiry ON password_link (expires_at);

CREATE TABLE account_session (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    account INTEGER NOT NULL REFERENCES account (number),
    stage TEXT NOT NULL CHECK (stage IN ('password', 'full')),
    agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX account_session_by_account ON account_session (account);
CREATE INDEX account_session_by_expiry ON account_session (expires_at);

-- What a developer says of an app; the app itself is what the plans know.
CREATE TABLE application (
    number INTEGER PRIMARY KEY,
    app INTEGER NOT NULL UNIQUE REFERENCES app (number),
    account INTEGER NOT NULL REFERENCES account (number),
    description TEXT NOT NULL,
    home_page TEXT NOT NULL,
    standing TEXT NOT NULL DEFAULT 'active' CHECK (standing IN ('active', 'suspended', 'revoked')),
    revision INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX application_by_account ON application (account);

CREATE TABLE verification (
    number INTEGER PRIMARY KEY,
    application INTEGER NOT NULL UNIQUE REFERENCES application (number),
    revision INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('waitingForSponsor', 'sponsorDeclined', 'inReview', 'questionAsked', 'changesRequested', 'approved', 'refused', 'withdrawn')),
    contact_name TEXT NOT NULL,
    company TEXT NOT NULL,
    website TEXT NOT NULL,
    work_email TEXT NOT NULL,
    domain_reason TEXT,
    naic TEXT,
    ein TEXT,
    npi TEXT,
    sponsor_name TEXT NOT NULL,
    sponsor_role TEXT NOT NULL,
    sponsor_email TEXT NOT NULL,
    sponsor_link BLOB CHECK (length(sponsor_link) = 32),
    sponsor_link_expires_at INTEGER,
    sponsor_confirmed_at INTEGER,
    submitted_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX verification_by_sponsor_link ON verification (sponsor_link) WHERE sponsor_link IS NOT NULL;
CREATE INDEX verification_by_state ON verification (state, changed_at);

CREATE TABLE production_request (
    number INTEGER PRIMARY KEY,
    application INTEGER NOT NULL UNIQUE REFERENCES application (number),
    revision INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('draft', 'submitted', 'changesRequested', 'clarificationAsked', 'approved', 'refused', 'withdrawn')),
    note TEXT NOT NULL,
    submitted_at INTEGER,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX production_request_by_state ON production_request (state, changed_at);

-- A file's bytes lie beside the store, under its name; the row is written once they are whole.
CREATE TABLE evidence (
    number INTEGER PRIMARY KEY,
    request INTEGER NOT NULL REFERENCES production_request (number),
    name TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    added_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE INDEX evidence_by_request ON evidence (request);

-- Every step of a case and what was said with it, as both sides read it.
CREATE TABLE case_entry (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('verification', 'production', 'application')),
    subject INTEGER NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('developer', 'sponsor', 'reviewer', 'operator')),
    name TEXT NOT NULL,
    action TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX case_entry_by_subject ON case_entry (kind, subject, number);

-- One job for each app and plan: the app's credentials are to be there. Leased, so that a crash loses nothing.
CREATE TABLE plan_sync (
    application INTEGER NOT NULL REFERENCES application (number),
    plan INTEGER NOT NULL REFERENCES plan (number),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'synced', 'failed')),
    due_at INTEGER NOT NULL,
    leased_until INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    synced_at INTEGER,
    problem TEXT,
    blocked_at INTEGER,
    block_reason TEXT,
    PRIMARY KEY (application, plan),
    CHECK ((state = 'failed') = (problem IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_sync_due ON plan_sync (due_at) WHERE state = 'waiting';

-- Who did what and when, in the same transaction as what was done. It only grows.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    role TEXT NOT NULL,
    account INTEGER REFERENCES account (number),
    name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject, number);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;

ALTER TABLE app_secret ADD COLUMN last_used_at INTEGER;

-- Which calls an app made at a plan, the newest of each kind and how many: what a reviewer sees of its tries.
CREATE TABLE observed_call (
    app INTEGER NOT NULL REFERENCES app (number),
    plan INTEGER NOT NULL REFERENCES plan (number),
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (app, plan, kind)
) STRICT, WITHOUT ROWID;
