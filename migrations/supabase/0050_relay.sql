-- Raw webhooks that wait for a machine without a public address (WHK-7). The Edge Function of resources/supabase writes
-- them, Vigie reads, stores and deletes them. Needs no other migration; to run it again changes nothing.

create table if not exists public.webhook_inbox (
  id bigint generated always as identity primary key,
  -- Name of the row for all time, in whatever project: how Vigie knows what it has stored already.
  key uuid not null default gen_random_uuid() unique,
  -- By the clock of the database, which no sender can set.
  received_at timestamptz not null default clock_timestamp(),
  provider text not null check (provider in ('wassenger', 'meta')),
  path text not null check (length(path) <= 512),
  -- Those that a signature is checked with: names in small letters, values as they came.
  headers jsonb not null check (jsonb_typeof(headers) = 'object'),
  -- The bytes as they came, in base64: 256 KiB at most.
  body text not null check (octet_length(body) <= 349528),
  bytes integer not null generated always as (octet_length(body)) stored,
  -- Why Vigie did not believe it; null while it waits. Looked at again when Vigie starts with other secrets.
  refused text
);
create index if not exists webhook_inbox_bounds on public.webhook_inbox (provider) include (bytes, received_at)
  where refused is null;
create index if not exists webhook_inbox_aside on public.webhook_inbox (id) where refused is not null;
create index if not exists webhook_inbox_age on public.webhook_inbox (received_at);

-- What waits, oldest first by id. Its age instead of an instant: the clock of the machine that reads may be another.
create or replace view public.webhook_inbox_waiting with (security_invoker = true) as
  select id, key, provider, path, headers, body,
    floor(extract(epoch from clock_timestamp() - received_at) * 1000)::bigint as age_ms
  from public.webhook_inbox
  where refused is null;

-- Stores a request, within bounds: strangers can fill neither the table nor the disk, and those of one provider do not
-- crowd out the other. Answers 'stored', 'busy' (come again in a minute) or 'full' (come again when Vigie has read).
create or replace function public.relay_store(p_provider text, p_path text, p_headers jsonb, p_body text)
returns text language plpgsql security invoker set search_path = '' as $$
declare
  most_rows constant integer := 20000;
  most_bytes constant bigint := 200000000;
  most_in_a_minute constant integer := 3000;
  most_refused constant integer := 1000;
  kept constant interval := interval '30 days';
  waiting_rows bigint;
  waiting_bytes bigint;
  in_a_minute bigint;
begin
  delete from public.webhook_inbox where id in (
    select id from public.webhook_inbox where received_at < clock_timestamp() - kept order by received_at limit 20);
  delete from public.webhook_inbox where id in (
    select id from public.webhook_inbox where refused is not null order by id desc offset most_refused limit 20);
  select count(*), coalesce(sum(bytes), 0), count(*) filter (where received_at > clock_timestamp() - interval '1 minute')
    into waiting_rows, waiting_bytes, in_a_minute
    from public.webhook_inbox where provider = p_provider and refused is null;
  if waiting_rows >= most_rows or waiting_bytes >= most_bytes then return 'full'; end if;
  if in_a_minute >= most_in_a_minute then return 'busy'; end if;
  insert into public.webhook_inbox (provider, path, headers, body) values (p_provider, p_path, p_headers, p_body);
  return 'stored';
end
$$;

-- The service role alone: there is no policy, so nobody else sees or writes a row.
alter table public.webhook_inbox enable row level security;
revoke all on public.webhook_inbox, public.webhook_inbox_waiting from public, anon, authenticated;
revoke all on function public.relay_store(text, text, jsonb, text) from public, anon, authenticated;
grant select, insert, update, delete on public.webhook_inbox to service_role;
grant select on public.webhook_inbox_waiting to service_role;
grant execute on function public.relay_store(text, text, jsonb, text) to service_role;
