import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../backend/sending/provider.ts';

/** A queue with those who claim from it. */
export type QueueUnderTest<Job extends { id: string }> = {
  /** Offers a message that may leave now; gives its id. */
  offer(priority: number): Promise<string>;
  /** What one of two hosts gets; null for nothing. */
  claim(host: 0 | 1): Promise<Job | null>;
  settle(job: Job, outcome: SendOutcome): Promise<void>;
  withdraw(id: string): Promise<boolean>;
  size(): Promise<{ waiting: number; started: number }>;
  /** What its owner knows of a message that was settled; null for nothing. */
  outcomeOf(id: string): Promise<SendOutcome['kind'] | null>;
  /** Offers a message again that came back as not sent; gives the id under which it waits. */
  offerAgain(id: string): Promise<string>;
  /** Who claims dies with what it has begun, and is started anew. */
  crash(): Promise<void>;
  remove(): Promise<void>;
};

const RUNS = { numRuns: 1_000 };
const ACCEPTED: SendOutcome = { kind: 'accepted', providerIds: ['id-1'] };
const NOT_SENT: SendOutcome = { kind: 'not_sent', code: 'provider_unreachable', detail: '' };
const UNKNOWN: SendOutcome = { kind: 'unknown', code: 'timeout', detail: '' };

/** What every queue of messages must do, in this machine's file or shared by several hosts (SND-3, SND-6, SYN-5). */
export function describeJobQueue<Job extends { id: string }>(
  name: string,
  open: () => Promise<QueueUnderTest<Job>>,
): void {
  describe(`the queue ${name}`, () => {
    let queue: QueueUnderTest<Job>;
    beforeEach(async () => {
      queue = await open();
    });
    afterEach(() => queue.remove());

    const claimed = async (host: 0 | 1 = 0): Promise<Job> => {
      const job = await queue.claim(host);
      if (job === null) throw new Error('nothing was claimed');
      return job;
    };

    it('gives messages by priority, and those of one priority in the order in which they came (SND-3)', async () => {
      const ids: [number, string][] = [];
      for (const priority of [3, 5, 1, 3, 1, 4]) ids.push([priority, await queue.offer(priority)]);
      const expected = ids.toSorted(([one], [other]) => one - other).map(([, id]) => id);
      const given: string[] = [];
      for (let job = await queue.claim(0); job !== null; job = await queue.claim(0)) given.push(job.id);
      expect(given).toEqual(expected);
    });

    it('gives each message to one of many who claim at the same time (SND-6, I3)', async () => {
      const offered: string[] = [];
      for (let number = 0; number < 40; number++) offered.push(await queue.offer(3));
      const given: string[] = [];
      const work = async (host: 0 | 1): Promise<void> => {
        for (let job = await queue.claim(host); job !== null; job = await queue.claim(host)) {
          given.push(job.id);
          await queue.settle(job, ACCEPTED);
        }
      };
      await Promise.all([work(0), work(1)]);
      expect(given.toSorted()).toEqual(offered.toSorted());
      for (const id of offered) expect(await queue.outcomeOf(id)).toBe('accepted');
      expect(await queue.size()).toEqual({ waiting: 0, started: 0 });
    });

    it('gives nobody a message that was withdrawn, and withdraws none that was begun (SND-8)', async () => {
      const [first, second] = [await queue.offer(3), await queue.offer(3)];
      expect(await queue.withdraw(first)).toBe(true);
      const job = await claimed();
      expect(job.id).toBe(second);
      expect(await queue.withdraw(second)).toBe(false);
      expect(await queue.claim(1)).toBeNull();
      await queue.settle(job, ACCEPTED);
      expect(await queue.withdraw(second)).toBe(false);
      expect(await queue.outcomeOf(second)).toBe('accepted');
    });

    it('gives nobody a message again whose host died, or whose outcome is unknown (SND-6, I3)', async () => {
      const [dead, doubtful, third] = [await queue.offer(1), await queue.offer(2), await queue.offer(3)];
      expect((await claimed()).id).toBe(dead);
      await queue.settle(await claimed(), UNKNOWN);
      await queue.crash();
      expect((await claimed()).id).toBe(third);
      expect(await queue.claim(0)).toBeNull();
      expect(await queue.claim(1)).toBeNull();
      expect(await queue.withdraw(dead)).toBe(false);
      expect(await queue.outcomeOf(doubtful)).toBe('unknown');
    });

    it('gives a message that was not sent to whoever claims after it was offered again (REL-5)', async () => {
      const id = await queue.offer(3);
      await queue.settle(await claimed(0), NOT_SENT);
      const again = await queue.offerAgain(id);
      const job = await claimed(1);
      expect(job.id).toBe(again);
      await queue.settle(job, ACCEPTED);
      expect(await queue.outcomeOf(again)).toBe('accepted');
      expect(await queue.claim(0)).toBeNull();
    });

    it('takes the same outcome twice as once (SND-7)', async () => {
      const id = await queue.offer(3);
      const job = await claimed();
      for (const outcome of [ACCEPTED, ACCEPTED]) await queue.settle(job, outcome);
      expect(await queue.outcomeOf(id)).toBe('accepted');
      expect(await queue.size()).toEqual({ waiting: 0, started: 0 });
    });

    it('does as a list of messages would, in any order of calls (SND-3, SND-6)', async () => {
      const step = fc.oneof(
        fc.record({ do: fc.constant('offer' as const), priority: fc.integer({ min: 1, max: 5 }) }),
        fc.record({ do: fc.constant('claim' as const), host: fc.constantFrom(0 as const, 1 as const) }),
        fc.record({ do: fc.constantFrom('settle' as const, 'withdraw' as const), which: fc.nat({ max: 4 }) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 7 }), async (steps) => {
          const waiting: { id: string; priority: number }[] = [];
          const started: Job[] = [];
          for (const taken of steps) {
            if (taken.do === 'offer') {
              waiting.push({ id: await queue.offer(taken.priority), priority: taken.priority });
              waiting.sort((one, other) => one.priority - other.priority);
            } else if (taken.do === 'claim') {
              const job = await queue.claim(taken.host);
              expect(job?.id).toBe(waiting.shift()?.id);
              if (job !== null) started.push(job);
            } else if (taken.do === 'settle') {
              const [job] = started.splice(taken.which, 1);
              if (job !== undefined) await queue.settle(job, ACCEPTED);
            } else {
              const [withdrawn] = waiting.splice(taken.which, 1);
              if (withdrawn !== undefined) expect(await queue.withdraw(withdrawn.id)).toBe(true);
              for (const { id } of started) expect(await queue.withdraw(id)).toBe(false);
            }
          }
          expect(await queue.size()).toEqual({ waiting: waiting.length, started: started.length });
          for (const { id } of waiting) await queue.withdraw(id);
          for (const job of started) await queue.settle(job, ACCEPTED);
        }),
        RUNS,
      );
    });
  });
}
