-- How many lines of its file an import reads, merges and sorts together: an import that is continued keeps to the
-- number that it began with. Within such a run it counts the parts that are whole in the base.
ALTER TABLE imports ADD COLUMN run_lines INTEGER NOT NULL DEFAULT 20000;
ALTER TABLE imports RENAME COLUMN items_done TO parts_done;
-- Until now it counted lines. What was cut short writes its last run again: nothing is doubled, some lines count twice.
UPDATE imports SET parts_done = 0;

-- Contacts whose name an import or its undo changed: their place in the search index is brought up to date afterwards.
CREATE TABLE contact_search_waiting (number INTEGER PRIMARY KEY) STRICT;
