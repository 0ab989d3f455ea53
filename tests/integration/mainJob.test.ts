import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Campaign, Recipient } from '../../backend/contract/campaigns.ts';
import type { ImportReport } from '../../backend/contract/imports.ts';
import type { MonitoringStats } from '../../backend/contract/monitoring.ts';
import {
  startHost,
  startSimulator,
  type LedgerEntry,
  type RunningHost,
  type RunningSimulator,
} from '../support/processes.ts';

/** Everything is judged by the provider's ledger and by REST; the provider is known by its HTTP alone. */
const WITHIN = { timeout: 30_000, interval: 50 };
/** The rule for a follow-up (CMP-6). */
const FOLLOW_UP = { timeout: 5_000, interval: 25 };
const DAY_MS = 86_400_000;

let dataDir: string;
let simulator: RunningSimulator;
let host: RunningHost;
let campaign: Campaign;
let contacts: { phone: string; contactId: string }[];
beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-main-job-'));
  // Contacts keep silent and nothing is reported: this test plays the contacts and the provider's webhooks itself.
  simulator = await startSimulator({ answers: { share: 0 }, delivery: { deliveredShare: 0 } });
  host = await startHost({ dataDir, provider: simulator });
});
afterAll(async () => {
  await host.end();
  await simulator.end();
  rmSync(dataDir, { recursive: true, force: true });
});

/** 60 lines of contacts, 4 of them not usable. */
function csvOf60(): string {
  const bad = new Map([
    [7, 'Sans numéro;;Lyon'],
    [19, 'Trop court;+33 12;Lyon'],
    [33, 'Pas un numéro;demain;Lyon'],
    [58, 'Pays inconnu;+999 123 456 789;Lyon'],
  ]);
  const lines = Array.from({ length: 60 }, (_, index) => {
    const number = `06 39 98 ${String(Math.floor(index / 100)).padStart(2, '0')} ${String(index % 100).padStart(2, '0')}`;
    return bad.get(index) ?? `Prénom${index};${number};Lyon`;
  });
  return ['prenom;telephone;ville', ...lines].join('\r\n');
}

const ledgerOf = async (step: 'message_1' | 'message_2'): Promise<LedgerEntry[]> =>
  (await simulator.ledger()).filter(({ reference }) => reference.endsWith(`:${step}`));
const stats = async (): Promise<MonitoringStats> => (await host.call<MonitoringStats>('GET', '/monitoring/stats')).body;
const recipients = async (): Promise<Recipient[]> =>
  (await host.call<{ items: Recipient[] }>('GET', `/campaigns/${campaign.id}/recipients?limit=200`)).body.items;
const recipientOf = async (phone: string): Promise<Recipient | undefined> =>
  (await recipients()).find((recipient) => recipient.phone === phone);

let messages = 0;
type AnswerOptions = { type?: string; at?: number; meta?: object; media?: object; body?: string; id?: string };
/** An incoming message as Wassenger delivers it, for one object. */
function answerOf(
  phone: string,
  { type = 'text', at = Date.now(), meta = {}, media, body = 'Oui', id }: AnswerOptions = {},
) {
  const messageId = id ?? `3EB0${String(++messages).padStart(16, '0')}`;
  const digits = phone.slice(1);
  return {
    id: `evt-${messageId}`,
    object: 'message',
    event: 'message:in:new',
    created: Math.floor(at / 1000),
    device: { id: simulator.device, phone: '+33639980000' },
    data: {
      id: messageId,
      type,
      flow: 'inbound',
      status: 'active',
      fromNumber: phone,
      from: `${digits}@c.us`,
      date: new Date(at).toISOString(),
      timestamp: Math.floor(at / 1000),
      ...(body === '' ? {} : { body }),
      chat: { id: `${digits}@c.us`, contact: { phone, name: 'Contact' } },
      ...(media ? { media } : {}),
      meta: { isGroup: false, containsEmoji: false, ...meta },
    },
  };
}
const TYPES: [string, AnswerOptions][] = [
  ['text', {}],
  ['emoji', { body: '👍', meta: { containsEmoji: true } }],
  ['voice', { type: 'audio', body: '', media: { type: 'audio', format: 'ptt', mime: 'audio/ogg' } }],
  ['audio', { type: 'audio', body: '', media: { type: 'audio', mime: 'audio/mpeg' } }],
  ['image', { type: 'image', body: '', media: { type: 'image', mime: 'image/jpeg' } }],
  ['video', { type: 'video', body: '', media: { type: 'video', mime: 'video/mp4' } }],
  ['document', { type: 'document', body: '', media: { type: 'document', mime: 'application/pdf' } }],
];

describe('from a file of contacts to the follow-ups that left', () => {
  it('imports 56 of 60 lines and reports the 4 bad ones with their line numbers (CMP-1)', async () => {
    const dry = await host.call<ImportReport>('POST', '/contacts/import?category=Clients&dryRun=true', csvOf60());
    expect(dry.body).toMatchObject({ imported: 56, updated: 0, total: 60, dryRun: true });
    const { status, body } = await host.call<ImportReport>('POST', '/contacts/import?category=Clients', csvOf60());
    expect(status).toBe(200);
    expect(body).toMatchObject({ imported: 56, updated: 0, total: 60 });
    expect(body.refused.map(({ line }) => line)).toEqual([9, 21, 35, 60]);
    expect(body.refused.every(({ reason, message }) => reason !== '' && message.length > 10)).toBe(true);
  });

  it('sends exactly 56 first messages, each once and written for its contact (CMP-4, CMP-3)', async () => {
    const { body: categories } = await host.call<{ items: { id: string; contactCount: number }[] }>(
      'GET',
      '/categories',
    );
    expect(categories.items[0]?.contactCount).toBe(56);
    const created = await host.call<Campaign>('POST', '/campaigns', {
      name: 'Rentrée',
      categoryIds: categories.items.map(({ id }) => id),
      message1: { body: 'Bonjour {{prenom|vous}} de {{ville}}' },
      message2: { body: 'Merci {{prenom|beaucoup}}' },
    });
    expect([200, 201]).toContain(created.status);
    expect(created.body.status).toBe('draft');
    campaign = (await host.call<Campaign>('POST', `/campaigns/${created.body.id}/start`)).body;
    expect(campaign).toMatchObject({ status: 'running', totalContacts: 56 });
    await vi.waitFor(async () => {
      expect(await ledgerOf('message_1')).toHaveLength(56);
      expect((await stats()).message1).toBe(56);
    }, WITHIN);
    const sent = await ledgerOf('message_1');
    expect(new Set(sent.map(({ phone }) => phone)).size).toBe(56);
    expect(sent.some(({ body }) => body === 'Bonjour Prénom0 de Lyon')).toBe(true);
    contacts = (await recipients()).map(({ phone, contactId }) => ({ phone, contactId }));
    expect(await stats()).toMatchObject({ sent: 56, message2: 0, errors: 0, rolling: { sent: 56 } });
  });

  for (const [index, [type, options]] of TYPES.entries()) {
    for (const envelope of ['object', 'array'] as const) {
      it(`brings one follow-up within 5 s for an answer of type ${type} in the ${envelope} envelope (CMP-5, CMP-6)`, async () => {
        const { phone } = contacts[index * 2 + (envelope === 'array' ? 1 : 0)] ?? { phone: '' };
        const event = answerOf(phone, options);
        expect(await host.webhook(envelope === 'array' ? [event] : event)).toBe(200);
        await vi.waitFor(async () => {
          expect((await ledgerOf('message_2')).filter((entry) => entry.phone === phone)).toHaveLength(1);
          expect(await recipientOf(phone)).toMatchObject({
            state: 'message_2_sent',
            interactionType: type,
            within24h: true,
          });
        }, FOLLOW_UP);
      });
    }
  }

  it('sends no second follow-up for a second answer, a repeated webhook, or a storm of both (CMP-7, WHK-4)', async () => {
    const before = (await ledgerOf('message_2')).length;
    const { phone } = contacts[0] ?? { phone: '' };
    const second = answerOf(phone);
    await Promise.all([
      host.webhook(second),
      host.webhook(second),
      host.webhook([second]),
      host.webhook(answerOf(phone)),
    ]);
    // A later answer of somebody else that is done shows that the earlier ones were looked at.
    const marker = contacts[20]?.phone ?? '';
    await host.webhook(answerOf(marker));
    await vi.waitFor(async () => {
      expect(await recipientOf(marker)).toMatchObject({ state: 'message_2_sent' });
    }, FOLLOW_UP);
    expect(await ledgerOf('message_2')).toHaveLength(before + 1);
  });

  it('shows in REST what the provider has in its ledger, message by message (MON-1, CMP-11)', async () => {
    const [first, followUps] = [await ledgerOf('message_1'), await ledgerOf('message_2')];
    expect(followUps).toHaveLength(TYPES.length * 2 + 1);
    expect(await stats()).toMatchObject({
      sent: first.length + followUps.length,
      message1: 56,
      message2: followUps.length,
    });
    const { body } = await host.call<Campaign>('GET', `/campaigns/${campaign.id}`);
    expect(body).toMatchObject({ messagesSent: 56, interactions: followUps.length, message2Sent: followUps.length });
    const attempts = await host.call<{ items: { reference: string }[] }>(
      'GET',
      `/attempts?campaignId=${campaign.id}&limit=200`,
    );
    const references = attempts.body.items.map(({ reference }) => reference).sort();
    expect(references).toEqual([...first, ...followUps].map(({ reference }) => reference).sort());
  });

  it('follows delivery reports in any order (CMP-11, WHK-4)', async () => {
    const message = (await ledgerOf('message_1'))[0];
    const date = new Date(Date.now()).toISOString();
    const report = (event: string, ack: string) => ({
      id: `evt-${event}`,
      event,
      device: { id: simulator.device },
      created: Math.floor(Date.now() / 1000),
      data: { id: message?.waId, ack, status: ack, date },
    });
    await host.webhook(report('message:out:read', 'read'));
    await host.webhook([
      { event: 'message:out:sent', date, entity: 'message', data: { id: message?.id, status: 'sent' } },
    ]);
    await vi.waitFor(async () => {
      const { body } = await host.call<Campaign>('GET', `/campaigns/${campaign.id}`);
      expect(body).toMatchObject({ messagesDelivered: 1, messagesRead: 1 });
    }, FOLLOW_UP);
  });
});

describe('an answer that comes a day too late', () => {
  it('is kept as late and brings no follow-up (CMP-6)', async () => {
    await host.end();
    // The same folder a day later: first messages are moved back, as nothing in this test can wait for a day.
    const { openDatabase } = await import('../../backend/storage/database.ts');
    const database = openDatabase(path.join(dataDir, 'vigie.db'));
    const { phone } = contacts[30] ?? { phone: '' };
    database
      .prepare(`UPDATE recipients SET message_1_sent_at = message_1_sent_at - ? WHERE phone = ?`)
      .run(DAY_MS, phone);
    database
      .prepare(
        `UPDATE attempts SET sent_at = sent_at - ?, sending_at = sending_at - ?, created_at = created_at - ? WHERE phone = ?`,
      )
      .run(DAY_MS, DAY_MS, DAY_MS, phone);
    database.close();
    host = await startHost({ dataDir, provider: simulator });
    const before = (await ledgerOf('message_2')).length;
    await host.webhook(answerOf(phone));
    await vi.waitFor(async () => {
      expect(await recipientOf(phone)).toMatchObject({ state: 'late_interaction', within24h: false });
    }, FOLLOW_UP);
    expect(await ledgerOf('message_2')).toHaveLength(before);
    expect((await host.call<Campaign>('GET', `/campaigns/${campaign.id}`)).body.late).toBe(1);
  });
});
