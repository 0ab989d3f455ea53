import type { Outbox, Waiting } from './outbox.ts';
import { RemoteError, type Remote } from './remote.ts';

/** A few hundred rows go in one request (SYN-2). */
export const BATCH = 300;
/** A row that is refused alone, so often and with nothing else to compare with, is set aside all the same. */
const MOST_REFUSALS = 5;
/** Of what is left behind a batch: whether there is any matters, not how much exactly. */
const MOST_COUNTED = 10_000;
/** Parts that are refused before anything passes: then it is not the rows. */
const MOST_REFUSED_PARTS = 20;

export type PushTarget = {
  remote: Pick<Remote, 'push'>;
  outbox: Outbox;
  now: () => number;
  source: string;
  generation: number;
  accounts: Record<string, string>;
};

/**
 * Brings a batch to Supabase and takes it out of the outbox. When the whole is refused its halves are tried, so that a
 * row that cannot be stored is found, set aside and shown, and the others pass (SYN-2).
 * @throws RemoteError when Supabase took nothing at all; what was not taken stays
 */
export async function pushBatch(target: PushTarget, batch: readonly Waiting[]): Promise<void> {
  const { remote, outbox, now } = target;
  const { source, generation, accounts } = target;
  const alone: { row: Waiting; error: RemoteError }[] = [];
  let passed = 0;
  let refusedParts = 0;

  const push = async (rows: readonly Waiting[]): Promise<void> => {
    // What will be left when these have arrived: 0 says that the copy is whole.
    const waiting =
      Math.max(0, outbox.countWaiting(MOST_COUNTED) - rows.length) + (outbox.state().copying === null ? 0 : 1);
    const sent = rows.map(({ pushed }) => pushed);
    const refused = await remote.push({ source, generation, accounts, rows: sent, waiting });
    const reasons = new Map(refused.map(({ entity, key, reason }) => [`${entity} ${key}`, reason]));
    const [arrived, left] = [
      rows.filter((row) => !reasons.has(nameOf(row))),
      rows.filter((row) => reasons.has(nameOf(row))),
    ];
    for (const row of left) outbox.setAside(row, { now: now(), reason: reasons.get(nameOf(row)) ?? '' });
    outbox.done(arrived, now());
    passed += arrived.length;
  };

  const pushParts = async (rows: readonly Waiting[]): Promise<void> => {
    try {
      await push(rows);
    } catch (error) {
      if (!(error instanceof RemoteError) || error.problem !== 'refused') throw error;
      refusedParts++;
      if (passed === 0 && refusedParts > MOST_REFUSED_PARTS) throw error;
      const [first] = rows;
      if (first !== undefined && rows.length === 1) {
        alone.push({ row: first, error });
        return;
      }
      const middle = Math.ceil(rows.length / 2);
      await pushParts(rows.slice(0, middle));
      await pushParts(rows.slice(middle));
    }
  };

  await pushParts(batch);
  for (const { row, error } of alone) {
    outbox.countRefusal(row);
    const isTheRow = passed > 0 || row.refusals + 1 >= MOST_REFUSALS;
    if (isTheRow) outbox.setAside(row, { now: now(), reason: error.detail });
  }
  const [one] = alone;
  if (one !== undefined && passed === 0) throw one.error;
}

const nameOf = ({ pushed }: Waiting): string => `${pushed.e} ${pushed.k}`;
