-- The line that takes over what waits on a removed one; null: that is cancelled. Big queues are moved in short steps after
-- the removal (SND-12, API-5), so that what is still to be moved must be known at the next start.
ALTER TABLE lines ADD COLUMN moved_to TEXT REFERENCES lines (id);
