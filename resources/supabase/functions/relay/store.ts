import type { Keep } from './relay.ts';

/** Providers wait about 10 s for an answer; one that came too late would be sent again for nothing. */
const TIMEOUT_MS = 8_000;

/** Stores requests by the function `relay_store` of migrations/supabase/0050_relay.sql; it answers after the commit. */
export function createStore(project: { url: string; key: string }): Keep {
  const address = `${project.url.replace(/\/+$/, '')}/rest/v1/rpc/relay_store`;
  const headers = {
    apikey: project.key,
    authorization: `Bearer ${project.key}`,
    'content-type': 'application/json',
  };
  return async ({ provider, path, headers: kept, body }) => {
    const answer = await fetch(address, {
      method: 'POST',
      headers,
      body: JSON.stringify({ p_provider: provider, p_path: path, p_headers: kept, p_body: body }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const said: unknown = answer.ok ? await answer.json() : `HTTP ${answer.status}`;
    if (said === 'stored' || said === 'full' || said === 'busy') return said;
    throw new Error('not stored');
  };
}
