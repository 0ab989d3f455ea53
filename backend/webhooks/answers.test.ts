import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWebhookBench, type WebhookBench } from '../../tests/support/webhookBench.ts';
import { AT, incoming, report } from '../../tests/support/wassengerEvents.ts';
import { HOUR_MS } from '../core/days.ts';
import type { ProviderEvent } from '../sending/provider.ts';

let bench: WebhookBench;
beforeEach(() => {
  bench = createWebhookBench();
});
afterEach(() => bench.close());

const PHONE = '+33612345678';
const HIDDEN = { from: '123456789012345@lid', fromNumber: undefined, chat: { id: '123456789012345@lid' } };
const statusOf = (id: string, event: string, fields: object) => ({
  ...report(event, { id, reference: null, ...fields }),
  entityId: id,
});
/** Reads an answer as ever, and anything else as the report. */
const answerOr = (body: unknown, told: ProviderEvent): ProviderEvent[] =>
  JSON.stringify(body).includes('told') ? [told] : bench.provider.readWebhook(body);
const verdicts = () => bench.events().map(({ verdict }) => verdict);

describe('an answer', () => {
  it('reaches campaigns with all that is known, within the transaction that logs it (CMP-5)', async () => {
    bench.onAnswer = () => ({ changes: [{ kind: 'attempt', id: 'a2' }], verdict: 'applied' });
    await bench.receive(incoming({ quoted: { id: 'wa-1' } }));
    expect(bench.answers).toEqual([
      {
        ...{ lineId: 'line', providerMessageId: '3EB0AA', phone: PHONE, senderId: '33612345678@c.us', type: 'text' },
        ...{ text: 'Bonjour', at: Date.parse(AT), quotedProviderId: 'wa-1', receivedAt: bench.engine.clock.now() },
      },
    ]);
    expect(bench.events()).toMatchObject([{ verdict: 'applied', attemptId: 'a2' }]);
    expect(bench.woken()).toBeGreaterThan(0);
  });

  it('without a time of its own counts from its receipt', async () => {
    await bench.receive(incoming({ date: undefined }, { created: undefined }));
    expect(bench.answers[0]!.at).toBe(bench.engine.clock.now());
  });

  it('again is not told twice (CMP-7)', async () => {
    await bench.receive(incoming(), incoming());
    await bench.receive([incoming()]);
    expect(bench.answers).toHaveLength(1);
  });

  it('that overtakes the record of its Message 1 is matched then (WHK-4)', async () => {
    const { id } = bench.engine.add({ phone: PHONE });
    bench.engine.claim();
    await bench.receive(incoming());
    expect(verdicts()).toEqual(['unmatched']);
    bench.onAnswer = () => ({ changes: [{ kind: 'recipient', id: 'r' }], verdict: 'applied' });
    bench.engine.outcomes.accepted(bench.engine.attempt(id), ['own-1']);
    expect(verdicts()).toEqual(['applied']);
    expect(bench.answers).toHaveLength(2);
  });

  it('of a stranger does not answer a Message 1 that is sent long after it', async () => {
    await bench.receive(incoming());
    await bench.engine.clock.advance(HOUR_MS);
    bench.onAnswer = () => ({ changes: [], verdict: 'applied' });
    bench.sent({ phone: PHONE });
    expect(bench.answers).toHaveLength(1);
    expect(verdicts()).toEqual(['unmatched']);
  });

  it('that campaigns do not count is ignored', async () => {
    bench.onAnswer = () => ({ changes: [], verdict: 'ignored' });
    await bench.receive(incoming({ type: 'sticker' }));
    expect(bench.events()).toMatchObject([{ verdict: 'ignored', reason: 'not_counted' }]);
  });

  it('starts Meta’s 24 hours of free text, by its own time; a reaction does not (CMP-6)', async () => {
    const now = bench.engine.clock.now();
    const hourAgo = new Date(now - HOUR_MS).toISOString();
    const older = new Date(now - 2 * HOUR_MS).toISOString();
    await bench.receive(incoming({ date: hourAgo }), incoming({ id: 'b', date: older }, { id: 'evt-2' }));
    await bench.receive(incoming({ id: 'c', reaction: '❤️' }, { id: 'evt-3', event: 'message:reaction' }));
    expect(bench.processor.lastIncomingAt('line', PHONE)).toBe(now - HOUR_MS);
    expect(bench.processor.lastIncomingAt('line', '+33600000000')).toBeNull();
  });

  describe('whose sender hides the phone', () => {
    it('is kept for the operator when nothing is known', async () => {
      await bench.receive(incoming(HIDDEN));
      expect(bench.answers).toMatchObject([{ phone: null, senderId: '123456789012345@lid' }]);
      expect(bench.events()).toMatchObject([{ verdict: 'unmatched', reason: 'hidden_sender' }]);
    });

    it('is given to a contact by the operator, with its earlier and later answers (CMP-8, WHK-6)', async () => {
      const { engine } = bench;
      engine.runningCampaign();
      const { id } = engine.addStep('message_1', 'contact', { phone: PHONE });
      engine.claim();
      engine.outcomes.accepted(engine.attempt(id), ['own-1']);
      await bench.engine.clock.advance(HOUR_MS);
      await bench.receive(incoming(HIDDEN), incoming({ ...HIDDEN, id: 'b' }, { id: 'evt-2' }));
      expect(verdicts()).toEqual(['unmatched', 'unmatched']);
      bench.onAnswer = ({ phone }) => ({ changes: [], verdict: phone === PHONE ? 'applied' : 'unmatched' });
      const [, second] = bench.events();
      expect(() => bench.log.assign({ id: `${second!.id}`, contactId: 'nobody' }, 'cli')).toThrow('not_found');
      expect(bench.log.assign({ id: `${second!.id}`, contactId: PHONE }, 'cli').verdict).toBe('applied');
      expect(verdicts()).toEqual(['applied', 'applied']);
      expect(bench.audited.at(-1)).toMatchObject({ actor: 'cli', action: 'webhook.assign', target: `${second!.id}` });
      expect(bench.woken()).toBeGreaterThan(0);
      await bench.receive(incoming({ ...HIDDEN, id: 'c' }, { id: 'evt-3' }));
      expect(verdicts()).toEqual(['applied', 'applied', 'applied']);
      expect(() => bench.log.assign({ id: `${second!.id}`, contactId: PHONE }, 'cli')).toThrow('not_assignable');
    });

    it('stays unmatched when the contact was never written to, and is then one whose phone is known (CMP-8)', async () => {
      await bench.receive(incoming(HIDDEN));
      const [only] = bench.events();
      expect(bench.log.assign({ id: `${only!.id}`, contactId: PHONE }, 'cli')).toMatchObject({
        ...{ verdict: 'unmatched', reason: 'unknown_contact' },
      });
    });

    it('is matched by the id that a report taught', async () => {
      bench.sent({ phone: PHONE });
      await bench.receive(
        [statusOf('own-1', 'message:out:delivered', { to: '123456789012345@lid' })],
        incoming(HIDDEN),
      );
      expect(bench.answers).toMatchObject([{ phone: PHONE }]);
    });

    it('and whose name at the provider looks like another phone is matched once a report says whose it is (CMP-8)', async () => {
      bench.engine.runningCampaign();
      const { id } = bench.engine.addStep('message_1', 'k', { phone: '+5511987654321' });
      bench.engine.claim();
      bench.engine.outcomes.accepted(bench.engine.attempt(id), ['own-1']);
      const OTHER = { from: '551187654321@c.us', fromNumber: '+551187654321', chat: { id: '551187654321@c.us' } };
      await bench.receive(incoming(OTHER));
      expect(bench.events()).toMatchObject([{ verdict: 'unmatched', reason: 'unknown_contact' }]);
      bench.onAnswer = () => ({ changes: [], verdict: 'applied' });
      const named = { event: 'x', dedupeKey: 'x', recipientId: '551187654321@c.us', providerIds: ['own-1'] };
      const told: ProviderEvent = { ...named, kind: 'status', status: 'delivered', reference: null, at: 0, code: '' };
      bench.lines[0]!.provider = { ...bench.provider, readWebhook: (body) => answerOr(body, told) };
      await bench.receive({ told: true });
      expect(bench.answers.at(-1)).toMatchObject({ phone: '+5511987654321', providerMessageId: '3EB0AA' });
    });

    it('learns nothing from a report on a message whose phone the clean-up took (SND-9, SND-13)', async () => {
      const { id } = bench.sent({ phone: PHONE });
      bench.engine.database.prepare(`UPDATE attempts SET phone = '' WHERE id = @id`).run({ id });
      await bench.receive([statusOf('own-1', 'message:out:read', { to: '123456789012345@lid' })]);
      await bench.receive(incoming({ from: '123456789012345@lid' }));
      await bench.receive(incoming({ ...HIDDEN, id: 'b', quoted: { id: 'wa-1' } }, { id: 'evt-2' }));
      expect(bench.answers.map(({ phone }) => phone)).toEqual([PHONE, null]);
    });

    it('is matched by the message that it quotes, which teaches the id', async () => {
      bench.sent({ phone: PHONE });
      await bench.receive(incoming({ ...HIDDEN, quoted: { id: 'wa-1' } }));
      bench.onAnswer = () => ({ changes: [], verdict: 'applied' });
      await bench.receive(incoming({ ...HIDDEN, id: 'x', quoted: { id: 'wa-1' } }, { id: 'evt-2' }));
      await bench.receive(incoming({ ...HIDDEN, id: 'y' }, { id: 'evt-3' }));
      expect(bench.answers.map(({ phone }) => phone)).toEqual([PHONE, PHONE, PHONE]);
    });

    it('is matched later, when its id is learnt, if it came after Message 1', async () => {
      bench.engine.runningCampaign();
      await bench.receive(incoming({ ...HIDDEN, id: 'old' }, { id: 'evt-0' }));
      await bench.engine.clock.advance(1_000);
      const { id } = bench.engine.addStep('message_1', 'k', { phone: PHONE });
      bench.engine.claim();
      bench.engine.outcomes.accepted(bench.engine.attempt(id), ['own-1']);
      await bench.receive(incoming(HIDDEN));
      expect(verdicts()).toEqual(['unmatched', 'unmatched']);
      bench.onAnswer = () => ({ changes: [], verdict: 'applied' });
      await bench.receive([statusOf('own-1', 'message:out:read', { to: '123456789012345@lid' })]);
      expect(verdicts()).toEqual(['unmatched', 'applied', 'applied']);
      expect(bench.answers.at(-1)).toMatchObject({ phone: PHONE, providerMessageId: '3EB0AA' });
    });
  });
});
