-- Events that nothing here knows yet, under every key by which they may be matched later (WHK-4):
-- id:MESSAGE, ref:REFERENCE, phone:PHONE, sender:SENDER.
CREATE TABLE webhook_orphans (
  line_id TEXT NOT NULL,
  key TEXT NOT NULL,
  event_id INTEGER NOT NULL REFERENCES webhook_events (id) ON DELETE CASCADE,
  PRIMARY KEY (line_id, key, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_orphans_event ON webhook_orphans (event_id);

-- What a provider calls a contact, where that is not its phone.
CREATE TABLE sender_ids (
  line_id TEXT NOT NULL,
  sender_id TEXT NOT NULL,
  phone TEXT NOT NULL,
  learnt_at INTEGER NOT NULL,
  PRIMARY KEY (line_id, sender_id)
) STRICT, WITHOUT ROWID;

-- When a contact last wrote to a line: Meta takes free text for 24 hours from there.
CREATE TABLE last_incoming (
  line_id TEXT NOT NULL,
  phone TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (line_id, phone)
) STRICT, WITHOUT ROWID;
