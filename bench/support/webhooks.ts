import { createHmac, randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import SQLite from 'better-sqlite3';

export const WEBHOOK_SECRET = 'secret-of-the-benchmarks';
const BODY_BYTES = 1_200;
const POLL_MS = 50;

export type SignedWebhook = { body: string; headers: Record<string, string> };

/** An answer of a contact as Wassenger delivers it, padded to 1.2 KB and signed; each has ids of its own. */
export function signedWebhook(answer: { phone: string; device: string; at: number }): SignedWebhook {
  const { phone, device, at } = answer;
  const id = `3EB0${randomUUID().replaceAll('-', '').toUpperCase()}`;
  const chat = `${phone.slice(1)}@c.us`;
  const event = {
    ...{ id: `evt-${id}`, object: 'message', event: 'message:in:new', created: Math.floor(at / 1000) },
    device: { id: device, phone: '+33639980000' },
    data: {
      ...{ id, type: 'text', flow: 'inbound', status: 'active', body: 'Oui', fromNumber: phone, from: chat },
      ...{ date: new Date(at).toISOString(), timestamp: Math.floor(at / 1000) },
      chat: { id: chat, contact: { phone, name: 'Contact' } },
      meta: { isGroup: false, containsEmoji: false },
      padding: '',
    },
  };
  event.data.padding = 'x'.repeat(Math.max(0, BODY_BYTES - JSON.stringify(event).length));
  const body = JSON.stringify(event);
  const signature = createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex');
  return { body, headers: { 'content-type': 'application/json', 'x-wassenger-signature': `sha256=${signature}` } };
}

/** Waits until the host has processed everything that it received, so that it rests while others are measured. */
export async function processed(dataDir: string): Promise<void> {
  const inbox = new SQLite(path.join(dataDir, 'inbox.db'), { readonly: true });
  const main = new SQLite(path.join(dataDir, 'vigie.db'), { readonly: true });
  try {
    const newest = inbox.prepare<[], number | null>('SELECT max(id) FROM webhook_inbox').pluck();
    const cursor = main.prepare<[], string>(`SELECT value FROM meta WHERE key = 'webhook_cursor'`).pluck();
    while (Number(cursor.get() ?? 0) < (newest.get() ?? 0)) await sleep(POLL_MS);
  } finally {
    inbox.close();
    main.close();
  }
}
