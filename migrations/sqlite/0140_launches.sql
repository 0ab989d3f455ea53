-- A campaign that is `preparing`: the list of a big one is made in short steps (CMP-4, UI-5). SQLite changes no CHECK, so
-- the column is made anew; the trigger of the copy in Supabase is made anew at the next start.
DROP TRIGGER IF EXISTS sync_campaigns_changed;
DROP INDEX campaigns_active;
DROP INDEX campaigns_status;
ALTER TABLE campaigns ADD COLUMN new_status TEXT NOT NULL DEFAULT 'draft'
  CHECK (new_status IN ('draft', 'preparing', 'scheduled', 'running', 'paused', 'completed', 'cancelled'));
UPDATE campaigns SET new_status = status;
ALTER TABLE campaigns DROP COLUMN status;
ALTER TABLE campaigns RENAME COLUMN new_status TO status;
CREATE INDEX campaigns_active ON campaigns (status) WHERE status IN ('preparing', 'scheduled', 'running', 'paused');
CREATE INDEX campaigns_status ON campaigns (status, created_at, id);

-- Lists that are being made. A campaign that is preparing and has no row here is on its way back to a draft.
CREATE TABLE launches (
  campaign_id TEXT PRIMARY KEY REFERENCES campaigns (id) ON DELETE CASCADE,
  line_id TEXT NOT NULL REFERENCES lines (id),
  began_at INTEGER NOT NULL,
  -- From when on its messages may leave.
  due_at INTEGER NOT NULL,
  -- How far the audience was gone through: which of its parts, and the last contact of that one.
  part INTEGER NOT NULL DEFAULT 0,
  after_contact TEXT NOT NULL DEFAULT '',
  -- Contacts gone through, and how many there are about; who is in two categories counts twice.
  looked INTEGER NOT NULL DEFAULT 0,
  expected INTEGER NOT NULL
) STRICT;

CREATE TRIGGER recipients_removed AFTER DELETE ON recipients BEGIN
  UPDATE campaigns SET
    total_contacts = total_contacts - 1,
    messages_sent = messages_sent - (OLD.message_1_sent_at IS NOT NULL),
    messages_delivered = messages_delivered - (OLD.delivered_at IS NOT NULL),
    messages_read = messages_read - (OLD.read_at IS NOT NULL),
    interactions = interactions - (OLD.interaction_at IS NOT NULL),
    message_2_sent = message_2_sent - (OLD.message_2_sent_at IS NOT NULL),
    failures = failures - (OLD.state = 'failed'),
    no_interaction = no_interaction - (OLD.state = 'no_interaction'),
    late = late - (OLD.state = 'late_interaction'),
    opted_out = opted_out - (OLD.state = 'opted_out'),
    cancelled = cancelled - (OLD.state = 'cancelled'),
    ended = ended - (OLD.state NOT IN ('pending', 'message_1_sent', 'answered'))
  WHERE id = OLD.campaign_id;
END;

-- A big category that was removed is hidden at once; its contacts leave it in short steps (CMP-2).
ALTER TABLE categories ADD COLUMN removed_at INTEGER;
CREATE INDEX categories_removed ON categories (removed_at) WHERE removed_at IS NOT NULL;
