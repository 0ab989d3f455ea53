-- Where a line comes from, and whether it still works (SND-12). Keys are never here: they lie in secrets.json.
ALTER TABLE lines ADD COLUMN source TEXT NOT NULL DEFAULT 'environment' CHECK (source IN ('app', 'environment', 'demo'));
-- Since when it sends nothing and takes no new messages; what comes in is still read.
ALTER TABLE lines ADD COLUMN disabled_at INTEGER;
-- Removed by the operator: only its history is left.
ALTER TABLE lines ADD COLUMN archived_at INTEGER;
