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
