import { describe, expect, test } from 'vitest';
import { phone, startBench, startReceiver, type Json } from '../../tests/support/simulatorBench.ts';
import { answerType, type AnswerType, type RulesPatch } from './rules.ts';

const QUIET: RulesPatch = { delivery: { sentShare: 0 }, webhooks: { lostShare: 0 } };
const data = (event: Json | undefined): Json => event?.data as Json;

/** What the provider calls each type, and a field that tells it. */
const SHAPES: Record<AnswerType, Json> = {
  text: { type: 'text', body: 'Bonjour', meta: { containsEmoji: false } },
  emoji: { type: 'text', body: '👍', meta: { containsEmoji: true } },
  voice: { type: 'audio', media: { type: 'audio', format: 'ptt', mime: 'audio/ogg; codecs=opus' } },
  audio: { type: 'audio', media: { type: 'audio', mime: 'audio/mpeg' } },
  image: { type: 'image', media: { mime: 'image/jpeg' } },
  video: { type: 'video', media: { mime: 'video/mp4' } },
  document: { type: 'document', media: { mime: 'application/pdf', filename: 'piece-jointe.pdf' } },
  reaction: { type: 'reaction', reaction: { emoji: '❤️' } },
  sticker: { type: 'sticker', media: { mime: 'image/webp' } },
  contacts: { type: 'contacts' },
  location: { type: 'location' },
  poll: { type: 'poll' },
};

describe('answers asked for', () => {
  test.each(answerType.options)('a contact writes: %s, in both envelopes (CMP-5)', async (type) => {
    const receiver = await startReceiver();
    const { simulator, call } = await startBench({ webhookUrl: receiver.url });
    const event = type === 'reaction' ? 'message:reaction' : 'message:in:new';
    const inbound = {
      flow: 'inbound',
      fromNumber: phone(1),
      toNumber: '+33639980000',
      date: '2026-11-20T08:00:00.000Z',
      timestamp: Date.parse('2026-11-20T08:00:00.000Z') / 1000,
      chat: { id: `${phone(1).slice(1)}@c.us`, contact: { phone: phone(1), name: 'Zoé' } },
      ...SHAPES[type],
    };

    const first = simulator.answer({ phone: phone(1), type, name: 'Zoé' });
    await first.delivered;
    expect(receiver.received[0]?.json).toMatchObject({
      event,
      object: 'message',
      data: { id: first.waId, ...inbound },
    });

    const asked = await call('POST /control/answers', { phone: phone(1), type, name: 'Zoé', envelope: 'array' });
    expect(asked).toMatchObject({ status: 202, json: { deliveries: [{ state: 'acknowledged', status: 200 }] } });
    const { id } = asked.json as { id: string };
    expect(receiver.received[1]?.json).toMatchObject([{ event, entityId: id, data: { id, ...inbound } }]);
  });

  test('takes a delay, a time of its own, a quote and a repetition', async () => {
    const receiver = await startReceiver();
    const { simulator, clock, call } = await startBench({ webhookUrl: receiver.url });
    const answer = { phone: phone(1), text: 'Plus tard', delayMs: 5_000, quotedWaId: '3EB0AA', times: 3 };
    expect((await call('POST /control/answers', answer)).json).toMatchObject({ deliveries: [] });
    await clock.advance(4_999);
    expect(receiver.received).toEqual([]);
    await clock.advance(1);
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ text }) => text)).size).toBe(1);
    expect(data(receiver.events()[0])).toMatchObject({
      body: 'Plus tard',
      date: '2026-11-20T08:00:05.000Z',
      quoted: { id: '3EB0AA' },
    });
    await simulator.answer({ phone: phone(1), at: Date.parse('2026-11-22T00:00:00.000Z') }).delivered;
    expect(data(receiver.events()[3]).date).toBe('2026-11-22T00:00:00.000Z');
  });

  test('a sender can hide the phone', async () => {
    const receiver = await startReceiver();
    const { simulator } = await startBench({ webhookUrl: receiver.url });
    await simulator.answer({ phone: phone(1), hiddenSender: true }).delivered;
    await simulator.answer({ phone: phone(1), hiddenSender: true, envelope: 'array' }).delivered;
    for (const { text } of receiver.received) expect(text).not.toContain(phone(1).slice(1));
    const senders = receiver.events().map((event) => String(data(event).from));
    expect(senders[0]).toMatch(/^\d+@lid$/);
    expect(senders[1]).toBe(senders[0]);
  });

  test.each([
    ['audio_ptt', 'audio'],
    ['ptt', 'ptt'],
    ['voice', 'voice'],
  ] as const)('a voice message can be called %s', async (voiceShape, type) => {
    const receiver = await startReceiver();
    const { simulator } = await startBench({ webhookUrl: receiver.url, rules: { answers: { voiceShape } } });
    await simulator.answer({ phone: phone(1), type: 'voice' }).delivered;
    expect(data(receiver.events()[0])).toMatchObject({ type, media: { format: 'ptt' } });
  });
});

describe('answers by rule', () => {
  test('a phone answers as its behaviour says, to its first message only', async () => {
    const receiver = await startReceiver();
    const answers = [
      { type: 'image' as const, delayMs: 3_000, quotes: true },
      { type: 'text' as const, text: 'Encore', delayMs: 4_000, envelope: 'array' as const },
    ];
    const { send, clock } = await startBench({
      webhookUrl: receiver.url,
      rules: { ...QUIET, phones: { [phone(1)]: { answers } } },
    });
    const { waId } = (await send(phone(1))).json as Json;
    await clock.advance(3_000);
    expect(receiver.events('message:in:new')).toMatchObject([{ data: { type: 'image', quoted: { id: waId } } }]);
    await send(phone(1));
    await send(phone(2));
    await clock.advance(3_600_000);
    expect(receiver.events('message:in:new')).toHaveLength(2);
  });

  test('a phone that answers each message does so', async () => {
    const receiver = await startReceiver();
    const rules: RulesPatch = { ...QUIET, phones: { [phone(1)]: { answers: [{ delayMs: 10 }], answersEach: true } } };
    const { send, clock } = await startBench({ webhookUrl: receiver.url, rules });
    await send(phone(1));
    await send(phone(1));
    await clock.advance(60_000);
    expect(receiver.events('message:in:new')).toHaveLength(2);
  });

  test('shares, types, late answers and STOP words are kept; a failed message brings no answer', async () => {
    const receiver = await startReceiver();
    const { send, clock, simulator } = await startBench({
      webhookUrl: receiver.url,
      rules: {
        delivery: { sentShare: 0, failedShare: 0.2 },
        answers: { share: 0.5, types: { text: 3, voice: 1 }, stopShare: 0.1, lateShare: 0.1, delayMs: [1_000, 60_000] },
      },
    });
    for (let number = 1; number <= 400; number++) await send(phone(number));
    await clock.advance(120_000);
    const prompt = receiver.events('message:in:new').length;
    await clock.advance(31 * 3_600_000);
    const answers = receiver.events('message:in:new');
    expect(prompt).toBeGreaterThan(400 * 0.8 * 0.5 * 0.9 - 40);
    expect(prompt).toBeLessThan(400 * 0.8 * 0.5 * 0.9 + 40);
    expect(answers.length).toBeGreaterThan(prompt);
    const failed = new Set(
      simulator
        .ledger()
        .filter(({ status }) => status === 'failed')
        .map((message) => message.phone),
    );
    expect(failed.size).toBeGreaterThan(40);
    expect(answers.some((event) => failed.has(String(data(event).fromNumber)))).toBe(false);
    expect(answers.some((event) => data(event).body === 'STOP')).toBe(true);
    expect(answers.some((event) => data(event).type === 'audio')).toBe(true);
    expect(simulator.counts()).toMatchObject({
      answers: { text: expect.any(Number) as unknown, voice: expect.any(Number) as unknown },
    });
  });

  test('the message that follows an answer is a follow-up, the next one is not', async () => {
    const receiver = await startReceiver();
    const rules: RulesPatch = { ...QUIET, answers: { share: 1, afterAnswerShare: 0, delayMs: [100, 100] } };
    const { send, clock } = await startBench({ webhookUrl: receiver.url, rules });
    const answersAfterSend = async (): Promise<number> => {
      await send(phone(1));
      await clock.advance(10_000);
      return receiver.events('message:in:new').length;
    };
    expect([await answersAfterSend(), await answersAfterSend(), await answersAfterSend()]).toEqual([1, 1, 2]);
  });

  test('several answers come one after the other, after the read, five at most', async () => {
    const receiver = await startReceiver();
    const rules: RulesPatch = {
      delivery: { sentShare: 0, readShare: 1, readMs: [3_600_000, 3_600_000] },
      answers: { share: 1, severalShare: 1, delayMs: [1_000, 1_000] },
    };
    const { send, clock } = await startBench({ webhookUrl: receiver.url, rules });
    await send(phone(1));
    await clock.advance(3_600_000);
    const events = receiver.events().map((event) => (data(event).ack === 'read' ? 'read' : event.event));
    expect(events).toEqual(['message:out:ack', 'read', ...Array.from({ length: 5 }, () => 'message:in:new')]);
  });
});
