-- Version 2. Every writer of the log has a chain of its own; a store in a file has one writer, 0.
ALTER TABLE disclosure ADD COLUMN writer INTEGER NOT NULL DEFAULT 0;
ALTER TABLE seal ADD COLUMN writer INTEGER NOT NULL DEFAULT 0;
-- Numbers of different writers tell no order, times do.
DROP INDEX disclosure_by_member;
CREATE INDEX disclosure_by_member ON disclosure (plan, member, at);
CREATE INDEX disclosure_by_time ON disclosure (at);
