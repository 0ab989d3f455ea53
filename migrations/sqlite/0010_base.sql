-- Instants are epoch milliseconds in UTC and named ..._at; days are YYYY-MM-DD in UTC; phones are E.164 with +.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value)),
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A sender: one number at one provider.
CREATE TABLE lines (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL CHECK (provider IN ('wassenger', 'meta', 'simulator')),
  label TEXT NOT NULL,
  is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
  -- How fast it may send, null: the settings' own pace.
  sends_per_minute INTEGER CHECK (sends_per_minute > 0),
  gap_min_ms INTEGER,
  gap_max_ms INTEGER,
  -- Largest number of messages on its first, second, ... day of use: a JSON array; null: no warm-up.
  warmup_steps TEXT CHECK (warmup_steps IS NULL OR json_valid(warmup_steps)),
  warmup_started_day TEXT,
  -- Local hours without Message 1 and Message 2, as {"from":"21:00","to":"08:00"}.
  quiet_hours TEXT CHECK (quiet_hours IS NULL OR json_valid(quiet_hours)),
  -- What happens when an unknown outcome is proven absent.
  absent_policy TEXT NOT NULL DEFAULT 'operator' CHECK (absent_policy IN ('operator', 'retry')),
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX lines_one_default ON lines (is_default) WHERE is_default = 1;

-- A pause holds sending back until it is lifted or its time is over.
CREATE TABLE pauses (
  scope TEXT NOT NULL CHECK (scope IN ('all', 'message_1', 'line', 'campaign')),
  -- Line or campaign; empty for the other scopes. scope 'message_1' may name a line.
  target_id TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL,
  until_at INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, target_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily_stats (
  day TEXT PRIMARY KEY CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  message_1 INTEGER NOT NULL DEFAULT 0 CHECK (message_1 >= 0),
  message_2 INTEGER NOT NULL DEFAULT 0 CHECK (message_2 >= 0),
  other INTEGER NOT NULL DEFAULT 0 CHECK (other >= 0),
  errors INTEGER NOT NULL DEFAULT 0 CHECK (errors >= 0),
  -- When the day was found to be over; null while it runs.
  closed_at INTEGER
) STRICT, WITHOUT ROWID;

-- One row per unit of quota in use. A row goes away only when its message provably did not leave.
CREATE TABLE quota_slots (
  id INTEGER PRIMARY KEY,
  attempt_id TEXT NOT NULL,
  line_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('message_1', 'message_2', 'other')),
  day TEXT NOT NULL,
  taken_at INTEGER NOT NULL,
  -- Latest instant at which the provider can have accepted the message; null while that is still open.
  settled_at INTEGER
) STRICT;
CREATE INDEX quota_slots_open ON quota_slots (taken_at) WHERE settled_at IS NULL;
CREATE INDEX quota_slots_rolling ON quota_slots (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX quota_slots_attempt ON quota_slots (attempt_id);
CREATE INDEX quota_slots_line ON quota_slots (line_id, taken_at);

CREATE TABLE categories (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (length(name) > 0),
  color TEXT,
  contact_count INTEGER NOT NULL DEFAULT 0 CHECK (contact_count >= 0),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE contacts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL DEFAULT '',
  phone TEXT NOT NULL UNIQUE CHECK (phone GLOB '+[1-9]*'),
  -- As it stood in the file or form it came from.
  phone_original TEXT,
  attributes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(attributes)),
  opted_out_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX contacts_created ON contacts (created_at, id);
CREATE INDEX contacts_name ON contacts (name COLLATE NOCASE, id);

CREATE TABLE contact_categories (
  category_id TEXT NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
  contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  PRIMARY KEY (category_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_categories_contact ON contact_categories (contact_id);
CREATE TRIGGER contact_categories_added AFTER INSERT ON contact_categories BEGIN
  UPDATE categories SET contact_count = contact_count + 1 WHERE id = NEW.category_id;
END;
CREATE TRIGGER contact_categories_removed AFTER DELETE ON contact_categories BEGIN
  UPDATE categories SET contact_count = contact_count - 1 WHERE id = OLD.category_id;
END;

-- Phones that are never written to again, whether or not a contact has them.
CREATE TABLE suppressions (
  phone TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE campaigns (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL CHECK (length(name) > 0),
  status TEXT NOT NULL DEFAULT 'draft'
    CHECK (status IN ('draft', 'scheduled', 'running', 'paused', 'completed', 'cancelled')),
  line_id TEXT REFERENCES lines (id),
  -- {"body", "media"?, "template"?}
  message_1 TEXT NOT NULL CHECK (json_valid(message_1)),
  message_2 TEXT NOT NULL CHECK (json_valid(message_2)),
  -- {"categoryIds": [], "contactIds": []}
  audience TEXT NOT NULL CHECK (json_valid(audience)),
  sends_per_minute INTEGER CHECK (sends_per_minute > 0),
  start_at INTEGER,
  started_at INTEGER,
  -- When its last Message 1 left; the age of a campaign counts from here.
  last_message_1_at INTEGER,
  ended_at INTEGER,
  -- Figures: kept by the triggers on recipients, in the transaction that changes their cause.
  total_contacts INTEGER NOT NULL DEFAULT 0,
  messages_sent INTEGER NOT NULL DEFAULT 0,
  messages_delivered INTEGER NOT NULL DEFAULT 0,
  messages_read INTEGER NOT NULL DEFAULT 0,
  interactions INTEGER NOT NULL DEFAULT 0,
  message_2_sent INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  no_interaction INTEGER NOT NULL DEFAULT 0,
  late INTEGER NOT NULL DEFAULT 0,
  opted_out INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  -- Recipients with an end state.
  ended INTEGER NOT NULL DEFAULT 0,
  -- The figures as they stood at completion; corrections after that show as the difference.
  final_figures TEXT CHECK (final_figures IS NULL OR json_valid(final_figures)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX campaigns_created ON campaigns (created_at, id);
CREATE INDEX campaigns_active ON campaigns (status) WHERE status IN ('scheduled', 'running', 'paused');

-- A contact within a campaign.
CREATE TABLE recipients (
  id INTEGER PRIMARY KEY,
  campaign_id TEXT NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
  contact_id TEXT NOT NULL,
  phone TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN (
    'pending', 'message_1_sent', 'answered',
    'message_2_sent', 'no_interaction', 'late_interaction', 'failed', 'opted_out', 'cancelled')),
  -- Why it ended so, as an error code; null when the state says it all.
  reason TEXT,
  message_1_sent_at INTEGER,
  delivered_at INTEGER,
  read_at INTEGER,
  -- First answer.
  interaction_at INTEGER,
  interaction_type TEXT,
  within_24h INTEGER CHECK (within_24h IN (0, 1)),
  message_2_sent_at INTEGER,
  updated_at INTEGER NOT NULL,
  UNIQUE (campaign_id, contact_id)
) STRICT;
CREATE INDEX recipients_phone ON recipients (phone, message_1_sent_at);
CREATE INDEX recipients_state ON recipients (campaign_id, state, id);
CREATE INDEX recipients_open_window ON recipients (message_1_sent_at) WHERE state = 'message_1_sent';

CREATE TRIGGER recipients_added AFTER INSERT ON recipients BEGIN
  UPDATE campaigns SET total_contacts = total_contacts + 1 WHERE id = NEW.campaign_id;
END;
CREATE TRIGGER recipients_changed AFTER UPDATE ON recipients BEGIN
  UPDATE campaigns SET
    messages_sent = messages_sent + (NEW.message_1_sent_at IS NOT NULL) - (OLD.message_1_sent_at IS NOT NULL),
    messages_delivered = messages_delivered + (NEW.delivered_at IS NOT NULL) - (OLD.delivered_at IS NOT NULL),
    messages_read = messages_read + (NEW.read_at IS NOT NULL) - (OLD.read_at IS NOT NULL),
    interactions = interactions + (NEW.interaction_at IS NOT NULL) - (OLD.interaction_at IS NOT NULL),
    message_2_sent = message_2_sent + (NEW.message_2_sent_at IS NOT NULL) - (OLD.message_2_sent_at IS NOT NULL),
    failures = failures + (NEW.state = 'failed') - (OLD.state = 'failed'),
    no_interaction = no_interaction + (NEW.state = 'no_interaction') - (OLD.state = 'no_interaction'),
    late = late + (NEW.state = 'late_interaction') - (OLD.state = 'late_interaction'),
    opted_out = opted_out + (NEW.state = 'opted_out') - (OLD.state = 'opted_out'),
    cancelled = cancelled + (NEW.state = 'cancelled') - (OLD.state = 'cancelled'),
    ended = ended + (NEW.state NOT IN ('pending', 'message_1_sent', 'answered'))
      - (OLD.state NOT IN ('pending', 'message_1_sent', 'answered')),
    last_message_1_at = nullif(max(coalesce(last_message_1_at, 0), coalesce(NEW.message_1_sent_at, 0)), 0),
    updated_at = NEW.updated_at
  WHERE id = NEW.campaign_id;
END;

-- One message to one phone, with all its tries.
CREATE TABLE attempts (
  id TEXT PRIMARY KEY,
  line_id TEXT NOT NULL REFERENCES lines (id),
  type TEXT NOT NULL CHECK (type IN (
    'message_1', 'message_2', 'account', 'otp', 'system', 'notification', 'urgent', 'colis_status', 'lot_status')),
  campaign_id TEXT REFERENCES campaigns (id),
  contact_id TEXT,
  phone TEXT NOT NULL,
  body TEXT,
  media TEXT CHECK (media IS NULL OR json_valid(media)),
  template TEXT CHECK (template IS NULL OR json_valid(template)),
  category TEXT,
  title TEXT,
  context TEXT CHECK (context IS NULL OR json_valid(context)),
  priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 5),
  -- Lower leaves first; of one priority, a Message 1 comes last.
  rank INTEGER NOT NULL GENERATED ALWAYS AS (priority * 2 + (type = 'message_1')) STORED,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN (
    'pending', 'sending', 'sent', 'delivered', 'read', 'failed_retry', 'failed_final', 'unknown', 'cancelled')),
  tries INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL CHECK (max_attempts BETWEEN 1 AND 20),
  -- Given to the provider, and how it is asked about the message later.
  reference TEXT NOT NULL UNIQUE,
  idempotency_key TEXT UNIQUE,
  -- SHA-256 of what the key stands for: the same key with other content is refused.
  content_hash TEXT,
  due_at INTEGER NOT NULL,
  -- Not sent after this instant: the reply window of a Message 2.
  expires_at INTEGER,
  error_code TEXT,
  error_detail TEXT,
  created_at INTEGER NOT NULL,
  sending_at INTEGER,
  sent_at INTEGER,
  delivered_at INTEGER,
  read_at INTEGER,
  finished_at INTEGER,
  -- Unknown outcome: since when, how often the provider was asked, when it said "not found" first, when next to ask.
  unknown_at INTEGER,
  lookups INTEGER NOT NULL DEFAULT 0,
  absent_since INTEGER,
  lookup_at INTEGER,
  -- Handed to the operator, who decides.
  parked_at INTEGER,
  -- Body and personal data removed by the clean-up.
  cleaned_at INTEGER,
  updated_at INTEGER NOT NULL,
  CHECK ((state = 'sending') <= (sending_at IS NOT NULL)),
  CHECK ((state = 'sent') <= (sent_at IS NOT NULL)),
  CHECK ((state = 'unknown') = (unknown_at IS NOT NULL)),
  CHECK (type NOT IN ('message_1', 'message_2') OR (campaign_id IS NOT NULL AND contact_id IS NOT NULL))
) STRICT;
-- CMP-7 and I4: one Message 1 and one Message 2 per contact and campaign, ever.
CREATE UNIQUE INDEX attempts_one_per_step ON attempts (campaign_id, contact_id, type)
  WHERE type IN ('message_1', 'message_2');
CREATE INDEX attempts_queue ON attempts (line_id, campaign_id, rank, due_at, id)
  WHERE state IN ('pending', 'failed_retry');
CREATE INDEX attempts_expiring ON attempts (expires_at)
  WHERE state IN ('pending', 'failed_retry') AND expires_at IS NOT NULL;
CREATE INDEX attempts_sending ON attempts (sending_at) WHERE state = 'sending';
CREATE INDEX attempts_unknown ON attempts (lookup_at) WHERE state = 'unknown';
CREATE INDEX attempts_created ON attempts (created_at, id);
CREATE INDEX attempts_state ON attempts (state, created_at, id);
CREATE INDEX attempts_type ON attempts (type, created_at, id);
CREATE INDEX attempts_campaign ON attempts (campaign_id, created_at, id) WHERE campaign_id IS NOT NULL;
CREATE INDEX attempts_phone ON attempts (phone, created_at, id);

-- Everything that happened to an attempt.
CREATE TABLE attempt_events (
  id INTEGER PRIMARY KEY,
  attempt_id TEXT NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  detail TEXT CHECK (detail IS NULL OR json_valid(detail))
) STRICT;
CREATE INDEX attempt_events_attempt ON attempt_events (attempt_id, id);

-- What the provider calls a message: its own id and the WhatsApp id, one row each.
CREATE TABLE provider_ids (
  line_id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  attempt_id TEXT NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
  PRIMARY KEY (line_id, provider_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX provider_ids_attempt ON provider_ids (attempt_id);

-- Delivery reports, as a set: the state of an attempt is a fold over them (WHK-4).
CREATE TABLE delivery_reports (
  attempt_id TEXT NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
  status TEXT NOT NULL CHECK (status IN ('sent', 'delivered', 'read', 'failed')),
  at INTEGER NOT NULL,
  code TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (attempt_id, status, at, code)
) STRICT, WITHOUT ROWID;

-- Every failed try and every failure that the provider reported later.
CREATE TABLE message_errors (
  id INTEGER PRIMARY KEY,
  attempt_id TEXT NOT NULL,
  line_id TEXT NOT NULL,
  phone TEXT NOT NULL,
  code TEXT NOT NULL,
  detail TEXT,
  day TEXT NOT NULL,
  occurred_at INTEGER NOT NULL
) STRICT;
CREATE INDEX message_errors_occurred ON message_errors (occurred_at, id);

-- Answers of contacts; provider_message_id keeps a repeated webhook from counting twice.
CREATE TABLE interactions (
  id INTEGER PRIMARY KEY,
  campaign_id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  line_id TEXT NOT NULL,
  provider_message_id TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN (
    'text', 'emoji', 'voice', 'audio', 'image', 'video', 'document', 'reaction', 'sticker')),
  received_at INTEGER NOT NULL,
  within_24h INTEGER NOT NULL CHECK (within_24h IN (0, 1)),
  created_at INTEGER NOT NULL,
  UNIQUE (line_id, provider_message_id)
) STRICT;
CREATE INDEX interactions_recipient ON interactions (campaign_id, contact_id, received_at);

-- What became of each event in the inbox file. The row is written in the transaction that applies the event.
CREATE TABLE webhook_events (
  id INTEGER PRIMARY KEY,
  inbox_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  provider TEXT NOT NULL,
  line_id TEXT,
  event TEXT NOT NULL,
  -- Same event again: same key. Null where nothing was read.
  dedupe_key TEXT,
  verdict TEXT NOT NULL CHECK (verdict IN ('applied', 'duplicate', 'unmatched', 'ignored', 'rejected', 'failed')),
  reason TEXT,
  -- What it changed, as [{"kind", "id"}].
  changes TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(changes)),
  attempt_id TEXT,
  phone TEXT,
  provider_message_id TEXT,
  received_at INTEGER NOT NULL,
  processed_at INTEGER NOT NULL,
  UNIQUE (inbox_id, position)
) STRICT;
CREATE UNIQUE INDEX webhook_events_once ON webhook_events (provider, dedupe_key)
  WHERE dedupe_key IS NOT NULL AND verdict <> 'duplicate';
CREATE INDEX webhook_events_verdict ON webhook_events (verdict, id);
CREATE INDEX webhook_events_unmatched ON webhook_events (provider_message_id) WHERE verdict = 'unmatched';

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT CHECK (detail IS NULL OR json_valid(detail))
) STRICT;

CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  file_name TEXT,
  total INTEGER NOT NULL,
  imported INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE job_runs (
  job TEXT PRIMARY KEY,
  last_started_at INTEGER,
  last_finished_at INTEGER,
  last_result TEXT,
  next_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
