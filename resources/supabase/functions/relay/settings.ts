import type { RelayOptions } from './relay.ts';
import { createStore } from './store.ts';

/**
 * The function's settings. `SUPABASE_URL` and `SUPABASE_SERVICE_ROLE_KEY` are given by the platform; `RELAY_TOKENS`
 * (several with commas, while one is replaced) and `RELAY_META_VERIFY_TOKEN` by the operator.
 */
export function readSettings(read: (name: string) => string | undefined): RelayOptions {
  const [url, key] = [read('SUPABASE_URL'), read('SUPABASE_SERVICE_ROLE_KEY')];
  if (!url || !key) throw new Error('SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY are missing');
  const tokens = (read('RELAY_TOKENS') ?? '').split(',').map((token) => token.trim());
  return {
    tokens: tokens.filter((token) => token !== ''),
    verifyToken: read('RELAY_META_VERIFY_TOKEN') || null,
    store: createStore({ url, key }),
  };
}
