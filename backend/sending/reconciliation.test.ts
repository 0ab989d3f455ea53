import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { MOST_TRIES } from '../contract/attempts.ts';
import { silentLogger } from '../core/logger.ts';
import { silentNotify } from '../monitoring/notify.ts';
import { createAudit } from '../storage/audit.ts';
import { FIRST_LOOKUP_AFTER_MS } from './outcomes.ts';
import { AttemptOperator } from './operator.ts';
import { PARK_AFTER_MS, Reconciliation } from './reconciliation.ts';

const SETTLING_MS = 120_000;

const LEFT_THEN = { acceptedAt: null, status: 'queued' } as const;

let engine: TestEngine;
let reconciliation: Reconciliation;
let parked: string[];
let asked: string[];
beforeEach(() => {
  engine = createTestEngine();
  parked = [];
  asked = [];
  const { database, store, outcomes, lines, clock } = engine;
  reconciliation = new Reconciliation({
    ...{ database, store, outcomes, lines, clock, logger: silentLogger, notify: silentNotify },
    settlingMs: SETTLING_MS,
    parked: ({ id }) => parked.push(id),
  });
});
afterEach(() => {
  engine.remove();
});

function unknownAttempt(): string {
  const { id } = engine.add();
  engine.claim();
  engine.outcomes.unknown(engine.attempt(id), { code: 'timeout', detail: '' });
  return id;
}
async function askAfter(ms: number): Promise<void> {
  await engine.clock.advance(ms);
  await reconciliation.runOnce();
}
const answer = (kind: 'absent' | 'unavailable'): void => {
  engine.provider.onLookUp = (reference) => {
    asked.push(reference);
    return kind === 'absent' ? { kind } : { kind, detail: '' };
  };
};

describe('an unknown outcome', () => {
  it('is found by its reference and counts as sent (SND-6)', async () => {
    const id = unknownAttempt();
    const acceptedAt = engine.clock.now();
    engine.provider.onLookUp = () => ({ kind: 'found', providerIds: ['x'], acceptedAt, status: 'delivered', code: '' });
    await askAfter(FIRST_LOOKUP_AFTER_MS);
    expect(engine.attempt(id)).toMatchObject({ state: 'delivered', sentAt: acceptedAt });
    expect(engine.ledger.usage(engine.clock.now()).used).toBe(1);
  });

  it('on a line whose keys are missing is neither asked about nor parked, until they are given again (SND-6, SND-12)', async () => {
    const id = unknownAttempt();
    const [line] = engine.lines.all();
    engine.database.prepare(`UPDATE lines SET source = 'app'`).run();
    engine.lines.drop('line');
    answer('absent');
    for (let round = 0; round < 3; round++) await askAfter(PARK_AFTER_MS);
    expect(engine.attempt(id)).toMatchObject({ state: 'unknown', lookups: 0, parkedAt: null });
    expect([asked, parked]).toEqual([[], []]);

    engine.lines.put({ ...line!, source: 'app' }, engine.clock.now());
    await askAfter(60_000);
    await askAfter(SETTLING_MS);
    expect([asked.length, parked]).toEqual([2, [id]]);
  });

  it('that is found delivered was delivered by now at the latest, until a webhook says when (WHK-4)', async () => {
    const id = unknownAttempt();
    const acceptedAt = engine.clock.now();
    engine.provider.onLookUp = () => ({
      ...{ kind: 'found', providerIds: ['p'], acceptedAt, status: 'delivered', code: '' },
    });
    await askAfter(FIRST_LOOKUP_AFTER_MS);
    expect(engine.attempt(id)).toMatchObject({ sentAt: acceptedAt, deliveredAt: engine.clock.now() });
    const told = { lineId: 'line', providerIds: ['p'], reference: null, status: 'delivered', code: '' } as const;
    engine.outcomes.applyReport({ ...told, at: acceptedAt + 1_500 });
    expect(engine.attempt(id).deliveredAt).toBe(acceptedAt + 1_500);
  });

  it('that the provider reports as failed has failed for good (SND-6)', async () => {
    const id = unknownAttempt();
    engine.provider.onLookUp = () => ({
      ...{ kind: 'found', providerIds: ['x'], acceptedAt: engine.clock.now(), status: 'failed', code: 'max_retries' },
    });
    await askAfter(FIRST_LOOKUP_AFTER_MS);
    expect(engine.attempt(id)).toMatchObject({ state: 'failed_final', errorCode: 'max_retries' });
  });

  it('needs two "not found" a settling time apart, then waits for the operator (SND-6)', async () => {
    const id = unknownAttempt();
    answer('absent');
    await askAfter(FIRST_LOOKUP_AFTER_MS);
    expect(engine.attempt(id)).toMatchObject({ state: 'unknown', parkedAt: null });
    await askAfter(SETTLING_MS - 1);
    expect(asked).toHaveLength(1);
    await askAfter(1);
    expect(engine.attempt(id)).toMatchObject({ state: 'unknown', errorCode: 'proved_absent' });
    expect(parked).toEqual([id]);
    expect(engine.ledger.usage(engine.clock.now()).used).toBe(1);
  });

  it('is proved absent by time that passed, not by a clock that was put forward (SND-6, REL-4)', async () => {
    engine.database.exec(`UPDATE lines SET absent_policy = 'retry'`);
    const id = unknownAttempt();
    answer('absent');
    await askAfter(FIRST_LOOKUP_AFTER_MS);
    engine.clock.set(engine.clock.now() + 3_600_000);
    await askAfter(1_000);
    expect(asked).toHaveLength(2);
    expect(engine.attempt(id)).toMatchObject({ state: 'unknown', parkedAt: null });
    await askAfter(SETTLING_MS - 1_000);
    expect(engine.attempt(id).state).toBe('failed_retry');
  });

  it('is sent again after that proof when the policy of its line says so (SND-6)', async () => {
    engine.database.exec(`UPDATE lines SET absent_policy = 'retry'`);
    const id = unknownAttempt();
    answer('absent');
    await askAfter(FIRST_LOOKUP_AFTER_MS);
    await askAfter(SETTLING_MS);
    expect(engine.attempt(id).state).toBe('failed_retry');
    expect(engine.ledger.usage(engine.clock.now()).used).toBe(0);
    expect(engine.claim()).toMatchObject({ kind: 'claimed', attempt: { id } });
  });

  it('is handed to the operator when the provider cannot say for too long, and asked about still (SND-6)', async () => {
    const id = unknownAttempt();
    answer('unavailable');
    for (let waited = 0; waited <= PARK_AFTER_MS + 15 * 60_000; waited += 60_000) await askAfter(60_000);
    expect(parked).toEqual([id]);
    expect(engine.attempt(id).state).toBe('unknown');
    engine.provider.onLookUp = () => ({ kind: 'found', providerIds: [], acceptedAt: null, status: 'sent', code: '' });
    await askAfter(15 * 60_000);
    expect(engine.attempt(id)).toMatchObject({ state: 'sent', parkedAt: null });
  });

  it('can be settled by the operator either way, with an audit line (SND-8)', () => {
    const { database, store, jobs, outcomes, views, clock } = engine;
    const audit = createAudit(database, clock);
    const operator = new AttemptOperator({
      database,
      store,
      jobs,
      outcomes,
      views,
      audit,
      clock,
      wake: () => {},
      isSuppressed: () => false,
      sendTimeoutMs: 15_000,
      isUnderWay: () => false,
    });
    const [first, second] = [unknownAttempt(), unknownAttempt()];
    expect(operator.resolve({ id: first, outcome: 'sent' }, 'ops').state).toBe('sent');
    expect(operator.resolve({ id: second, outcome: 'not_sent' }, 'ops').state).toBe('failed_final');
    expect(engine.ledger.usage(clock.now()).used).toBe(1);
    expect(audit.list({ limit: 10 }).items.map(({ action, target }) => [action, target])).toEqual([
      ['attempt.resolve_not_sent', second],
      ['attempt.resolve_sent', first],
    ]);
    expect(() => operator.resolve({ id: first, outcome: 'sent' }, 'ops')).toThrow('not_resolvable');
  });

  it('settled after its slot was pruned counts on the day on which it left, once (MON-1, MON-8)', () => {
    const id = unknownAttempt();
    const now = engine.clock.now() + 8 * 86_400_000;
    engine.clock.set(now);
    engine.ledger.prune(now);
    engine.outcomes.found(engine.attempt(id), { ...{ kind: 'found', providerIds: [], code: '' }, ...LEFT_THEN });
    expect(engine.attempt(id).state).toBe('sent');
    expect(engine.ledger.usage(now)).toMatchObject({ used: 0, rollingUsed: 0 });
    expect(engine.database.prepare(`SELECT sum(other) FROM daily_stats`).pluck().get()).toBe(1);
  });
});

describe('the operator', () => {
  const operator = (isUnderWay: (id: string) => boolean = () => false): AttemptOperator => {
    const { database, store, jobs, outcomes, views, clock } = engine;
    return new AttemptOperator({
      ...{ database, store, jobs, outcomes, views, clock, audit: createAudit(database, clock), wake: () => {} },
      isSuppressed: () => false,
      ...{ sendTimeoutMs: 15_000, isUnderWay },
    });
  };

  it('retries what failed, and never what the provider once took (SND-8, I4)', () => {
    const failed = engine.add();
    engine.claim();
    engine.outcomes.refused(engine.attempt(failed.id), {
      ...{ kind: 'refused', code: 'media:invalid', class: 'final_content', detail: '' },
    });
    expect(operator().retry(failed.id, 'ops')).toMatchObject({ state: 'pending' });
    expect(engine.claim()).toMatchObject({ kind: 'claimed' });
    engine.outcomes.accepted(engine.attempt(failed.id), ['id-1']);
    expect(() => operator().retry(failed.id, 'ops')).toThrow('not_retryable');
  });

  it('retries no follow-up whose window has closed: it could not leave any more (SND-8, CMP-6)', () => {
    engine.runningCampaign();
    const { id } = engine.addStep('message_2', 'a', { expiresAt: engine.clock.now() + 60_000 });
    engine.claim();
    engine.outcomes.refused(engine.attempt(id), {
      ...{ kind: 'refused', code: 'x', class: 'final_content', detail: '' },
    });
    engine.clock.set(engine.clock.now() + 60_000);
    expect(() => operator().retry(id, 'ops')).toThrow('not_retryable');
    expect(engine.attempt(id)).toMatchObject({ state: 'failed_final', errorCode: 'x' });
    engine.clock.set(engine.clock.now() - 1);
    expect(operator().retry(id, 'ops').state).toBe('pending');
  });

  it('retries once more what has used up the most tries there can be (SND-8)', () => {
    const { id } = engine.add({ maxAttempts: MOST_TRIES });
    engine.database.prepare(`UPDATE attempts SET tries = @tries WHERE id = @id`).run({ id, tries: MOST_TRIES - 1 });
    const refusal = { kind: 'refused', code: '429', class: 'retry', detail: '' } as const;
    for (const state of ['failed_final', 'failed_final']) {
      engine.claim();
      expect(engine.outcomes.refused(engine.attempt(id), refusal).state).toBe(state);
      expect(operator().retry(id, 'ops')).toMatchObject({ state: 'pending', maxAttempts: MOST_TRIES });
    }
  });

  it('retries many with a maximum; a dry run changes nothing (SND-8, SND-10)', () => {
    for (let index = 0; index < 4; index++) {
      const { id } = engine.add();
      engine.claim();
      engine.outcomes.refused(engine.attempt(id), { kind: 'refused', code: '429', class: 'retry', detail: '' });
    }
    expect(operator().retryMany({ max: 3, dryRun: true }, 'ops')).toEqual({ retried: 0, candidates: 3, dryRun: true });
    expect(engine.store.inState('failed_retry')).toHaveLength(4);
    expect(operator().retryMany({ max: 3, dryRun: false }, 'ops').retried).toBe(3);
    expect(engine.store.inState('pending')).toHaveLength(3);
  });

  it('resets what hangs in sending, so that the provider is asked; an answer that comes after all counts (SND-8, SND-6)', async () => {
    const [stuck, told, fresh] = [engine.add(), engine.add(), engine.add()].map(({ id }) => id) as [
      string,
      string,
      string,
    ];
    engine.claim();
    engine.claim();
    await engine.clock.advance(60_001);
    engine.claim();
    expect(() => operator().resolve({ id: fresh, outcome: 'sent' }, 'ops')).toThrow('not_resolvable');
    expect(operator().resolve({ id: told, outcome: 'not_sent' }, 'ops').state).toBe('failed_final');
    expect(operator((id) => id === stuck).resetStuck('ops')).toBe(0);
    expect([operator().resetStuck('ops'), operator().resetStuck('ops')]).toEqual([1, 0]);
    const states = [stuck, fresh].map((id) => engine.attempt(id).state);
    expect(states).toEqual(['unknown', 'sending']);
    const audit = createAudit(engine.database, engine.clock).list({ limit: 9 }).items;
    expect(audit.map(({ action, target }) => [action, target])).toEqual([
      ['attempt.reset', stuck],
      ['attempt.resolve_not_sent', told],
    ]);
    for (const id of [stuck, told]) {
      engine.jobs.settle(engine.attempt(id), { kind: 'accepted', providerIds: [id] });
      expect(engine.attempt(id).state).toBe('sent');
    }
    expect(engine.ledger.usage(engine.clock.now()).used).toBe(3);
  });

  it('cancels what has not left, nothing else (SND-8)', () => {
    const waiting = engine.add();
    expect(operator().cancel(waiting.id, 'ops').state).toBe('cancelled');
    const { id } = engine.add();
    engine.claim();
    expect(() => operator().cancel(id, 'ops')).toThrow('not_cancellable');
  });

  it('cleans finished messages older than the given days and never an unfinished one (SND-9, SND-10)', async () => {
    const done = engine.add();
    engine.claim();
    engine.outcomes.accepted(engine.attempt(done.id), ['id-1']);
    const parkedOne = unknownAttempt();
    await engine.clock.advance(31 * 86_400_000);
    expect(await operator().cleanup({ olderThanDays: 30, dryRun: true }, 'ops')).toEqual({ cleaned: 1, dryRun: true });
    expect(engine.store.content(engine.attempt(done.id)).body).toBe('Bonjour');
    expect(await operator().cleanup({ olderThanDays: 30, dryRun: false }, 'ops')).toEqual({
      cleaned: 1,
      dryRun: false,
    });
    expect(engine.attempt(done.id)).toMatchObject({ body: null, phone: '' });
    expect(engine.store.content(engine.attempt(parkedOne)).body).toBe('Bonjour');
    expect(engine.database.prepare(`SELECT other FROM daily_stats`).pluck().get()).toBe(2);
  });
});
