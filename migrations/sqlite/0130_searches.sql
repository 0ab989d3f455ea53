-- The search index takes in the values of attributes: it is made anew in the background, at the next start.
INSERT INTO contact_search (contact_search) VALUES ('delete-all');
DELETE FROM meta WHERE key = 'contacts.indexed_to';
-- What the clean-up looks for and counts stands in the index alone.
DROP INDEX attempts_cleanable;
CREATE INDEX attempts_cleanable ON attempts (finished_at) WHERE finished_at IS NOT NULL AND cleaned_at IS NULL
  AND state IN ('sent', 'delivered', 'read', 'failed_final', 'cancelled');
