import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { sendInput, type SendInput } from '../contract/attempts.ts';
import { createBodyCipher, MARK } from '../storage/encryption/bodyCipher.ts';
import { toDataKey, type DataKey } from '../storage/encryption/dataKeys.ts';
import { createMessages } from './messages.ts';

let engine: TestEngine;
let ring: DataKey[];
let sealsAll: boolean;

beforeEach(() => {
  ring = [toDataKey(randomBytes(32))];
  sealsAll = false;
  engine = createTestEngine({ cipher: createBodyCipher({ ring: () => ring, sealsAll: () => sealsAll }) });
});
afterEach(() => {
  engine.remove();
});

type Columns = Record<'body' | 'media' | 'template' | 'title' | 'context', string | null>;
const columns = (id: string): Columns =>
  engine.database
    .prepare<{ id: string }, Columns>(`SELECT body, media, template, title, context FROM attempts WHERE id = @id`)
    .get({ id })!;
const isInClear = (id: string, text: string): boolean => JSON.stringify(columns(id)).includes(text);
const send = async (): Promise<void> => {
  await engine.dispatcher.start();
  await engine.clock.advance(1_000);
  await engine.dispatcher.stop();
};

const CODE = 'Votre code est 314159';
const content = {
  body: CODE,
  title: 'Code 314159',
  media: { url: 'https://exemple.fr/314159.png', format: 'native' as const },
  template: { name: 'code', language: 'fr', parameters: ['314159'] },
  context: { code: '314159' },
};

describe('a message of a sensitive type (SEC-3)', () => {
  it('lies sealed in every column and leaves as it was written', async () => {
    for (const type of ['otp', 'account'] as const) {
      const { id } = engine.add({ ...content, type });
      expect(isInClear(id, '314159')).toBe(false);
      expect(engine.views.get(id)).toMatchObject({
        ...{ body: CODE, title: content.title, media: content.media, context: content.context, unreadable: false },
      });
      expect(engine.views.list({ limit: 1 }).items[0]?.title).toBe(content.title);
    }
    await send();
    const { body, media, template } = content;
    expect(engine.provider.sent).toMatchObject([
      { body, media, template },
      { body, media, template },
    ]);
  });

  it('is alone sealed until all are to be', () => {
    expect(isInClear(engine.add({ body: 'Bonjour Awa' }).id, 'Bonjour Awa')).toBe(true);
    sealsAll = true;
    expect(isInClear(engine.add({ body: 'Bonjour Awa' }).id, 'Bonjour Awa')).toBe(false);
  });

  it('is tried again byte for byte the same, also with another key by then', async () => {
    engine.provider.onSend = () => ({ kind: 'not_sent', code: 'provider_unreachable', detail: '' });
    const { id } = engine.add({ ...content, type: 'otp' });
    await send();
    ring = [toDataKey(randomBytes(32)), ...ring];
    await engine.clock.advance(3_600_000);
    await send();
    expect(engine.provider.sent.length).toBeGreaterThan(1);
    expect(new Set(engine.provider.sent.map((message) => JSON.stringify(message))).size).toBe(1);
    expect(engine.attempt(id).state).toBe('failed_retry');
  });

  it('round trips for every content, in every column (1,000 runs)', () => {
    const text = fc.string({ unit: 'binary-ascii' });
    const any = fc.record({
      body: text,
      title: fc.option(text),
      media: fc.option(fc.record({ url: fc.webUrl(), format: fc.constant('native' as const) })),
      context: fc.option(fc.dictionary(fc.string(), fc.string())),
    });
    engine.database.pragma('synchronous = OFF');
    fc.assert(
      fc.property(any, fc.constantFrom('otp' as const, 'notification' as const), (written, type) => {
        const { id } = engine.add({ ...written, type });
        expect(engine.store.content(engine.attempt(id))).toEqual({ template: null, ...written });
      }),
      { numRuns: 1_000 },
    );
  });

  it('that begins like a sealed one is not taken for one', () => {
    const { id } = engine.add({ body: `${MARK}01234567:AAAA`, type: 'notification' });
    expect(engine.views.get(id).body).toBe(`${MARK}01234567:AAAA`);
  });
});

describe('a row that was changed in the file (SEC-3)', () => {
  it('swapped with another is not sent: the message fails with a sentence, the slot is given back', async () => {
    const one = engine.add({ type: 'otp', body: 'Code de Awa: 111111', phone: '+33639980001' });
    const other = engine.add({ type: 'otp', body: 'Code de Bob: 222222', phone: '+33639980002' });
    const swap = engine.database.prepare(`
      UPDATE attempts SET body = (SELECT body FROM attempts AS theirs WHERE theirs.id = @from) WHERE id = @to`);
    const kept = columns(one.id).body;
    swap.run({ to: one.id, from: other.id });
    engine.database.prepare(`UPDATE attempts SET body = @kept WHERE id = @id`).run({ kept, id: other.id });
    const fine = engine.add({ body: 'Bonjour' });
    await send();
    expect(engine.provider.sent.map(({ body }) => body)).toEqual(['Bonjour']);
    expect(engine.attempt(fine.id).state).toBe('sent');
    for (const { id } of [one, other]) {
      const seen = engine.views.get(id);
      expect(seen).toMatchObject({ state: 'failed_final', errorCode: 'body_unreadable', body: null, unreadable: true });
      expect(seen.errorMessage).toContain('ne peut pas être déchiffré');
    }
    expect(engine.ledger.usage(engine.clock.now()).used).toBe(1);
  });

  it('is refused whichever column was changed, moved or cut (1,000 runs)', () => {
    engine.database.pragma('synchronous = OFF');
    const names = ['body', 'media', 'template', 'title', 'context'] as const;
    const { id } = engine.add({ ...content, type: 'otp' });
    const sealed = columns(id);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), fc.constantFrom('flip', 'cut', 'move'), (name, at, how) => {
        const column = sealed[name] ?? '';
        const quoted = column.startsWith('"');
        const bare = quoted ? column.slice(1, -1) : column;
        const index = MARK.length + 9 + (at % (bare.length - MARK.length - 12));
        const flipped = bare[index] === 'A' ? 'B' : 'A';
        const from = names[(names.indexOf(name) + 1 + (at % (names.length - 1))) % names.length] ?? 'body';
        const changed = {
          flip: bare.slice(0, index) + flipped + bare.slice(index + 1),
          cut: bare.slice(0, index),
          move: (sealed[from] ?? '').replaceAll('"', ''),
        }[how];
        engine.database
          .prepare(`UPDATE attempts SET ${name} = @changed WHERE id = @id`)
          .run({ id, changed: quoted ? JSON.stringify(changed) : changed });
        expect(() => engine.store.content(engine.attempt(id))).toThrow('body_unreadable');
        engine.database.prepare(`UPDATE attempts SET ${name} = @column WHERE id = @id`).run({ id, column });
      }),
      { numRuns: 1_000 },
    );
    expect(engine.views.get(id).body).toBe(CODE);
  });
});

describe('what is said of a message elsewhere (SEC-3)', () => {
  it('in its timeline and in the list of errors lies sealed, and is shown', async () => {
    engine.provider.onSend = () => ({
      ...{ kind: 'refused', code: 'message:invalid', class: 'final_content', detail: `invalid: ${CODE}` },
    });
    const { id } = engine.add({ type: 'otp', body: CODE });
    await send();
    const stored = engine.database
      .prepare(
        `SELECT (SELECT group_concat(detail) FROM attempt_events) || (SELECT group_concat(detail) FROM message_errors)
          || (SELECT group_concat(error_detail) FROM attempts)`,
      )
      .pluck()
      .get() as string;
    expect(stored).toContain(MARK);
    expect(stored).not.toContain('314159');
    const refused = engine.views.get(id).timeline.find(({ event }) => event === 'refused_for_good');
    expect(refused?.detail).toMatchObject({ code: 'message:invalid', detail: `invalid: ${CODE}` });
  });

  it('is recognised under its idempotency key without a digest that a code could be guessed from (SND-7)', () => {
    const { database, store, queue, views, lines, clock } = engine;
    const messages = createMessages({
      ...{ database, store, queue, views, lines, clock, queued() {}, defaultCountry: () => 'FR', maxAttempts: () => 3 },
      ...{ blocked: () => null, isSuppressed: () => false },
    });
    const input: SendInput = sendInput.parse({ to: '+33639980001', body: CODE, type: 'otp', idempotencyKey: 'k' });
    const { attempt } = messages.send(input);
    expect(engine.attempt(attempt.id).contentHash).toMatch(/^fp:[0-9a-f]{8}:[0-9a-f]{64}$/);
    ring = [toDataKey(randomBytes(32)), ...ring];
    expect(messages.send(input)).toMatchObject({ known: true, attempt: { id: attempt.id } });
    expect(() => messages.send({ ...input, body: 'Votre code est 271828' })).toThrow('idempotency_conflict');
  });
});
