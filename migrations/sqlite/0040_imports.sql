-- Contacts get a number of their own: it orders lists, and rows of the search index are found by it.
CREATE TABLE contacts_numbered (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL DEFAULT '',
  phone TEXT NOT NULL UNIQUE CHECK (phone GLOB '+[1-9]*'),
  -- As it stood in the file or form it came from.
  phone_original TEXT,
  attributes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(attributes)),
  opted_out_at INTEGER,
  -- The import that made it; null when it was made by hand, was changed by hand since, or stands in a later file too.
  import_number INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO contacts_numbered (id, name, phone, phone_original, attributes, opted_out_at, created_at, updated_at)
  SELECT id, name, phone, phone_original, attributes, opted_out_at, created_at, updated_at
  FROM contacts ORDER BY created_at, id;

CREATE TABLE contact_categories_kept (category_id TEXT NOT NULL, contact_id TEXT NOT NULL) STRICT;
INSERT INTO contact_categories_kept SELECT category_id, contact_id FROM contact_categories;
DROP TABLE contact_categories;
DROP TABLE contacts;
ALTER TABLE contacts_numbered RENAME TO contacts;

CREATE TABLE contact_categories (
  category_id TEXT NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
  contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  PRIMARY KEY (category_id, contact_id)
) STRICT, WITHOUT ROWID;
INSERT INTO contact_categories SELECT category_id, contact_id FROM contact_categories_kept;
DROP TABLE contact_categories_kept;
CREATE INDEX contact_categories_contact ON contact_categories (contact_id);
CREATE TRIGGER contact_categories_added AFTER INSERT ON contact_categories BEGIN
  UPDATE categories SET contact_count = contact_count + 1 WHERE id = NEW.category_id;
END;
CREATE TRIGGER contact_categories_removed AFTER DELETE ON contact_categories BEGIN
  UPDATE categories SET contact_count = contact_count - 1 WHERE id = OLD.category_id;
END;

-- Groups of three letters of names and phones; `meta` says up to which number contacts are in it.
CREATE VIRTUAL TABLE contact_search USING fts5 (
  text, content = '', contentless_delete = 1, tokenize = 'trigram', detail = none
);

CREATE TABLE imports_numbered (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  file_name TEXT,
  state TEXT NOT NULL CHECK (state IN (
    'uploading', 'ready', 'checking', 'checked', 'running', 'stopped', 'interrupted', 'failed', 'done',
    'undoing', 'undone')),
  -- Bytes of the file.
  size INTEGER NOT NULL DEFAULT 0,
  -- {"category"?, "country"?, "mapping"?}
  options TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(options)),
  total INTEGER NOT NULL DEFAULT 0,
  imported INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0,
  -- Where it stands: runs of lines that are whole in the base, and items of the next one.
  runs_done INTEGER NOT NULL DEFAULT 0,
  items_done INTEGER NOT NULL DEFAULT 0,
  -- Contacts that it made have higher numbers.
  after_number INTEGER NOT NULL DEFAULT 0,
  category_id TEXT,
  -- Categories that it made: an undo takes those away that are empty then.
  made_categories TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(made_categories)),
  -- Contacts that an undo took away or put back, and those that it left because they were used since.
  removed INTEGER NOT NULL DEFAULT 0,
  restored INTEGER NOT NULL DEFAULT 0,
  kept INTEGER NOT NULL DEFAULT 0,
  problem TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  -- False for imports from before undo was kept.
  has_undo INTEGER NOT NULL DEFAULT 1 CHECK (has_undo IN (0, 1))
) STRICT;
INSERT INTO imports_numbered (
    id, file_name, state, total, imported, updated, refused, created_at, started_at, finished_at, has_undo)
  SELECT id, file_name, 'done', total, imported, updated, refused, created_at, created_at, created_at, 0
  FROM imports ORDER BY created_at, id;
DROP TABLE imports;
ALTER TABLE imports_numbered RENAME TO imports;

-- Lines that were refused; the sentence is made from the reason when it is read.
CREATE TABLE import_refusals (
  import_number INTEGER NOT NULL,
  line INTEGER NOT NULL,
  reason TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (import_number, line)
) STRICT, WITHOUT ROWID;

-- What an import changed in contacts that were there before it: what stood there, and what it wrote.
CREATE TABLE import_changes (
  import_number INTEGER NOT NULL,
  contact_id TEXT NOT NULL,
  -- {"name", "attributes", "importNumber", "addedCategories": []}
  former TEXT NOT NULL CHECK (json_valid(former)),
  -- {"name", "attributes"}
  written TEXT NOT NULL CHECK (json_valid(written)),
  PRIMARY KEY (import_number, contact_id)
) STRICT, WITHOUT ROWID;
