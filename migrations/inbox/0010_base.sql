-- Raw webhooks, append only, in their own file so that a long import never delays an answer to a provider.
CREATE TABLE webhook_inbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  received_at INTEGER NOT NULL,
  provider TEXT NOT NULL,
  line_id TEXT,
  body BLOB NOT NULL,
  -- Null when the request passed the checks; else why it was refused. Refused requests are kept, never processed.
  rejected TEXT
) STRICT;
