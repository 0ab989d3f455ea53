import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../tests/support/fakeClock.ts';
import { silentLogger } from '../../core/logger.ts';
import type { OutgoingMessage, SendOutcome } from '../../sending/provider.ts';
import type { Recalled } from './bullJobs.ts';
import type { Returned } from './exchange.ts';
import { HandOver, longestAnswerMs, START_WITHIN_MS } from './handOver.ts';

const SEND_TIMEOUT_MS = 5_000;
const ACCEPTED: SendOutcome = { kind: 'accepted', providerIds: ['id-1'] };
const UNREACHABLE: SendOutcome = { kind: 'not_sent', code: 'provider_unreachable', detail: '' };
const MESSAGE: OutgoingMessage = {
  ...{ reference: 'attempt:1', phone: '+33639980001', body: 'Bonjour', media: null, template: null },
  ...{ priority: 3, expiresAt: null },
};

/** What befalls a call to Redis. `late`: it has its effect long after the caller gave up. */
type CallFault = 'none' | 'not_asked' | 'answer_lost' | 'late';
/** `reaches`: whether that host reaches the provider. */
type Taking = { requestMs: number | null; answerMs: number | null; reaches?: boolean };
type Offered = { id: string; memory: number; startBy: number; begun: boolean };

/** A Redis, another host and a provider in a few lines, with everything that can go wrong between them. */
function createWorld(clock: FakeClock) {
  const marks = new Map<string, 'started' | 'withdrawn'>();
  const outcomes = new Map<string, Returned>();
  const offers: Offered[] = [];
  const faults: CallFault[] = [];
  let memory = 1;
  /** When the provider got the message, whoever sent it. */
  const sent: number[] = [];
  const call = async <Result>(effect: () => Result): Promise<Result> => {
    const fault = faults.shift() ?? 'none';
    await Promise.resolve();
    if (fault === 'late') clock.after(10_000, () => void effect());
    if (fault === 'late' || fault === 'not_asked') throw new Error('timeout');
    const result = effect();
    if (fault === 'answer_lost') throw new Error('timeout');
    return result;
  };
  const offeredUnder = new Map<string, number>();
  return {
    ...{ sent, faults, outcomes },
    jobs: {
      placesElsewhere: () => 4,
      offer({ id, startWithinMs }: { id: string; startWithinMs: number }) {
        const offer = { id, memory, startBy: clock.monotonic() + startWithinMs, begun: false };
        offeredUnder.set(id, memory);
        return call(() => offers.push(offer) > 0);
      },
      recall: (id: string) => call((): Recalled => (offeredUnder.get(id) === memory ? withdraw(id) : 'lost')),
      outcomes: () => call(() => new Map(outcomes)),
      forget: (ids: readonly string[]) =>
        call(() => {
          for (const id of ids) outcomes.delete(id);
        }),
    },
    /** The other host takes what waits; its request leaves after a while, its answer comes after another, or never. */
    takes({ requestMs, answerMs, reaches = true }: Taking) {
      for (const offer of offers) {
        if (offer.begun || offer.memory !== memory || clock.monotonic() > offer.startBy || marks.has(offer.id))
          continue;
        offer.begun = true;
        marks.set(offer.id, 'started');
        if (requestMs === null) continue;
        clock.after(requestMs, () => {
          if (reaches) sent.push(clock.monotonic());
          const outcome = reaches ? ACCEPTED : UNREACHABLE;
          const returned = { reference: MESSAGE.reference, offeredAt: clock.now(), outcome };
          if (answerMs !== null) clock.after(answerMs, () => outcomes.set(offer.id, returned));
        });
      }
    },
    emptied() {
      memory += 1;
      marks.clear();
    },
  };

  function withdraw(id: string): Recalled {
    if (marks.get(id) === 'started') return 'started';
    marks.set(id, 'withdrawn');
    return 'withdrawn';
  }
}

function createHost(clock: FakeClock, options: { places?: number; mayLeave?: () => boolean } = {}) {
  const { places = 0, mayLeave = () => true } = options;
  const world = createWorld(clock);
  const late: Returned[] = [];
  let ids = 0;
  const handOver = new HandOver({
    ...{ jobs: world.jobs, clock, logger: silentLogger, sendTimeoutMs: SEND_TIMEOUT_MS, mayLeave },
    newId: () => `offer-${++ids}`,
    placesHere: () => places,
    sendHere() {
      world.sent.push(clock.monotonic());
      return Promise.resolve(ACCEPTED);
    },
    late: (returned) => late.push(returned),
  });
  return { world, handOver, late };
}

describe('a message that is handed over', () => {
  it('leaves once at most, whatever Redis and the other host do, and what is said of it is so (SND-6, SYN-5, I3)', async () => {
    const fault = fc.constantFrom<CallFault>('none', 'none', 'not_asked', 'answer_lost', 'late');
    const duration = fc.option(fc.integer({ min: 0, max: SEND_TIMEOUT_MS }), { freq: 3 });
    const event = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('takes' as const),
          requestMs: duration,
          answerMs: duration,
          reaches: fc.boolean(),
        }),
      },
      fc.record({ do: fc.constantFrom('emptied' as const, 'recall' as const, 'collect' as const) }),
    );
    const course = fc.array(fc.tuple(fc.integer({ min: 0, max: 1_500 }), event), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(course, fc.array(fault, { maxLength: 6 }), fc.boolean(), async (events, faults, mayLeave) => {
        const clock = createFakeClock();
        const { world, handOver } = createHost(clock, { mayLeave: () => mayLeave });
        world.faults.push(...faults);
        let outcome: SendOutcome | null = null;
        let endedAt = Infinity;
        void handOver.send(MESSAGE).then((ended) => {
          outcome = ended;
          endedAt = clock.monotonic();
        });
        for (const [passed, happens] of events) {
          await clock.advance(passed);
          if (happens.do === 'takes') world.takes(happens);
          else if (happens.do === 'emptied') world.emptied();
          else if (happens.do === 'recall') handOver.recall();
          else await handOver.collect().catch(() => {});
        }
        for (let second = 0; second < 30; second++) {
          await clock.advance(1_000);
          world.takes({ requestMs: 0, answerMs: null });
          await handOver.collect().catch(() => {});
        }
        const said = (outcome as SendOutcome | null)?.kind;
        expect(world.sent.length).toBeLessThanOrEqual(1);
        expect(endedAt).toBeLessThanOrEqual(longestAnswerMs(SEND_TIMEOUT_MS) + 1_000);
        if (said === 'accepted') expect(world.sent).toHaveLength(1);
        if (said === 'not_sent') expect(world.sent).toHaveLength(0);
        expect(said).toBeOneOf(['accepted', 'not_sent', 'unknown']);
        // Nobody sends it after it was said that nothing is known of it.
        if (said === 'unknown') expect(world.sent.filter((at) => at > endedAt)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves from here when nobody began it, but not once it is held back (SND-13, SND-14)', async () => {
    for (const mayLeave of [true, false]) {
      const clock = createFakeClock();
      const { world, handOver } = createHost(clock, { mayLeave: () => mayLeave });
      const sending = handOver.send(MESSAGE);
      await clock.advance(0);
      handOver.recall();
      // Held back it comes at once, else when its time is over.
      await clock.advance(mayLeave ? START_WITHIN_MS : 1);
      expect((await sending).kind).toBe(mayLeave ? 'accepted' : 'not_sent');
      world.takes({ requestMs: 0, answerMs: 0 });
      await clock.advance(60_000);
      expect(world.sent).toHaveLength(mayLeave ? 1 : 0);
    }
  });

  it('leaves from here when the host that began it cannot reach the provider (REL-5)', async () => {
    const clock = createFakeClock();
    const { world, handOver } = createHost(clock);
    const sending = handOver.send(MESSAGE);
    await clock.advance(10);
    world.takes({ requestMs: 0, answerMs: 0, reaches: false });
    await clock.advance(10);
    await handOver.collect();
    expect((await sending).kind).toBe('accepted');
    expect(world.sent).toHaveLength(1);
  });

  it('is not sent after its window closed (CMP-6)', async () => {
    const clock = createFakeClock();
    const { world, handOver } = createHost(clock);
    const sending = handOver.send({ ...MESSAGE, expiresAt: clock.now() + 1_800 });
    await clock.advance(1_000);
    expect((await sending).kind).toBe('not_sent');
    expect(world.sent).toEqual([]);
  });

  it('is given to its record when its outcome comes after it was called unknown, until that has it (SND-6)', async () => {
    const clock = createFakeClock();
    const { world, handOver, late } = createHost(clock);
    const sending = handOver.send(MESSAGE);
    await clock.advance(100);
    world.takes({ requestMs: 0, answerMs: 40_000 });
    await clock.advance(longestAnswerMs(SEND_TIMEOUT_MS));
    expect((await sending).kind).toBe('unknown');
    await clock.advance(60_000);
    await handOver.collect();
    expect(late).toMatchObject([{ reference: MESSAGE.reference, outcome: ACCEPTED }]);
    expect(world.outcomes.size).toBe(0);
  });

  it('is none as long as there is a place here', async () => {
    const clock = createFakeClock();
    const { world, handOver } = createHost(clock, { places: 1 });
    world.faults.push('not_asked');
    expect((await handOver.send(MESSAGE)).kind).toBe('accepted');
    expect(world.faults).toHaveLength(1);
  });
});
