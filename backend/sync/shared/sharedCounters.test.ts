import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTestEngine } from '../../../tests/support/engine.ts';
import { silentLogger } from '../../core/logger.ts';
import { Claims } from '../../sending/claim.ts';
import { sendOnce } from '../../sending/sendOnce.ts';
import type { SendOutcome } from '../../sending/provider.ts';
import type { FollowUpHold, SharedRefusal, SharedSlots } from '../../sending/sharedSlots.ts';
import { ReplyReserve } from '../../monitoring/replyReserve.ts';
import { createRedisCounters } from './redisCounters.ts';
import { reportAnswer, type Report } from './report.ts';

const REPORT: Report = {
  ...{ host: 'a', label: 'A', order: 1, whole: true, others: {}, clock: 0, day: '2026-11-20', open: 0, settled: {} },
  ...{ used: { message_1: 0, message_2: 0, other: 0 }, lease: 0, held: 0, demand: 0, followedUp: [], isLeaving: false },
  ...{ limits: { daily: 1, rolling: 1 }, memory: '', newMemory: 'm' },
};

/** Shared limits whose answers a test writes. */
function scripted(overrides: Partial<SharedSlots> = {}): SharedSlots & { taken: number } {
  const slots = {
    taken: 0,
    take: (): SharedRefusal | null => {
      slots.taken += 1;
      return null;
    },
    withinReach: () => 1_000,
    mayFollowUp: () => true,
    hold: () => Promise.resolve<FollowUpHold>({ kind: 'held', release: () => {} }),
    ...overrides,
  };
  return slots;
}

function engineWith(shared: SharedSlots) {
  const engine = createTestEngine();
  onTestFinished(engine.remove);
  const { database, store, ledger, clock, limits, lines, pauses } = engine;
  const claims = new Claims({ database, store, ledger, reserve: new ReplyReserve(database), shared });
  const claim = () =>
    claims.next({
      ...{ lineId: 'line', now: clock.now(), limits, sendTimeoutMs: 15_000, options: lines.options('line') },
      ...{ heldBack: pauses.heldBack('line'), slowedCampaigns: new Set<string>(), sendsPerMinute: 20, timeZone: 'UTC' },
    });
  return { ...engine, claim };
}

describe('a claim on a machine that shares its limits', () => {
  it('takes a shared slot with its own, and none when its own limit refuses (SYN-5, MON-2)', () => {
    const shared = scripted();
    const { add, claim, ledger, clock, limits } = engineWith(shared);
    limits.dailyLimit = 1;
    add();
    add();
    expect(claim().kind).toBe('claimed');
    expect(claim()).toEqual({ kind: 'blocked', reason: 'daily_limit_reached' });
    expect([shared.taken, ledger.usage(clock.now()).used]).toEqual([1, 1]);
  });

  it.each(['shared_limit_reached', 'shared_counters_unavailable', 'day_is_closing'] as const)(
    'keeps its own slot and its state when the others leave none: %s (SYN-5)',
    (reason) => {
      const { add, attempt, claim, ledger, clock } = engineWith(scripted({ take: () => reason }));
      const { id } = add();
      expect(claim()).toEqual({ kind: 'blocked', reason });
      expect(attempt(id)).toMatchObject({ state: 'pending', tries: 0 });
      expect(ledger.usage(clock.now())).toMatchObject({ used: 0, rollingUsed: 0 });
    },
  );

  it('leaves first messages alone that would take what its open windows need of the slots within reach (SYN-5, CMP-12)', () => {
    let reach = 1_000;
    const { addStep, runningCampaign, claim, database, clock } = engineWith(scripted({ withinReach: () => reach }));
    runningCampaign();
    database
      .prepare(
        `INSERT INTO recipients (campaign_id, contact_id, phone, state, message_1_sent_at, updated_at)
         VALUES ('campaign', 'open', '+33639980009', 'message_1_sent', @at, @at)`,
      )
      .run({ at: clock.now() - 12 * 3_600_000 });
    addStep('message_1', 'new');
    reach = 1;
    expect(claim().kind).toBe('idle');
    reach = 1_000;
    expect(claim().kind).toBe('claimed');
  });

  it('lets no follow-up leave while nobody can say who sent it (CMP-7)', () => {
    let may = false;
    const { addStep, runningCampaign, claim } = engineWith(scripted({ mayFollowUp: () => may }));
    runningCampaign();
    addStep('message_2', 'contact');
    expect(claim().kind).toBe('idle');
    may = true;
    expect(claim().kind).toBe('claimed');
  });
});

describe('a follow-up', () => {
  it.each([
    ['elsewhere', { kind: 'refused', code: 'follow_up_elsewhere', class: 'final_contact' }],
    ['busy', { kind: 'not_sent', code: 'follow_up_locked' }],
  ] as const)('is not sent when its lock is %s (CMP-7)', async (kind, outcome) => {
    const { addStep, runningCampaign, lines, provider, store } = engineWith(scripted());
    runningCampaign();
    const attempt = addStep('message_2', 'contact');
    const shared = scripted({ hold: () => Promise.resolve({ kind }) });
    expect(await sendOnce(lines.choose(), attempt, { store, logger: silentLogger, shared })).toMatchObject(outcome);
    expect(provider.sent).toEqual([]);
  });

  it.each<[SendOutcome, boolean]>([
    [{ kind: 'accepted', providerIds: ['x'] }, true],
    [{ kind: 'unknown', code: 'timeout', detail: '' }, true],
    [{ kind: 'refused', code: 'x', class: 'retry', detail: '' }, false],
    [{ kind: 'not_sent', code: 'provider_unreachable', detail: '' }, false],
  ])('releases its lock by what became of it: $kind (CMP-7)', async (outcome, sent) => {
    const { addStep, runningCampaign, lines, provider, store } = engineWith(scripted());
    runningCampaign();
    const attempt = addStep('message_2', 'contact');
    provider.onSend = () => outcome;
    const released: boolean[] = [];
    const release = (left: boolean): void => void released.push(left);
    const shared = scripted({ hold: () => Promise.resolve({ kind: 'held', release }) });
    await sendOnce(lines.choose(), attempt, { store, logger: silentLogger, shared });
    expect(released).toEqual([sent]);
  });
});

describe('an answer of the counters', () => {
  it.each([
    ['another kind', { status: 'granted' }],
    ['a part', { status: 'taken', lease: 5 }],
    ['a negative lease', { ...takenAnswer(), lease: -1 }],
    ['half a slot', { ...takenAnswer(), lease: 1.5 }],
    ['a text', { ...takenAnswer(), keep: '5' }],
  ])('that is wrong is none: %s (SYN-5)', (_what, answer) => {
    expect(reportAnswer.safeParse(takenAnswer()).success).toBe(true);
    expect(reportAnswer.safeParse(answer).success).toBe(false);
  });

  it('does not come from a server that speaks nonsense, and the call ends (fault 22; SYN-5)', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write('$5\r\nwrong\r\n'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `redis://127.0.0.1:${String(port)}`;
    const store = createRedisCounters({ url, logger: silentLogger, callTimeoutMs: 200 });
    onTestFinished(() => {
      store.close();
      server.close();
    });
    store.open();
    for (let call = 0; call < 5; call++) await expect(store.report(REPORT)).rejects.toThrow();
  });
});

function takenAnswer() {
  return {
    ...{ status: 'taken', now: 1, lease: 1, keep: 1, free: 0, sent: 0, rolling: 0, isGranting: true },
    ...{ limits: { daily: 1, rolling: 1 }, others: {}, awaited: {} },
  };
}
