-- Key of the relay's row that a request came by; null when it came to the webhook port. A row that is read again, after
-- a kill between storing and acknowledging it, is known by this (WHK-7).
ALTER TABLE webhook_inbox ADD COLUMN relay_key TEXT;
CREATE UNIQUE INDEX webhook_inbox_relayed ON webhook_inbox (relay_key, coalesce(line_id, '')) WHERE relay_key IS NOT NULL;
