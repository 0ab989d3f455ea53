import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import { interactionType } from '../contract/campaigns.ts';
import type { Contact } from '../contract/contacts.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, toIso } from '../core/days.ts';
import { REPLY_WINDOW_MS } from '../domain/replyWindow.ts';
import type { AttemptRow } from '../sending/attempt.ts';

const START = Date.parse('2026-11-20T08:00:00.000Z');
vi.setConfig({ testTimeout: 120_000 });

let host: TestCampaigns;
beforeAll(() => {
  host = createTestCampaigns({ durable: false });
});
afterAll(() => {
  host.engine.remove();
});
/** A thousand runs, each on empty tables and in one transaction: they are about rules, not about commits. */
const check = <Input>(arbitrary: fc.Arbitrary<Input>, rule: (input: Input) => void): void => {
  const run = (input: Input): void => {
    host.database.transaction(() => {
      host.clear();
      Object.assign(host.settings, { countReactions: true, countStickers: true });
      rule(input);
    })();
  };
  fc.assert(fc.property(arbitrary, run), { numRuns: 1000 });
};
const count = (sql: string): number => Number(host.database.prepare(sql).pluck().get());
const kindOfAnswer = fc.constantFrom(...interactionType.options);

describe('whatever the answers', () => {
  it('one brings Message 2 exactly when it came less than 24 hours after Message 1 (CMP-6)', () => {
    const near = fc.integer({ min: REPLY_WINDOW_MS - 3, max: REPLY_WINDOW_MS + 3 });
    const after = fc.oneof(near, fc.integer({ min: 0, max: 2 * REPLY_WINDOW_MS }));
    check(fc.tuple(after, kindOfAnswer, fc.boolean()), ([delay, type, isToldLater]) => {
      const person = host.contact();
      const { id } = host.started([person, host.contact()]);
      host.acceptAll();
      const at = START + delay;
      host.clock.set(isToldLater ? at + HOUR_MS : at);
      host.answer(person.phone, { type, at, text: null });
      const isWithin = delay < REPLY_WINDOW_MS;
      expect(host.attemptOf(id, person.id, 'message_2') !== null).toBe(isWithin);
      expect(host.recipient(id, person.id)).toMatchObject({
        ...{ state: isWithin ? 'answered' : 'late_interaction', within24h: isWithin, interactionAt: toIso(at) },
      });
    });
  });

  it('any number in any order, repeated or not, leads to one Message 2 and to the same recipient (CMP-7, WHK-4)', () => {
    const time = fc.integer({ min: 0, max: 30 * HOUR_MS });
    const answer = fc.record({ key: fc.nat(9), at: time, type: kindOfAnswer });
    const answers = fc.uniqueArray(answer, { selector: ({ key }) => key, minLength: 1, maxLength: 5 });
    const orders = answers.chain((all) => {
      const order = fc.shuffledSubarray(all, { minLength: all.length });
      return fc.record({ first: order, second: order, repeated: fc.array(fc.constantFrom(...all), { maxLength: 4 }) });
    });
    check(orders, ({ first, second, repeated }) => {
      const outcome = (sequence: typeof first): unknown => {
        host.clear();
        Object.assign(host.settings, { countReactions: true, countStickers: true });
        const person = host.contact();
        const { id } = host.started([person, host.contact()]);
        host.acceptAll();
        host.clock.set(START + 30 * HOUR_MS);
        for (const { key, at, type } of sequence) {
          host.answer(person.phone, { providerMessageId: `key-${key}`, type, at: START + at, text: null });
        }
        const isOneWithin = sequence.some(({ at }) => at < REPLY_WINDOW_MS);
        expect(count(`SELECT count(*) FROM attempts WHERE type = 'message_2'`)).toBe(isOneWithin ? 1 : 0);
        const { contactId: _contact, phone: _phone, ...recipient } = host.recipient(id, person.id);
        return { recipient, interactions: count(`SELECT count(*) FROM interactions`), figures: host.figures(id) };
      };
      expect(outcome([...first, ...repeated])).toEqual(outcome(second));
    });
  });
});

/** Something that can happen to a campaign of three; `name` tells the failing sequence. */
type Step = { name: string; run: (people: readonly Contact[], campaignId: string) => void };
const always = (name: string, run: Step['run']): fc.Arbitrary<Step> => fc.constant({ name, run });
/** With the next message that may leave. */
const withNext = (name: string, use: (attempt: AttemptRow) => void): fc.Arbitrary<Step> =>
  always(name, () => {
    const claim = host.engine.claim();
    if (claim.kind === 'claimed') use(claim.attempt);
  });
/** With a message of one of the three, where there is one in this state. */
const withOne = (name: string, state: AttemptRow['state'] | null, use: (attempt: AttemptRow) => void) =>
  fc.tuple(fc.constantFrom('message_1', 'message_2'), fc.nat(2)).map(([type, who]): Step => {
    const run: Step['run'] = (people, campaignId) => {
      const attempt = host.attemptOf(campaignId, people[who]!.id, type);
      if (attempt !== null && (state === null || attempt.state === state)) use(attempt);
    };
    return { name: `${name} ${type} of ${who}`, run };
  });
const operator = (name: 'pause' | 'resume' | 'cancel', from: readonly string[]): fc.Arbitrary<Step> =>
  always(name, (_people, id) => {
    if (from.includes(host.campaigns.get(id).status)) host.campaigns[name](id, 'test');
  });

const refusal = { kind: 'refused', code: 'number:notfound', class: 'final_contact', detail: '' } as const;
const found = { kind: 'found', acceptedAt: null, status: 'queued', code: '' } as const;
const answering: fc.Arbitrary<Step> = fc
  .record({
    ...{ who: fc.nat(2), type: kindOfAnswer, text: fc.constantFrom('oui', 'non', 'STOP', null) },
    ago: fc.constantFrom(0, MINUTE_MS, 2 * HOUR_MS),
  })
  .map(({ who, type, ago, text }) => ({
    name: `${who} answers ${String(text)}`,
    run: (people) => {
      host.answer(people[who]!.phone, { type, at: host.clock.now() - ago, text });
    },
  }));
const deleting: fc.Arbitrary<Step> = fc.nat(2).map((who) => ({
  name: `${who} is deleted`,
  run: (people) => {
    const { id } = people[who]!;
    if (host.stores.contacts.byId(id) !== null) host.contacts.remove(id);
  },
}));
const waiting: fc.Arbitrary<Step> = fc
  .constantFrom(SECOND_MS, HOUR_MS, 20 * HOUR_MS, 48 * HOUR_MS)
  .map((ms) => ({ name: `${ms} ms pass`, run: () => host.clock.set(host.clock.now() + ms) }));

const steps = (): fc.Arbitrary<Step> => {
  const { outcomes, dispatcher } = host.engine;
  const accepted = withNext('accepted', (attempt) => outcomes.accepted(attempt, [attempt.id]));
  return fc.oneof(
    ...[accepted, accepted, accepted, answering, answering, answering, waiting, waiting],
    withNext('refused', (attempt) => outcomes.refused(attempt, refusal)),
    withNext('refused for now', (attempt) => outcomes.refused(attempt, { ...refusal, class: 'retry' })),
    withNext('no answer', (attempt) => outcomes.unknown(attempt, { code: 'timeout', detail: '' })),
    withNext('in flight', () => {}),
    withOne('found', 'unknown', (attempt) => outcomes.found(attempt, { ...found, providerIds: [attempt.id] })),
    withOne('absent', 'unknown', (attempt) => outcomes.absent(attempt, { retry: false, code: 'proved_absent' })),
    withOne('absent, retried', 'unknown', (attempt) =>
      outcomes.absent(attempt, { retry: true, code: 'proved_absent' }),
    ),
    withOne('sent again', 'failed_final', (attempt) => {
      const isOver = ['completed', 'cancelled'].includes(host.campaigns.get(attempt.campaignId!).status);
      if (attempt.sentAt === null && !isOver && !host.suppressions.has(attempt.phone)) outcomes.queueAgain(attempt);
    }),
    fc
      .constantFrom('sent', 'delivered', 'read')
      .chain((status) => withOne(status, null, (one) => host.report(one, status))),
    withOne('failed', null, (attempt) => host.report(attempt, 'failed', 'max_retries')),
    always('closing', () => {
      while (Object.values(host.closing.step()).some((closed) => closed > 0));
    }),
    always('expiry', () => dispatcher.expireDue()),
    fc.oneof(operator('pause', ['running']), operator('resume', ['paused']), operator('cancel', ['running', 'paused'])),
    deleting,
  );
};

describe('whatever happens to a campaign', () => {
  it('its figures equal a recount, and no rule about Message 2 is broken (CMP-7, CMP-11, SND-13)', () => {
    check(fc.array(steps(), { maxLength: 25 }), (sequence) => {
      const people = [host.contact(), host.contact(), host.contact()];
      const { id } = host.started(people);
      for (const { run } of sequence) {
        run(people, id);
        const { kept, recounted } = host.figures(id);
        expect(kept).toEqual(recounted);
      }
      expect(count(`SELECT ended FROM campaigns`)).toBe(
        count(`SELECT count(*) FROM recipients WHERE state NOT IN ('pending', 'message_1_sent', 'answered')`),
      );
      // Accepted is accepted, on both sides.
      expect(count(`SELECT messages_sent FROM campaigns`)).toBe(
        count(`SELECT count(*) FROM attempts WHERE type = 'message_1' AND sent_at IS NOT NULL`),
      );
      // A Message 2 only where an answer within the window came to a Message 1 that left.
      const groundless = `SELECT count(*) FROM attempts a JOIN recipients r ON r.contact_id = a.contact_id
        WHERE a.type = 'message_2' AND (r.within_24h IS NOT 1 OR r.message_1_sent_at IS NULL)`;
      expect(count(groundless)).toBe(0);
      // Nothing waits to leave to who wants nothing more.
      const unwanted = `SELECT count(*) FROM attempts JOIN suppressions USING (phone)
        WHERE state IN ('pending', 'failed_retry')`;
      expect(count(unwanted)).toBe(0);
      // Who waits for Message 2 has one that can still come.
      const forgotten = `SELECT count(*) FROM recipients r WHERE state = 'answered' AND NOT EXISTS (
        SELECT 1 FROM attempts a WHERE a.contact_id = r.contact_id AND a.type = 'message_2'
          AND a.state IN ('pending', 'sending', 'failed_retry', 'unknown'))`;
      expect(count(forgotten)).toBe(0);
    });
  });
});
