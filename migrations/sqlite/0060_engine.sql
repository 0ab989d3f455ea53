-- How many slots count in the rolling window, kept by the triggers below in the transaction that changes a slot, so that
-- a reservation costs the same whatever the cap and the history (MON-3).
CREATE TABLE quota_window (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- Slots whose outcome is open.
  open INTEGER NOT NULL CHECK (open >= 0),
  -- Slots that were settled at `emptied_to` or later.
  settled INTEGER NOT NULL CHECK (settled >= 0),
  emptied_to INTEGER NOT NULL
) STRICT;

INSERT INTO quota_window (id, open, settled, emptied_to)
WITH start (at) AS (
  SELECT coalesce((SELECT CAST(value AS INTEGER) - 86400000 FROM meta WHERE key = 'clock_high_water'), 0))
SELECT 1, (SELECT count(*) FROM quota_slots WHERE settled_at IS NULL),
  (SELECT count(*) FROM quota_slots WHERE settled_at >= start.at), start.at
FROM start;

CREATE TRIGGER quota_window_taken AFTER INSERT ON quota_slots BEGIN
  UPDATE quota_window SET open = open + (NEW.settled_at IS NULL),
    settled = settled + coalesce(NEW.settled_at >= emptied_to, 0);
END;
CREATE TRIGGER quota_window_settled AFTER UPDATE OF settled_at ON quota_slots
WHEN OLD.settled_at IS NOT NEW.settled_at BEGIN
  UPDATE quota_window SET open = open + (NEW.settled_at IS NULL) - (OLD.settled_at IS NULL),
    settled = settled + coalesce(NEW.settled_at >= emptied_to, 0) - coalesce(OLD.settled_at >= emptied_to, 0);
END;
CREATE TRIGGER quota_window_given_back AFTER DELETE ON quota_slots BEGIN
  UPDATE quota_window SET open = open - (OLD.settled_at IS NULL),
    settled = settled - coalesce(OLD.settled_at >= emptied_to, 0);
END;

-- Open slots were counted through it.
DROP INDEX quota_slots_open;

-- Accepted messages of which not every id is known yet, and when the provider is asked for them (WHK-4).
CREATE TABLE id_questions (
  attempt_id TEXT PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE,
  ask_at INTEGER NOT NULL,
  asked INTEGER NOT NULL DEFAULT 0 CHECK (asked >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX id_questions_due ON id_questions (ask_at);
