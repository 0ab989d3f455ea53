-- Keys that texts in this workspace may be sealed with (SEC-3), by their ids. Written before the first text is; one
-- without `retired_at` has to be at hand, or the application does not start.
CREATE TABLE sealing_keys (
  key_id TEXT PRIMARY KEY CHECK (length(key_id) = 8),
  first_used_at INTEGER NOT NULL,
  -- When no text was left that needed it.
  retired_at INTEGER
) STRICT, WITHOUT ROWID;
