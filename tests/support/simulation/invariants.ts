import { recountFigures, toFigures } from '../../../backend/campaigns/figures.ts';
import type { AttemptState } from '../../../backend/contract/attempts.ts';
import { DAY_MS, dayOf, HOUR_MS, MINUTE_MS } from '../../../backend/core/days.ts';
import type { Faults } from './faults.ts';
import { TIMEOUT_MS } from './machine.ts';
import type { World } from './month.ts';
import { STOP } from './outsideWorld.ts';
import type { Acceptance } from './provider.ts';

type AttemptLine = {
  reference: string;
  phone: string;
  type: string;
  state: AttemptState;
  sentAt: number | null;
  createdAt: number;
  expiresAt: number | null;
  errorCode: string | null;
};

/** Windows of 24 hours and an hour until the next closing, and the same once more for those who answer at the end. */
const WINDOWS_MS = 2 * (DAY_MS + HOUR_MS);
/** A clock that was a day ahead holds sending until real time has caught up. */
const CLOCK_MS = 2 * DAY_MS;
/** What is announced now may be tried again after a day; unknown outcomes are decided within hours. */
const STRAGGLERS_MS = 2 * DAY_MS;

/** Judges a month by the provider's own ledger (I1 to I8, I10, I11, CMP-12). */
export class Invariants {
  readonly broken: string[] = [];
  readonly #world: World;
  readonly #faults: Faults;
  readonly #errors: string[];

  constructor(world: World, faults: Faults, errors: string[]) {
    this.#world = world;
    this.#faults = faults;
    this.#errors = errors;
  }

  #expect(holds: boolean, what: string): void {
    if (!holds && this.broken.length < 20) this.broken.push(what);
  }

  /** How long after the last fault everything has drained at the latest (I11). */
  drainMs(): number {
    const { scenario } = this.#world;
    const waiting = this.#attempts().filter(({ state }) => state === 'pending' || state === 'failed_retry').length;
    // Each may bring a follow-up, and half of a limit may be held back for replies.
    const days = Math.ceil((4 * waiting) / Math.min(scenario.dailyLimit, scenario.rollingLimit));
    return days * DAY_MS + WINDOWS_MS + CLOCK_MS + STRAGGLERS_MS;
  }

  duringTheMonth(): void {
    this.#limits();
    this.#onlyOnce();
    this.#expect(this.#errors.length === 0, `errors of ours: ${this.#errors.slice(0, 3).join('; ')}`);
    const { machine } = this.#world;
    if (!machine.isRunning || machine.isDiskFull) return;
    this.#ledgerIsKnown();
    this.#nobodyIsMissing();
    this.#inboxIsComplete();
  }

  atTheEnd(): void {
    this.duringTheMonth();
    this.#drained();
    this.#ledgerIsAccepted();
    this.#statesAreTheFold();
    this.#figuresAreRight();
    this.#nothingAfterStop();
    this.#followUpsInTime();
    this.#filesAreSound();
  }

  #attempts(): AttemptLine[] {
    return this.#all<AttemptLine>(`SELECT reference, phone, type, state, sent_at AS sentAt, created_at AS createdAt,
      expires_at AS expiresAt, error_code AS errorCode FROM attempts`);
  }

  #all<Row>(sql: string): Row[] {
    return this.#world.machine.store.main.prepare<[], Row>(sql).all();
  }

  /** I1 and I2. Where the machine's own clock was wrong nobody can do better than keep the limits on that clock. */
  #limits(): void {
    const { provider, scenario } = this.#world;
    const times =
      scenario.kind === 'wrong_clock' ? shownTimes(provider.ledger) : provider.ledger.map((taken) => taken.acceptedAt);
    times.sort((one, other) => one - other);
    const days = Map.groupBy(times, dayOf);
    for (const [day, ofDay] of days) {
      this.#expect(ofDay.length <= scenario.dailyLimit, `I1: ${ofDay.length} accepted on ${day}`);
    }
    for (const [index, at] of times.entries()) {
      const beyond = times[index + scenario.rollingLimit];
      this.#expect(
        beyond === undefined || beyond - at > DAY_MS,
        `I2: over the rolling cap from ${new Date(at).toISOString()}`,
      );
    }
  }

  /** I3 and I4, by what was written to whom; references are ours. */
  #onlyOnce(): void {
    const seen = new Set<string>();
    for (const { phone, body, acceptedAt } of this.#world.provider.ledger) {
      const rule = body.startsWith('M2') ? 'I3' : 'I4';
      this.#expect(
        !seen.has(`${phone} ${body}`),
        `${rule}: ${body} to ${phone} twice, at ${new Date(acceptedAt).toISOString()}`,
      );
      seen.add(`${phone} ${body}`);
    }
  }

  /** I7 while things are under way: whatever the provider took is known here as sent or as open. */
  #ledgerIsKnown(): void {
    const attempts = new Map(this.#attempts().map((attempt) => [attempt.reference, attempt]));
    const { provider } = this.#world;
    for (const { reference } of provider.ledger) {
      const attempt = attempts.get(reference);
      const open = attempt?.state === 'sending' || attempt?.state === 'unknown';
      this.#expect(open || (attempt?.sentAt ?? null) !== null, `I7: ${reference} was taken and is ${attempt?.state}`);
    }
    for (const { reference, sentAt } of attempts.values()) {
      this.#expect(sentAt === null || provider.accepted(reference) !== undefined, `I7: ${reference} never left`);
    }
  }

  /** I5: whoever has no end state has a message that waits, or a window that is open or about to be closed. */
  #nobodyIsMissing(): void {
    const { operator, machine } = this.#world;
    for (const { campaignId, plan } of operator.launched()) {
      const [count] = this.#all<{ recipients: number; messages: number }>(`SELECT
        (SELECT count(*) FROM recipients WHERE campaign_id = '${campaignId}') AS recipients,
        (SELECT count(*) FROM attempts WHERE campaign_id = '${campaignId}' AND type = 'message_1') AS messages`);
      this.#expect(
        count?.recipients === count?.messages,
        `CMP-4: ${count?.messages} messages for ${count?.recipients}`,
      );
      this.#expect((count?.recipients ?? 0) <= plan.contacts.length, `CMP-4: ${count?.recipients} recipients`);
    }
    const lost = this.#all<{ id: number; state: string }>(`
      SELECT r.id, r.state FROM recipients r
      LEFT JOIN attempts one ON one.reference = r.campaign_id || ':' || r.contact_id || ':message_1'
      LEFT JOIN attempts two ON two.reference = r.campaign_id || ':' || r.contact_id || ':message_2'
      WHERE (r.state = 'pending' AND coalesce(one.state, '') NOT IN ('pending', 'failed_retry', 'sending', 'unknown'))
        OR (r.state = 'answered' AND coalesce(two.state, '') NOT IN ('pending', 'failed_retry', 'sending', 'unknown'))
        OR (r.state = 'message_1_sent' AND r.message_1_sent_at < ${machine.clocks.wall() - DAY_MS - 25 * HOUR_MS})`);
    this.#expect(lost.length === 0, `I5: recipients nobody waits for: ${JSON.stringify(lost.slice(0, 3))}`);
  }

  /** I6. */
  #inboxIsComplete(): void {
    const bodies = this.#world.machine.store.inbox
      .prepare<[], string>(`SELECT CAST(body AS TEXT) FROM webhook_inbox WHERE rejected IS NULL`)
      .pluck()
      .all();
    const kept = new Set(bodies.map((body) => (JSON.parse(body) as { id: string }).id));
    const lost = this.#world.outside.confirmed.filter(({ id }) => !kept.has(id));
    this.#expect(lost.length === 0, `I6: ${lost.length} confirmed webhooks are gone`);
  }

  /** I11. */
  #drained(): void {
    const open = this.#attempts().filter(({ state }) => OPEN_STATES.includes(state));
    this.#expect(open.length === 0, `I11: not drained: ${JSON.stringify(open.slice(0, 3))}`);
    const recipients = this.#all(
      `SELECT id, state FROM recipients WHERE state IN ('pending', 'message_1_sent', 'answered')`,
    );
    this.#expect(recipients.length === 0, `I11: recipients without an end: ${JSON.stringify(recipients.slice(0, 3))}`);
    const campaigns = this.#all(
      `SELECT name, status FROM campaigns WHERE status NOT IN ('completed', 'cancelled', 'draft')`,
    );
    this.#expect(campaigns.length === 0, `I11: campaigns without an end: ${JSON.stringify(campaigns)}`);
    const failed = this.#all(`SELECT event, reason FROM webhook_events WHERE verdict = 'failed'`);
    this.#expect(failed.length === 0, `events that failed: ${JSON.stringify(failed.slice(0, 3))}`);
  }

  /** I7 at the end: the ledger and what counts as sent are the same, by message and by day. */
  #ledgerIsAccepted(): void {
    const { provider, scenario } = this.#world;
    const sent = this.#attempts().filter(({ sentAt }) => sentAt !== null);
    this.#expect(sent.length === provider.ledger.length, `I7: ${sent.length} sent, ${provider.ledger.length} taken`);
    const counted = this.#all<{ day: string; count: number }>(
      `SELECT day, message_1 + message_2 + other AS count FROM daily_stats WHERE message_1 + message_2 + other > 0 ORDER BY day`,
    );
    const total = counted.reduce((sum, { count }) => sum + count, 0);
    this.#expect(total === provider.ledger.length, `MON-1: ${total} counted, ${provider.ledger.length} taken`);
    if (scenario.kind === 'wrong_clock') return;
    const taken = Map.groupBy(provider.ledger, ({ acceptedAt }) => dayOf(acceptedAt));
    for (const { day, count } of counted) {
      this.#expect(
        taken.get(day)?.length === count,
        `MON-1: ${count} counted on ${day}, ${taken.get(day)?.length} taken`,
      );
    }
  }

  /** I8: states are what the confirmed reports of each message fold to, by an own and simpler fold. */
  #statesAreTheFold(): void {
    const reports = new Map<string, Set<string>>();
    for (const { event, about } of this.#world.outside.confirmed) {
      if (event.kind !== 'status' || about === null) continue;
      reports.set(about, (reports.get(about) ?? new Set()).add(event.status));
    }
    for (const { reference, state, sentAt } of this.#attempts()) {
      if (sentAt === null) continue;
      const told = reports.get(reference) ?? new Set();
      const best = ['read', 'delivered', 'failed'].find((status) => told.has(status)) ?? 'sent';
      const expected = best === 'failed' ? 'failed_final' : best;
      this.#expect(state === expected, `I8: ${reference} is ${state}, its reports say ${expected}`);
    }
  }

  #figuresAreRight(): void {
    const { operator, machine } = this.#world;
    const { campaigns } = machine.workspace.campaigns.stores;
    for (const { campaignId } of operator.launched()) {
      const row = campaigns.byId(campaignId);
      const kept = row === null ? null : JSON.stringify(toFigures(row));
      this.#expect(kept === JSON.stringify(recountFigures(campaigns, campaignId)), `CMP-11: figures of ${row?.name}`);
    }
  }

  /** SND-13: every STOP that was confirmed is kept, and nothing is asked of the provider for its phone afterwards. */
  #nothingAfterStop(): void {
    const { provider, scenario, outside } = this.#world;
    const kept = new Set(this.#all<{ phone: string }>(`SELECT phone FROM suppressions`).map(({ phone }) => phone));
    for (const { event } of outside.confirmed) {
      if (event.kind !== 'answer' || event.text !== STOP || event.phone === null) continue;
      this.#expect(kept.has(event.phone), `SND-13: the STOP of ${event.phone} is not kept`);
    }
    if (scenario.kind === 'wrong_clock') return;
    const stops = new Map(
      this.#all<{ phone: string; at: number }>(`SELECT phone, created_at AS at FROM suppressions`).map(
        ({ phone, at }) => [phone, at],
      ),
    );
    for (const { phone, requestedAt } of provider.requests) {
      this.#expect(requestedAt <= (stops.get(phone) ?? Infinity), `SND-13: ${phone} written to after its STOP`);
    }
  }

  /** CMP-6: no Message 2 leaves late. CMP-12: none expires for want of quota when nothing else held it back. */
  #followUpsInTime(): void {
    const { provider, scenario } = this.#world;
    if (scenario.kind === 'wrong_clock') return;
    for (const { reference, requestedAt, expiresAt } of provider.requests) {
      this.#expect(requestedAt < (expiresAt ?? Infinity), `CMP-6: ${reference} left after its window`);
    }
    const takenAt = new Map(
      provider.ledger.map(({ phone, body, acceptedAt }) => [`${phone} ${body}`, acceptedAt] as const),
    );
    for (const { phone, body, requestedAt } of provider.ledger) {
      if (!body.startsWith('M2')) continue;
      const opened = takenAt.get(`${phone} ${body.replace('M2', 'M1')}`) ?? -Infinity;
      // Here a window opens when the answer to Message 1 is heard.
      this.#expect(requestedAt < opened + DAY_MS + TIMEOUT_MS, `CMP-6: ${body} to ${phone} left too late`);
    }
    for (const { reference, createdAt, expiresAt, state, errorCode } of this.#attempts()) {
      if (state !== 'failed_final' || errorCode !== 'window_closed' || expiresAt === null) continue;
      const hasTime = expiresAt - createdAt > 5 * MINUTE_MS;
      const from = expiresAt - DAY_MS;
      const disturbed = this.#faults.disturbances.some((span) => span.from < expiresAt && span.to > from);
      const wasTried = provider.requests.some((request) => request.reference === reference);
      this.#expect(!hasTime || disturbed || wasTried, `CMP-12: ${reference} expired for want of quota`);
    }
  }

  /** I10. */
  #filesAreSound(): void {
    for (const file of [this.#world.machine.store.main, this.#world.machine.store.inbox]) {
      this.#expect(file.pragma('integrity_check', { simple: true }) === 'ok', 'I10: integrity_check');
      this.#expect((file.pragma('foreign_key_check') as unknown[]).length === 0, 'I10: foreign_key_check');
    }
  }
}

const OPEN_STATES: readonly AttemptState[] = ['pending', 'failed_retry', 'sending', 'unknown'];

/** What the machine's clock showed when each request left; it is never taken to go back (MON-8). */
function shownTimes(ledger: readonly Acceptance[]): number[] {
  let highest = 0;
  const inOrder = ledger.toSorted((one, other) => one.requestedAt - other.requestedAt);
  return inOrder.map(({ requestedOn }) => (highest = Math.max(highest, requestedOn)));
}
