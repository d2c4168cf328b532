-- Version 8. The log of disclosures takes a commit as one row; its entries are put into their table later, many commits at once.
-- Only a server needs it, so the embedded store goes from 7 to 9.

-- A commit of the log: its seal, and its entries as columns of one length, in their order. `last` is the number of the last of them.
-- `change` is the transaction, by which one who folds knows where there can be nothing more; in a restored database it may come twice.
-- Rows live for less than a second: they stay in one piece, and what they leave is cleared up by its number alone.
CREATE TABLE disclosure_group (
    change xid8 NOT NULL DEFAULT pg_current_xact_id(),
    writer bigint NOT NULL,
    last bigint NOT NULL,
    digest bytea NOT NULL,
    at bigint[] NOT NULL,
    plan bigint[] NOT NULL,
    member bigint[] NOT NULL,
    "grant" bigint[] NOT NULL,
    app bigint[] NOT NULL,
    interaction bigint[] NOT NULL,
    type bigint[] NOT NULL,
    target text[] NOT NULL,
    resources bigint[] NOT NULL
) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

CREATE INDEX disclosure_group_by_change ON disclosure_group (change);

DO $$
DECLARE
    entry text;
BEGIN
    FOREACH entry IN ARRAY ARRAY['at', 'plan', 'member', 'grant', 'app', 'interaction', 'type', 'target', 'resources'] LOOP
        EXECUTE format('ALTER TABLE disclosure_group ALTER COLUMN %I SET STORAGE EXTERNAL', entry);
    END LOOP;
END $$;
