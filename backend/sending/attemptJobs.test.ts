import { createTestEngine } from '../../tests/support/engine.ts';
import { describeJobQueue, type QueueUnderTest } from '../../tests/support/jobQueueConformance.ts';
import type { AttemptState } from '../contract/attempts.ts';
import { DAY_MS } from '../core/days.ts';
import type { AttemptRow } from './attempt.ts';
import type { SendOutcome } from './provider.ts';

const KNOWN: Partial<Record<AttemptState, SendOutcome['kind']>> = {
  ...{ sent: 'accepted', unknown: 'unknown', failed_retry: 'not_sent', failed_final: 'refused' },
};

function openAttempts(): QueueUnderTest<AttemptRow> {
  const limit = 1_000_000;
  const engine = createTestEngine({ limits: { dailyLimit: limit, rollingLimit: limit } });
  engine.database.pragma('synchronous = OFF');
  const { jobs } = engine;
  return {
    offer: (priority) => Promise.resolve(engine.add({ priority }).id),
    claim() {
      const claim = engine.claim();
      return Promise.resolve(claim.kind === 'claimed' ? claim.attempt : null);
    },
    settle: (attempt, outcome) => Promise.resolve(jobs.settle(attempt, outcome)),
    withdraw: (id) => Promise.resolve(jobs.withdraw(id)),
    size: () => Promise.resolve(jobs.size()),
    outcomeOf: (id) => Promise.resolve(KNOWN[engine.attempt(id).state] ?? null),
    // It came back to this queue by itself, for a later time.
    offerAgain(id) {
      engine.clock.set(engine.clock.now() + DAY_MS / 2);
      return Promise.resolve(id);
    },
    crash() {
      engine.dispatcher.recoverInterrupted();
      return Promise.resolve();
    },
    remove() {
      engine.remove();
      return Promise.resolve();
    },
  };
}

describeJobQueue('of this machine', () => Promise.resolve(openAttempts()));
