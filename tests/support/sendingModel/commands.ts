import fc from 'fast-check';
import { HOUR_MS, SECOND_MS } from '../../../backend/core/days.ts';
import type { AttemptState } from '../../../backend/contract/attempts.ts';
import type { DeliveryStatus } from '../../../backend/sending/provider.ts';
import type { ModelBench } from './bench.ts';
import type { ModelAttempt, Outcome, SendingModel } from './model.ts';

type Command = fc.AsyncCommand<{ model: SendingModel }, ModelBench>;

/** A command that does something and then compares; `toString` is what a failing run shows. */
function command(name: string, run: (bench: ModelBench) => unknown): Command {
  return {
    check: () => true,
    async run(_state, bench) {
      await run(bench);
      await bench.settle();
      bench.compare();
    },
    toString: () => name,
  };
}

/** One of a list, by a number that shrinks well. */
function chosen<Item>(items: readonly Item[], number: number): Item | undefined {
  return items[number % Math.max(1, items.length)];
}

function inStates({ model }: ModelBench, states: readonly AttemptState[]): ModelAttempt[] {
  return [...model.attempts.values()].filter(({ state }) => states.includes(state));
}

const idOf = (bench: ModelBench, reference: string): string =>
  bench.machine.store.main
    .prepare<[string], string>(`SELECT id FROM attempts WHERE reference = ?`)
    .pluck()
    .get(reference)!;

const number = fc.nat(7);
const outcome = fc.constantFrom<Outcome[]>(
  'accepted',
  'accepted',
  'refused_retry',
  'refused_final',
  'not_sent',
  'unknown',
);
const status = fc.constantFrom<DeliveryStatus[]>('sent', 'delivered', 'read', 'failed');
const scope = fc.constantFrom('all', 'message_1', 'line', 'campaign');

const advance = fc
  .oneof(
    fc.integer({ min: 1, max: 90 }),
    fc.integer({ min: 90, max: 600 }),
    fc.integer({ min: 1, max: 26 }).map((hours) => hours * 3600),
  )
  .map((seconds) => command(`advance ${seconds} s`, (bench) => bench.advance(seconds * SECOND_MS)));

const answer = fc.tuple(number, outcome, fc.boolean()).map(([which, how, isTaken]) =>
  command(`answer request ${which}: ${how}${how === 'unknown' ? (isTaken ? ' taken' : ' lost') : ''}`, (bench) => {
    const request = chosen(bench.inFlight, which);
    if (request !== undefined) bench.answer(request, how, isTaken);
  }),
);

const report = fc.tuple(number, status, fc.boolean()).map(([which, told, withId]) =>
  command(`webhook ${told} for ${which}`, async (bench) => {
    const reference = chosen([...bench.taken], which);
    if (reference === undefined) return;
    bench.model.report(bench.attempt(reference), told, bench.now);
    const providerIds = withId ? [`id-${reference}`] : [];
    await bench.receive({ kind: 'status', providerIds, reference, status: told, code: '' });
  }),
);

const contactAnswers = fc.tuple(fc.nat(3), fc.integer({ min: 0, max: 9 })).map(([who, mood]) =>
  command(`contact ${who} ${mood === 0 ? 'says STOP' : 'answers'}`, async (bench) => {
    const message1 = [...bench.model.attempts.values()][who];
    // Before Message 1 left it answers something else, and is kept for whatever it may match later.
    const hasLeft = message1?.sentAt !== null || ['sending', 'unknown'].includes(message1.state);
    if (message1 === undefined || (!hasLeft && mood > 0)) return;
    bench.model.answered(message1, mood === 0, bench.now);
    const said = { type: 'text', text: mood === 0 ? 'STOP' : 'Oui', quotedProviderId: null, senderId: null };
    await bench.receive({ kind: 'answer', phone: message1.phone, ...said });
  }),
);

const byHand = fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 5 })).map(([who, priority]) =>
  command(`send by hand to ${who}`, (bench) => {
    const phone = `+3363998000${who}`;
    bench.isAllowed(() => {
      const message = { to: phone, body: 'Bonjour', type: 'notification', priority, whenPossible: true } as const;
      const { attempt } = bench.services.messages.send(message);
      bench.model.add({ reference: attempt.reference, phone, step: 'other' });
    });
  }),
);

const retry = number.map((which) =>
  command(`retry ${which}`, (bench) => {
    const failed = chosen(inStates(bench, ['failed_final', 'failed_retry', 'cancelled', 'sent', 'unknown']), which);
    if (failed === undefined) return;
    const { state, sentAt, phone, tries, most } = failed;
    const isAllowed = bench.isAllowed(() => bench.services.attempts.retry(idOf(bench, failed.reference), 'test'));
    if (!isAllowed) return;
    const mayBe = (state === 'failed_final' || state === 'failed_retry') && sentAt === null;
    if (!mayBe || bench.model.suppressed.has(phone)) throw new Error(`retried though it is ${state}`);
    Object.assign(failed, { state: 'pending', most: Math.max(most, tries + 1) });
  }),
);

const cancel = number.map((which) =>
  command(`cancel ${which}`, (bench) => {
    const attempt = chosen([...bench.model.attempts.values()], which);
    if (attempt === undefined) return;
    const waits = attempt.state === 'pending' || attempt.state === 'failed_retry';
    const isAllowed = bench.isAllowed(() => bench.services.attempts.cancel(idOf(bench, attempt.reference), 'test'));
    if (isAllowed !== waits) throw new Error(`cancelled: ${isAllowed}, though it is ${attempt.state}`);
    if (isAllowed) attempt.state = 'cancelled';
  }),
);

const resolve = number.map((which) =>
  command(`resolve ${which} as it is`, (bench) => {
    const attempt = chosen(inStates(bench, ['unknown']), which);
    if (attempt === undefined) return;
    const isTaken = bench.taken.has(attempt.reference);
    const id = idOf(bench, attempt.reference);
    if (isTaken) bench.model.taken(attempt, attempt.startedAt, bench.now);
    else {
      bench.model.release(attempt);
      attempt.state = 'failed_final';
    }
    bench.services.attempts.resolve({ id, outcome: isTaken ? 'sent' : 'not_sent' }, 'test');
  }),
);

const pause = fc.tuple(scope, fc.boolean()).map(([what, isOn]) =>
  command(`${isOn ? 'pause' : 'resume'} ${what}`, (bench) => {
    const target = what === 'campaign' ? { scope: what, id: bench.campaignId } : ({ scope: what } as const);
    if (!isOn) bench.model.paused.delete(what);
    const isDone = bench.isAllowed(() => {
      bench.services.sending[isOn ? 'pause' : 'resume'](target, 'test');
    });
    if (isDone && isOn) bench.model.paused.add(what);
  }),
);

const crash = fc
  .boolean()
  .map((isTaken) =>
    command(`crash; what was in flight ${isTaken ? 'arrived' : 'is lost'}`, (bench) => bench.crash(isTaken)),
  );

const lookups = fc.boolean().map((isUp) =>
  command(`look-ups ${isUp ? 'work' : 'fail'}`, (bench) => {
    bench.knowsReferences = isUp;
  }),
);

/** Quarters of an hour: a rolling cap of 4, half of it kept for replies, lets ten messages leave in five days. */
const DRAINED_WITHIN = 480;

/** Everything drains once nothing is in its way. */
export async function drain(bench: ModelBench): Promise<void> {
  bench.knowsReferences = true;
  for (const what of ['all', 'message_1', 'line'] as const) {
    bench.model.paused.delete(what);
    bench.services.sending.resume({ scope: what }, 'test');
  }
  bench.model.paused.delete('campaign');
  bench.isAllowed(() => bench.services.campaigns.resume(bench.campaignId, 'test'));
  for (
    let quarters = 0;
    quarters < DRAINED_WITHIN && inStates(bench, ['pending', 'failed_retry', 'sending', 'unknown']).length > 0;
    quarters++
  ) {
    for (const { id } of bench.services.attempts.list({ limit: 50, parked: true }).items) {
      const attempt = bench.attempt(bench.services.attempts.get(id).reference);
      bench.model.release(attempt);
      attempt.state = 'failed_final';
      bench.services.attempts.resolve({ id, outcome: 'not_sent' }, 'test');
    }
    for (const request of bench.inFlight) bench.answer(request, 'accepted', true);
    await bench.advance(HOUR_MS / 4);
    bench.compare();
  }
  const left = inStates(bench, ['pending', 'failed_retry', 'sending', 'unknown']);
  if (left.length > 0) throw new Error(`not drained: ${left.map(({ step, state }) => `${step} ${state}`).join(', ')}`);
}

export const COMMANDS: fc.Arbitrary<Command>[] = [
  ...[advance, advance, answer, answer, answer, report, report, contactAnswers, contactAnswers],
  ...[byHand, retry, cancel, resolve, pause, crash, lookups],
];
