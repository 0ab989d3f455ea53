-- The search index takes in the values of attributes: it is made anew in the background, at the next start.
INSERT INTO contact_search (contact_search) VALUES ('delete-all');
DELETE FROM meta WHERE key = 'contacts.indexed_to';
