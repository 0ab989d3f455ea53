import type { LineHealth } from '../../provider.ts';
import { textAt } from '../reading.ts';

/** Words for an account that WhatsApp has restricted or banned; 463 is its error for "no new chats". */
const RESTRICTED = /restrict|banned|blocked|forbidden|463/i;

/** State of the sender, from a device as `GET /devices/ID` gives it: operative, with a session that is online. */
export function readSession(device: unknown): Pick<LineHealth, 'state' | 'detail'> {
  const status = textAt(device, 'status') ?? 'unknown';
  const session = textAt(device, 'session.status', 'session.state') ?? 'unknown';
  const reason = textAt(device, 'session.error', 'session.reason', 'statusReason') ?? '';
  const words = `${status} ${session} ${reason}`;
  if (RESTRICTED.test(words)) return { state: 'restricted', detail: short(words) };
  if (status === 'operative' && session === 'online') return { state: 'online', detail: '' };
  return { state: 'offline', detail: short(status === 'operative' ? `session ${session}` : `device ${status}`) };
}

/** State of the sender, from a `number:session` event, whose `data` is a session or a device. */
export function readSessionEvent(content: unknown): Pick<LineHealth, 'state' | 'detail'> {
  const session = textAt(content, 'session.status', 'status', 'state', 'sessionStatus') ?? 'unknown';
  const reason = textAt(content, 'session.error', 'error', 'reason', 'session.reason') ?? '';
  if (RESTRICTED.test(`${session} ${reason}`)) return { state: 'restricted', detail: short(`${session} ${reason}`) };
  if (/^(online|connected|authenticated|operative)$/i.test(session)) return { state: 'online', detail: '' };
  return { state: 'offline', detail: short(`session ${session}`) };
}

function short(text: string): string {
  return text.trim().slice(0, 100);
}
