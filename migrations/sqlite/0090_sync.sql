-- What Supabase has not got yet (SYN-2): for each row the latest version, in the order in which the rows first changed.
-- The application makes the triggers that write here while Supabase is configured, and drops them when it is not.
CREATE TABLE sync_outbox (
  position INTEGER PRIMARY KEY,
  -- Name of the table in Supabase, and the key of the row as a JSON array.
  entity TEXT NOT NULL,
  row_key TEXT NOT NULL,
  version INTEGER NOT NULL,
  -- Refused while it was alone in its batch, so often.
  refusals INTEGER NOT NULL DEFAULT 0,
  -- Set aside because Supabase refuses it, and why; it waits for the operator or for its next change.
  set_aside_at INTEGER,
  reason TEXT,
  UNIQUE (entity, row_key)
) STRICT;
CREATE INDEX sync_outbox_waiting ON sync_outbox (position)
  WHERE set_aside_at IS NULL AND entity <> 'daily_message_stats';
CREATE INDEX sync_outbox_set_aside ON sync_outbox (position) WHERE set_aside_at IS NOT NULL;

CREATE TABLE sync_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- Of the latest change; grows by one with each.
  version INTEGER NOT NULL,
  -- Grows in Supabase when another machine takes this one's place.
  generation INTEGER NOT NULL,
  -- The full copy under way: {"floor", "mirror", "after"}; null when there is none.
  copying TEXT CHECK (copying IS NULL OR json_valid(copying)),
  waiting_since INTEGER,
  pushed_at INTEGER
) STRICT;
INSERT INTO sync_state (id, version, generation) VALUES (1, 0, 1);

-- Slots of today that another machine took on the same account and that came back from Supabase (SYN-3): they count here
-- against the limit, and stand in Supabase under the name of the other machine.
CREATE TABLE sync_brought_back (
  day TEXT PRIMARY KEY,
  message_1 INTEGER NOT NULL,
  message_2 INTEGER NOT NULL,
  other INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
