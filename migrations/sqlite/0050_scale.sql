-- Attempts of each UTC day of creation, by type and state. Kept by the triggers below, in the transaction that changes
-- an attempt, so that figures never read the attempts themselves (SND-11).
CREATE TABLE attempt_days (
  day TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  type TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  -- Those that the provider accepted, and the sum of their times from creation to acceptance.
  accepted INTEGER NOT NULL CHECK (accepted >= 0),
  delay_ms INTEGER NOT NULL,
  PRIMARY KEY (day, type, state)
) STRICT, WITHOUT ROWID;

-- How the times to acceptance of a day are spread: bucket b holds 2^(b/8) - 1 ms up to 2^((b+1)/8) - 1 ms.
CREATE TABLE attempt_delays (
  day TEXT NOT NULL,
  bucket INTEGER NOT NULL CHECK (bucket >= 0),
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  PRIMARY KEY (day, bucket)
) STRICT, WITHOUT ROWID;

INSERT INTO attempt_days (day, type, state, attempts, accepted, delay_ms)
SELECT date(created_at / 1000, 'unixepoch') AS day, type, state, count(*), count(sent_at),
  coalesce(sum(sent_at - created_at), 0)
FROM attempts GROUP BY day, type, state;
INSERT INTO attempt_delays (day, bucket, attempts)
SELECT date(created_at / 1000, 'unixepoch') AS day, CAST(8 * log2(max(sent_at - created_at, 0) + 1) AS INTEGER) AS bucket,
  count(*)
FROM attempts WHERE sent_at IS NOT NULL GROUP BY day, bucket;

CREATE TRIGGER attempt_days_added AFTER INSERT ON attempts BEGIN
  INSERT INTO attempt_days (day, type, state, attempts, accepted, delay_ms)
  VALUES (date(NEW.created_at / 1000, 'unixepoch'), NEW.type, NEW.state, 1, NEW.sent_at IS NOT NULL,
    coalesce(NEW.sent_at - NEW.created_at, 0))
  ON CONFLICT (day, type, state) DO UPDATE SET attempts = attempts + 1, accepted = accepted + excluded.accepted,
    delay_ms = delay_ms + excluded.delay_ms;
END;
CREATE TRIGGER attempt_days_changed AFTER UPDATE OF state, sent_at ON attempts
WHEN OLD.state <> NEW.state OR OLD.sent_at IS NOT NEW.sent_at BEGIN
  UPDATE attempt_days SET attempts = attempts - 1, accepted = accepted - (OLD.sent_at IS NOT NULL),
    delay_ms = delay_ms - coalesce(OLD.sent_at - OLD.created_at, 0)
  WHERE day = date(OLD.created_at / 1000, 'unixepoch') AND type = OLD.type AND state = OLD.state;
  INSERT INTO attempt_days (day, type, state, attempts, accepted, delay_ms)
  VALUES (date(NEW.created_at / 1000, 'unixepoch'), NEW.type, NEW.state, 1, NEW.sent_at IS NOT NULL,
    coalesce(NEW.sent_at - NEW.created_at, 0))
  ON CONFLICT (day, type, state) DO UPDATE SET attempts = attempts + 1, accepted = accepted + excluded.accepted,
    delay_ms = delay_ms + excluded.delay_ms;
END;
CREATE TRIGGER attempt_days_removed AFTER DELETE ON attempts BEGIN
  UPDATE attempt_days SET attempts = attempts - 1, accepted = accepted - (OLD.sent_at IS NOT NULL),
    delay_ms = delay_ms - coalesce(OLD.sent_at - OLD.created_at, 0)
  WHERE day = date(OLD.created_at / 1000, 'unixepoch') AND type = OLD.type AND state = OLD.state;
END;

CREATE TRIGGER attempt_delays_added AFTER INSERT ON attempts WHEN NEW.sent_at IS NOT NULL BEGIN
  INSERT INTO attempt_delays (day, bucket, attempts)
  VALUES (date(NEW.created_at / 1000, 'unixepoch'),
    CAST(8 * log2(max(NEW.sent_at - NEW.created_at, 0) + 1) AS INTEGER), 1)
  ON CONFLICT (day, bucket) DO UPDATE SET attempts = attempts + 1;
END;
CREATE TRIGGER attempt_delays_taken_back AFTER UPDATE OF sent_at ON attempts
WHEN OLD.sent_at IS NOT NULL AND OLD.sent_at IS NOT NEW.sent_at BEGIN
  UPDATE attempt_delays SET attempts = attempts - 1
  WHERE day = date(OLD.created_at / 1000, 'unixepoch')
    AND bucket = CAST(8 * log2(max(OLD.sent_at - OLD.created_at, 0) + 1) AS INTEGER);
END;
CREATE TRIGGER attempt_delays_known AFTER UPDATE OF sent_at ON attempts
WHEN NEW.sent_at IS NOT NULL AND OLD.sent_at IS NOT NEW.sent_at BEGIN
  INSERT INTO attempt_delays (day, bucket, attempts)
  VALUES (date(NEW.created_at / 1000, 'unixepoch'),
    CAST(8 * log2(max(NEW.sent_at - NEW.created_at, 0) + 1) AS INTEGER), 1)
  ON CONFLICT (day, bucket) DO UPDATE SET attempts = attempts + 1;
END;
CREATE TRIGGER attempt_delays_removed AFTER DELETE ON attempts WHEN OLD.sent_at IS NOT NULL BEGIN
  UPDATE attempt_delays SET attempts = attempts - 1
  WHERE day = date(OLD.created_at / 1000, 'unixepoch')
    AND bucket = CAST(8 * log2(max(OLD.sent_at - OLD.created_at, 0) + 1) AS INTEGER);
END;

-- One index for each order in which a list is read and for each search of the clean-up.
CREATE INDEX attempts_campaign_state ON attempts (campaign_id, state, created_at, id) WHERE campaign_id IS NOT NULL;
CREATE INDEX attempts_parked ON attempts (created_at, id) WHERE parked_at IS NOT NULL;
CREATE INDEX attempts_retries ON attempts (due_at, id) WHERE state = 'failed_retry';
CREATE INDEX attempts_cleanable ON attempts (finished_at) WHERE finished_at IS NOT NULL AND cleaned_at IS NULL;
CREATE INDEX message_errors_cleanable ON message_errors (occurred_at) WHERE phone <> '';
CREATE INDEX suppressions_created ON suppressions (created_at, phone);
CREATE INDEX campaigns_status ON campaigns (status, created_at, id);
CREATE INDEX webhook_events_received ON webhook_events (received_at);
