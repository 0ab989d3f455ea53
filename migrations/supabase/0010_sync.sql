-- Vigie's copy in Supabase, for PostgreSQL 15 and newer. Run the whole file in the SQL editor of the project; running it
-- again does no harm. Only the service role reads and writes here: row level security is on and no policy lets anyone in.
--
-- Every mirrored row carries the machine that it comes from (source), its key there as JSON text (row_key), and a version
-- that grows with each change on that machine. An older version never overwrites a newer one, so that batches which are
-- repeated, or arrive in another order, do no harm.
-- Texts are stored as they are, but for two characters: U+0000, which PostgreSQL refuses, stands as U+001B followed by 0,
-- and U+001B stands twice. What is JSON on the machine is text here, so that it comes back letter by letter.

CREATE TABLE IF NOT EXISTS public.vigie_schema (
  component text PRIMARY KEY,
  version integer NOT NULL
);

-- The machines. `generation` grows when another machine takes over what one had: the former is then refused.
CREATE TABLE IF NOT EXISTS public.vigie_sources (
  source text PRIMARY KEY,
  generation bigint NOT NULL,
  -- Greatest version that arrived.
  version bigint NOT NULL DEFAULT 0,
  -- Rows that the machine had not pushed yet when it pushed last; 0: the copy is whole.
  waiting bigint NOT NULL DEFAULT 0,
  -- Digest of the account behind each line, by line: tells whether two machines send from the same number.
  accounts jsonb NOT NULL DEFAULT '{}',
  pushed_at timestamptz
);

-- What was deleted, by the digest of its key: an older version that arrives late does not come back to life.
CREATE TABLE IF NOT EXISTS public.vigie_tombstones (
  source text NOT NULL,
  entity text NOT NULL,
  key_digest text NOT NULL,
  version bigint NOT NULL,
  deleted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, entity, key_digest)
);

CREATE TABLE IF NOT EXISTS public.vigie_lines (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  id text NOT NULL,
  provider text NOT NULL,
  label text NOT NULL,
  is_default boolean NOT NULL,
  sends_per_minute bigint,
  gap_min_ms bigint,
  gap_max_ms bigint,
  warmup_steps text,
  warmup_started_day text,
  quiet_hours text,
  absent_policy text NOT NULL,
  created_at timestamptz NOT NULL,
  origin text NOT NULL,
  disabled_at timestamptz,
  archived_at timestamptz,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.vigie_pauses (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  scope text NOT NULL,
  target_id text NOT NULL,
  reason text NOT NULL,
  until_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.vigie_settings (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.daily_message_stats (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  date date NOT NULL,
  message_1_count bigint NOT NULL,
  message_2_count bigint NOT NULL,
  other_count bigint NOT NULL,
  error_count bigint NOT NULL,
  closed_at timestamptz,
  PRIMARY KEY (source, row_key),
  UNIQUE (date, source)
);
CREATE INDEX IF NOT EXISTS daily_message_stats_date ON public.daily_message_stats (date);

CREATE TABLE IF NOT EXISTS public.vigie_quota_slots (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  id bigint NOT NULL,
  message_id text NOT NULL,
  line_id text NOT NULL,
  kind text NOT NULL,
  day date NOT NULL,
  taken_at timestamptz NOT NULL,
  settled_at timestamptz,
  PRIMARY KEY (source, row_key)
);
CREATE INDEX IF NOT EXISTS vigie_quota_slots_taken ON public.vigie_quota_slots (source, taken_at);

CREATE TABLE IF NOT EXISTS public.categories (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  color text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.contacts (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  id text NOT NULL,
  number bigint NOT NULL,
  name text NOT NULL,
  phone text NOT NULL,
  phone_original text,
  attributes text NOT NULL,
  opted_out_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.vigie_contact_categories (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  category_id text NOT NULL,
  contact_id text NOT NULL,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.vigie_suppressions (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  phone text NOT NULL,
  reason text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.campaigns (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  status text NOT NULL,
  line_id text,
  message_1 text NOT NULL,
  message_2 text NOT NULL,
  audience text NOT NULL,
  sends_per_minute bigint,
  start_at timestamptz,
  started_at timestamptz,
  last_message_1_at timestamptz,
  ended_at timestamptz,
  total_contacts bigint NOT NULL,
  messages_sent bigint NOT NULL,
  messages_delivered bigint NOT NULL,
  messages_read bigint NOT NULL,
  interactions bigint NOT NULL,
  message_2_sent bigint NOT NULL,
  failures bigint NOT NULL,
  no_interaction bigint NOT NULL,
  late bigint NOT NULL,
  opted_out bigint NOT NULL,
  cancelled bigint NOT NULL,
  ended bigint NOT NULL,
  final_figures text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.recipients (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  id bigint NOT NULL,
  campaign_id text NOT NULL,
  contact_id text NOT NULL,
  phone text NOT NULL,
  state text NOT NULL,
  reason text,
  message_1_sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  interaction_at timestamptz,
  interaction_type text,
  within_24h boolean,
  message_2_sent_at timestamptz,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (source, row_key)
);
CREATE INDEX IF NOT EXISTS recipients_campaign ON public.recipients (campaign_id, state);

CREATE TABLE IF NOT EXISTS public.messages (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  id text NOT NULL,
  line_id text NOT NULL,
  type text NOT NULL,
  campaign_id text,
  contact_id text,
  phone text NOT NULL,
  body text,
  media text,
  template text,
  category text,
  title text,
  context text,
  priority bigint NOT NULL,
  state text NOT NULL,
  tries bigint NOT NULL,
  max_attempts bigint NOT NULL,
  reference text NOT NULL,
  idempotency_key text,
  content_hash text,
  due_at timestamptz NOT NULL,
  expires_at timestamptz,
  error_code text,
  error_detail text,
  created_at timestamptz NOT NULL,
  sending_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  finished_at timestamptz,
  unknown_at timestamptz,
  lookups bigint NOT NULL,
  absent_since timestamptz,
  lookup_at timestamptz,
  parked_at timestamptz,
  cleaned_at timestamptz,
  updated_at timestamptz NOT NULL,
  time_zone text NOT NULL,
  PRIMARY KEY (source, row_key)
);
CREATE INDEX IF NOT EXISTS messages_created ON public.messages (created_at);

CREATE TABLE IF NOT EXISTS public.vigie_message_events (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  id bigint NOT NULL,
  message_id text NOT NULL,
  at timestamptz NOT NULL,
  event text NOT NULL,
  detail text,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.vigie_provider_ids (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  line_id text NOT NULL,
  provider_id text NOT NULL,
  message_id text NOT NULL,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.vigie_delivery_reports (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  message_id text NOT NULL,
  status text NOT NULL,
  at timestamptz NOT NULL,
  code text NOT NULL,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.message_errors (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  id bigint NOT NULL,
  message_id text NOT NULL,
  line_id text NOT NULL,
  phone text NOT NULL,
  code text NOT NULL,
  message text,
  day date NOT NULL,
  occurred_at timestamptz NOT NULL,
  PRIMARY KEY (source, row_key)
);
CREATE INDEX IF NOT EXISTS message_errors_occurred ON public.message_errors (occurred_at);

CREATE TABLE IF NOT EXISTS public.interactions (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  id bigint NOT NULL,
  campaign_id text NOT NULL,
  contact_id text NOT NULL,
  line_id text NOT NULL,
  provider_message_id text NOT NULL,
  type text NOT NULL,
  received_at timestamptz NOT NULL,
  within_24h boolean NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (source, row_key)
);
CREATE INDEX IF NOT EXISTS interactions_received ON public.interactions (received_at);

CREATE TABLE IF NOT EXISTS public.vigie_sender_ids (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  line_id text NOT NULL,
  sender_id text NOT NULL,
  phone text NOT NULL,
  learnt_at timestamptz NOT NULL,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.vigie_last_incoming (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  line_id text NOT NULL,
  phone text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (source, row_key)
);

CREATE TABLE IF NOT EXISTS public.vigie_audit (
  source text NOT NULL, row_key text COLLATE "C" NOT NULL, version bigint NOT NULL,
  id bigint NOT NULL,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  detail text,
  PRIMARY KEY (source, row_key)
);

CREATE OR REPLACE FUNCTION public.vigie_mirrors() RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  SELECT ARRAY['vigie_lines', 'vigie_pauses', 'vigie_settings', 'daily_message_stats', 'vigie_quota_slots',
    'categories', 'contacts', 'vigie_contact_categories', 'vigie_suppressions', 'campaigns', 'recipients', 'messages',
    'vigie_message_events', 'vigie_provider_ids', 'vigie_delivery_reports', 'message_errors', 'interactions',
    'vigie_sender_ids', 'vigie_last_incoming', 'vigie_audit']
$$;

-- Pages of a restore, and what a full copy leaves behind, are found by the version.
DO $$
DECLARE entity text;
BEGIN
  FOREACH entity IN ARRAY public.vigie_mirrors() LOOP
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON public.%I (source, version)', entity || '_version', entity);
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION public.vigie_key_digest(p_key text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  SELECT encode(sha256(convert_to(p_key, 'UTF8')), 'hex')
$$;

-- Writes rows of one table: [{"k": key, "v": version, "r": row, or null when it was deleted}].
CREATE OR REPLACE FUNCTION public.vigie_write(p_source text, p_entity text, p_rows jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  columns text;
  changes text;
BEGIN
  INSERT INTO vigie_tombstones AS t (source, entity, key_digest, version)
  SELECT p_source, p_entity, vigie_key_digest(e->>'k'), max((e->>'v')::bigint)
  FROM jsonb_array_elements(p_rows) e WHERE e->'r' = 'null' GROUP BY 3
  ON CONFLICT (source, entity, key_digest) DO UPDATE SET version = excluded.version, deleted_at = now()
  WHERE t.version < excluded.version;

  EXECUTE format(
    'DELETE FROM %I t USING jsonb_array_elements($1) e
     WHERE e->''r'' = ''null'' AND t.source = $2 AND t.row_key = e->>''k'' AND t.version < (e->>''v'')::bigint', p_entity)
  USING p_rows, p_source;

  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
    string_agg(format('%1$I = excluded.%1$I', attname), ', ' ORDER BY attnum)
      FILTER (WHERE attname NOT IN ('source', 'row_key'))
  INTO columns, changes
  FROM pg_attribute WHERE attrelid = format('public.%I', p_entity)::regclass AND attnum > 0 AND NOT attisdropped;

  EXECUTE format(
    'INSERT INTO %1$I AS t (%2$s)
     SELECT %2$s FROM (
       SELECT DISTINCT ON (row_key) r.* FROM jsonb_populate_recordset(NULL::%1$I, (
         SELECT coalesce(jsonb_agg(e->''r'' || jsonb_build_object(
           ''source'', $2::text, ''row_key'', e->>''k'', ''version'', (e->>''v'')::bigint)), ''[]'')
         FROM jsonb_array_elements($1) e WHERE e->''r'' <> ''null'')) r
       ORDER BY row_key, version DESC) fresh
     WHERE NOT EXISTS (
       SELECT FROM vigie_tombstones d WHERE d.source = $2 AND d.entity = %3$L
         AND d.key_digest = vigie_key_digest(fresh.row_key) AND d.version >= fresh.version)
     ON CONFLICT (source, row_key) DO UPDATE SET %4$s WHERE t.version < excluded.version',
    p_entity, columns, p_entity, changes)
  USING p_rows, p_source;
END $$;

-- Takes a batch of rows of any tables in one transaction: [{"e": table, "k": key, "v": version, "r": row or null}].
-- A row that the table refuses is left out and named, with the code of the refusal; the others are kept.
CREATE OR REPLACE FUNCTION public.vigie_push(
  p_source text, p_generation bigint, p_rows jsonb, p_waiting bigint, p_accounts jsonb
) RETURNS jsonb
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  owner bigint;
  entity text;
  part jsonb;
  single jsonb;
  refused jsonb := '[]';
  place text;
BEGIN
  INSERT INTO vigie_sources (source, generation) VALUES (p_source, p_generation) ON CONFLICT (source) DO NOTHING;
  SELECT generation INTO owner FROM vigie_sources WHERE source = p_source FOR UPDATE;
  IF owner <> p_generation THEN
    RETURN jsonb_build_object('taken_over', true, 'refused', refused);
  END IF;
  FOR entity, part IN SELECT e->>'e', jsonb_agg(e) FROM jsonb_array_elements(p_rows) e GROUP BY 1 LOOP
    IF NOT entity = ANY (vigie_mirrors()) THEN
      RAISE EXCEPTION 'no mirrored table of this name' USING ERRCODE = '42P01';
    END IF;
    BEGIN
      PERFORM vigie_write(p_source, entity, part);
    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded OR raise_exception THEN
      FOR single IN SELECT * FROM jsonb_array_elements(part) LOOP
        BEGIN
          PERFORM vigie_write(p_source, entity, jsonb_build_array(single));
        EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded OR raise_exception THEN
          -- Without the message of PostgreSQL: it quotes the row.
          GET STACKED DIAGNOSTICS place = CONSTRAINT_NAME;
          refused := refused || jsonb_build_object(
            'entity', entity, 'key', single->>'k', 'reason', trim(SQLSTATE || ' ' || coalesce(place, '')));
        END;
      END LOOP;
    END;
  END LOOP;
  UPDATE vigie_sources SET waiting = p_waiting, accounts = p_accounts, pushed_at = now(), version = greatest(version, (
    SELECT coalesce(max((e->>'v')::bigint), 0) FROM jsonb_array_elements(p_rows) e))
  WHERE source = p_source;
  RETURN jsonb_build_object('taken_over', false, 'refused', refused);
END $$;

-- After a full copy: takes away what the machine has no more, which is everything that the copy did not touch.
CREATE OR REPLACE FUNCTION public.vigie_prune(p_source text, p_generation bigint, p_floor bigint) RETURNS jsonb
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  owner bigint;
  entity text;
BEGIN
  SELECT generation INTO owner FROM vigie_sources WHERE source = p_source FOR UPDATE;
  IF owner <> p_generation THEN
    RETURN jsonb_build_object('taken_over', true);
  END IF;
  FOREACH entity IN ARRAY vigie_mirrors() LOOP
    EXECUTE format('DELETE FROM %I WHERE source = $1 AND version <= $2', entity) USING p_source, p_floor;
  END LOOP;
  DELETE FROM vigie_tombstones WHERE source = p_source AND deleted_at < now() - interval '30 days';
  RETURN jsonb_build_object('taken_over', false);
END $$;

-- A new machine continues what another one had; the former is refused from here on.
CREATE OR REPLACE FUNCTION public.vigie_take_over(p_source text) RETURNS jsonb
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  taken vigie_sources;
BEGIN
  UPDATE vigie_sources SET generation = generation + 1 WHERE source = p_source RETURNING * INTO taken;
  RETURN to_jsonb(taken);
END $$;

DO $$
DECLARE entity text;
BEGIN
  FOREACH entity IN ARRAY public.vigie_mirrors() || ARRAY['vigie_schema', 'vigie_sources', 'vigie_tombstones'] LOOP
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', entity);
    EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC, anon, authenticated', entity);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO service_role', entity);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION public.vigie_mirrors(), public.vigie_key_digest(text), public.vigie_write(text, text, jsonb),
  public.vigie_push(text, bigint, jsonb, bigint, jsonb), public.vigie_prune(text, bigint, bigint),
  public.vigie_take_over(text) FROM PUBLIC, anon, authenticated;
GRANT EXECUTE ON FUNCTION public.vigie_mirrors(), public.vigie_key_digest(text), public.vigie_write(text, text, jsonb),
  public.vigie_push(text, bigint, jsonb, bigint, jsonb), public.vigie_prune(text, bigint, bigint),
  public.vigie_take_over(text) TO service_role;

INSERT INTO public.vigie_schema (component, version) VALUES ('sync', 10)
ON CONFLICT (component) DO UPDATE SET version = greatest(vigie_schema.version, excluded.version);
