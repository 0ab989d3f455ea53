-- What this machine was granted of the limits that it shares with others: one row.
CREATE TABLE shared_lease (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- Name of this folder among the machines, and the file it was given to: a copy of the file gets a name of its own.
  host_id TEXT NOT NULL,
  file_mark TEXT NOT NULL,
  -- Grows with every start, so that reports of an earlier one count no more.
  generation INTEGER NOT NULL,
  -- Messages that may still leave on this UTC day; they count as used where the counters are.
  day TEXT NOT NULL DEFAULT '',
  slots INTEGER NOT NULL DEFAULT 0 CHECK (slots >= 0),
  -- By how much the clock of the counters is ahead of this machine's.
  offset_ms INTEGER NOT NULL DEFAULT 0,
  -- Machines known to share the limits, as {"id": "label"}.
  others TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(others))
) STRICT;
