-- Time zone of the person a campaign message goes to, where it is known; empty: the line's own (SND-13).
ALTER TABLE attempts ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
-- During quiet hours each zone has a queue of its own, so that one that sleeps is stepped over in one step.
CREATE INDEX attempts_zone ON attempts (line_id, campaign_id, rank, time_zone, due_at, id)
  WHERE state IN ('pending', 'failed_retry') AND campaign_id IS NOT NULL;
