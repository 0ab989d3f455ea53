import type { Locale } from '../contract/common.ts';
import type { LineTest, ProviderName } from '../contract/lines.ts';
import { sentence } from '../contract/messages/sentence.ts';
import type { LineHealth } from './provider.ts';

export type TestCode =
  | 'ready'
  | 'unreachable'
  | 'key_refused'
  | 'account_unpaid'
  | 'sender_unknown'
  | 'provider_trouble'
  | 'session_offline'
  | 'device_inoperative'
  | 'number_not_connected'
  | 'restricted';

/** What the provider's word on a sender comes to, in plain words and with what to do (SND-12). */
export function toLineTest(health: LineHealth, provider: ProviderName, locale: Locale): LineTest {
  const code = codeOf(health, provider);
  const { state, detail, sentToday } = health;
  return { state, code, message: sentence(locale, `line.test.${code}`, { detail }), sentToday };
}

function codeOf({ state, detail }: LineHealth, provider: ProviderName): TestCode {
  if (state === 'online') return 'ready';
  if (state === 'restricted') return 'restricted';
  if (detail === 'provider_unreachable') return 'unreachable';
  const [, status] = /^http_(\d+)$/.exec(detail) ?? [];
  if (status !== undefined) return codeOfStatus(Number(status), provider);
  if (provider === 'meta') return 'number_not_connected';
  return detail.startsWith('device') ? 'device_inoperative' : 'session_offline';
}

function codeOfStatus(status: number, provider: ProviderName): TestCode {
  if (status === 401 || status === 403) return 'key_refused';
  if (status === 402) return 'account_unpaid';
  // Meta answers 400 for a phone number id that the token may not see.
  if (status === 404 || (status === 400 && provider === 'meta')) return 'sender_unknown';
  return 'provider_trouble';
}
