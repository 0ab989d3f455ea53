import type { AttemptState, TimelineEntry } from '../contract/attempts.ts';
import { VigieError } from '../contract/errors.ts';
import { toIso } from '../core/days.ts';
import { MESSAGE_1_RANK } from '../domain/pick.ts';
import type { Database } from '../storage/database.ts';
import { CLEAR_TEXTS, type BodyCipher, type Place } from '../storage/encryption/bodyCipher.ts';
import type { Advance, AttemptRow } from './attempt.ts';
import { openColumn, openContent, storeContent, type AttemptContent } from './attemptContent.ts';
import type { DeliveryStatus } from './provider.ts';

/** Columns of an attempt under their names in code. */
export const ATTEMPT_COLUMNS = `
  id, line_id AS lineId, type, campaign_id AS campaignId, contact_id AS contactId, phone, time_zone AS timeZone, body,
  media, template,
  category, title, context, priority, state, tries, max_attempts AS maxAttempts, reference,
  idempotency_key AS idempotencyKey, content_hash AS contentHash, due_at AS dueAt, expires_at AS expiresAt,
  error_code AS errorCode, error_detail AS errorDetail, created_at AS createdAt, sending_at AS sendingAt,
  sent_at AS sentAt, delivered_at AS deliveredAt, read_at AS readAt, finished_at AS finishedAt,
  unknown_at AS unknownAt, lookups, absent_since AS absentSince, lookup_at AS lookupAt, parked_at AS parkedAt,
  updated_at AS updatedAt`;

/** A new attempt with what it says, before that is put into the form of the file. */
export type UnstoredAttempt = Omit<AttemptRow, keyof AttemptContent> & AttemptContent;

/** What of an attempt changes after it was queued. */
type Mutable = Pick<
  AttemptRow,
  | 'state'
  | 'tries'
  | 'maxAttempts'
  | 'dueAt'
  | 'errorCode'
  | 'errorDetail'
  | 'sendingAt'
  | 'sentAt'
  | 'deliveredAt'
  | 'readAt'
  | 'finishedAt'
  | 'unknownAt'
  | 'lookups'
  | 'absentSince'
  | 'lookupAt'
  | 'parkedAt'
>;

type Unheard = { lines: string; since: number; until: number; now: number };
type TimelineEvent = { at: number; event: string; detail?: Record<string, unknown> };
export type StoredReport = { status: DeliveryStatus; at: number; code: string };

/** Reads and writes attempts and what hangs on them. Knows no rules: those are in `domain/` and `outcomes.ts`. */
export class AttemptStore {
  readonly #statements;
  readonly #cipher: BodyCipher;

  constructor(database: Database, cipher: BodyCipher = CLEAR_TEXTS) {
    this.#cipher = cipher;
    this.#statements = {
      byId: database.prepare<{ id: string }, AttemptRow>(`SELECT ${ATTEMPT_COLUMNS} FROM attempts WHERE id = @id`),
      byReference: database.prepare<{ reference: string }, AttemptRow>(
        `SELECT ${ATTEMPT_COLUMNS} FROM attempts WHERE reference = @reference`,
      ),
      byKey: database.prepare<{ key: string }, AttemptRow>(
        `SELECT ${ATTEMPT_COLUMNS} FROM attempts WHERE idempotency_key = @key`,
      ),
      ofProviderId: database
        .prepare<{ lineId: string; providerId: string }, string>(
          `SELECT attempt_id FROM provider_ids WHERE line_id = @lineId AND provider_id = @providerId`,
        )
        .pluck(),
      insert: database.prepare(`
        INSERT INTO attempts (id, line_id, type, campaign_id, contact_id, phone, time_zone, body, media, template, category,
          title, context, priority, max_attempts, reference, idempotency_key, content_hash, due_at, expires_at, created_at, updated_at)
        VALUES (@id, @lineId, @type, @campaignId, @contactId, @phone, @timeZone, @body, @media, @template, @category,
          @title, @context, @priority, @maxAttempts, @reference, @idempotencyKey, @contentHash, @dueAt, @expiresAt, @createdAt, @createdAt)`),
      update: database.prepare(`
        UPDATE attempts SET state = @state, tries = @tries, max_attempts = @maxAttempts, due_at = @dueAt, error_code = @errorCode,
          error_detail = @errorDetail, sending_at = @sendingAt, sent_at = @sentAt, delivered_at = @deliveredAt,
          read_at = @readAt, finished_at = @finishedAt, unknown_at = @unknownAt, lookups = @lookups,
          absent_since = @absentSince, lookup_at = @lookupAt, parked_at = @parkedAt, updated_at = @updatedAt
        WHERE id = @id`),
      addEvent: database.prepare(`
        INSERT INTO attempt_events (attempt_id, at, event, detail) VALUES (@attemptId, @at, @event, @detail)`),
      events: database.prepare<{ attemptId: string }, { at: number; event: string; detail: string | null }>(
        `SELECT at, event, detail FROM attempt_events WHERE attempt_id = @attemptId ORDER BY id`,
      ),
      addProviderId: database.prepare(`
        INSERT INTO provider_ids (line_id, provider_id, attempt_id) VALUES (@lineId, @providerId, @attemptId)
        ON CONFLICT DO NOTHING`),
      providerIds: database
        .prepare<{ attemptId: string }, string>(`SELECT provider_id FROM provider_ids WHERE attempt_id = @attemptId`)
        .pluck(),
      addReport: database.prepare(`
        INSERT INTO delivery_reports (attempt_id, status, at, code) VALUES (@attemptId, @status, @at, @code)
        ON CONFLICT DO NOTHING`),
      reports: database.prepare<{ attemptId: string }, StoredReport>(
        `SELECT status, at, code FROM delivery_reports WHERE attempt_id = @attemptId`,
      ),
      addError: database.prepare(`
        INSERT INTO message_errors (attempt_id, line_id, phone, code, detail, day, occurred_at)
        VALUES (@attemptId, @lineId, @phone, @code, @detail, @day, @at)`),
      inState: database.prepare<{ state: AttemptState }, AttemptRow>(
        `SELECT ${ATTEMPT_COLUMNS} FROM attempts WHERE state = @state ORDER BY created_at, id`,
      ),
      waitingOfCampaign: database.prepare<{ campaignId: string; most: number }, AttemptRow>(`
        SELECT ${ATTEMPT_COLUMNS} FROM attempts INDEXED BY attempts_campaign_state
        WHERE campaign_id = +@campaignId AND state IN ('pending', 'failed_retry') LIMIT +@most`),
      waitingToPhone: database.prepare<{ phone: string }, AttemptRow>(`
        SELECT ${ATTEMPT_COLUMNS} FROM attempts
        WHERE phone = +@phone AND state IN ('pending', 'failed_retry') ORDER BY created_at, id`),
      // By the references of its steps in the campaigns that are not over: attempts have no index by contact.
      waitingOfContact: database.prepare<{ contactId: string }, AttemptRow>(`
        SELECT ${ATTEMPT_COLUMNS} FROM attempts WHERE state IN ('pending', 'failed_retry') AND reference IN (
          SELECT campaigns.id || ':' || @contactId || step.column1
          FROM campaigns, (VALUES (':message_1'), (':message_2')) AS step
          WHERE campaigns.status IN ('preparing', 'scheduled', 'running', 'paused'))`),
      // Of every line, in the order of their queue: what was removed may not have been moved yet.
      advanceOfCampaign: database.prepare<Advance>(`
        UPDATE attempts SET due_at = @dueAt, updated_at = @now WHERE id IN (
          SELECT a.id FROM lines CROSS JOIN attempts a INDEXED BY attempts_queue WHERE a.line_id = lines.id
            AND a.campaign_id = +@campaignId AND a.rank = ${MESSAGE_1_RANK} AND a.due_at > +@now
            AND a.state IN ('pending', 'failed_retry') AND +a.state = 'pending' LIMIT +@most)`),
      // Asked before every send: without the hint the planner reads the whole queue.
      expired: database.prepare<{ now: number }, AttemptRow>(`
        SELECT ${ATTEMPT_COLUMNS} FROM attempts INDEXED BY attempts_expiring
        WHERE state IN ('pending', 'failed_retry') AND expires_at IS NOT NULL AND expires_at <= @now
        ORDER BY expires_at LIMIT 500`),
      lookupsDue: database.prepare<{ now: number; limit: number }, AttemptRow>(`
        SELECT ${ATTEMPT_COLUMNS} FROM attempts INDEXED BY attempts_unknown
        WHERE state = 'unknown' AND lookup_at <= @now ORDER BY lookup_at LIMIT +@limit`),
      unheard: database.prepare<Unheard & { limit: number }, AttemptRow>(`
        SELECT ${ATTEMPT_COLUMNS} FROM attempts INDEXED BY attempts_unheard
        WHERE state = 'sent' AND sent_at > @since AND sent_at <= @until AND coalesce(lookup_at, 0) <= @now
          AND line_id IN (SELECT value FROM json_each(@lines))
        ORDER BY sent_at DESC LIMIT @limit`),
      countUnknown: database.prepare<[], { unknown: number; parked: number }>(
        `SELECT count(*) AS unknown, count(parked_at) AS parked FROM attempts WHERE state = 'unknown'`,
      ),
    };
  }

  get(id: string): AttemptRow | null {
    return this.#statements.byId.get({ id }) ?? null;
  }

  withReference(reference: string): AttemptRow | null {
    return this.#statements.byReference.get({ reference }) ?? null;
  }

  withIdempotencyKey(key: string): AttemptRow | null {
    return this.#statements.byKey.get({ key }) ?? null;
  }

  /** The attempt that a provider knows by any of these ids. */
  withProviderId(lineId: string, providerIds: readonly string[]): AttemptRow | null {
    for (const providerId of providerIds) {
      const id = this.#statements.ofProviderId.get({ lineId, providerId });
      if (id !== undefined) return this.get(id);
    }
    return null;
  }

  /** Writes a new attempt and gives it as it stands in the file. */
  insert(attempt: UnstoredAttempt): AttemptRow {
    const { body, media, template, title, context, ...rest } = attempt;
    const row = { ...rest, ...storeContent(this.#cipher, attempt, { body, media, template, title, context }) };
    this.#statements.insert.run(row);
    return row;
  }

  /**
   * What a message says, in clear.
   * @throws VigieError `body_unreadable` when it was changed, comes from another row, or its key is missing
   */
  content(attempt: AttemptRow): AttemptContent {
    return openContent(this.#cipher, attempt);
  }

  /** The title alone; null also when it cannot be read. */
  title(attempt: AttemptRow): string | null {
    return this.#readable(() => openColumn(this.#cipher, attempt, 'title'));
  }

  #readable<Value>(open: () => Value): Value | null {
    try {
      return open();
    } catch (error) {
      if (error instanceof VigieError && error.code === 'body_unreadable') return null;
      throw error;
    }
  }

  /** What stands for a message's content under its idempotency key, made of a digest (SND-7). */
  fingerprint(digest: string): string {
    return this.#cipher.fingerprint(digest);
  }

  isFingerprintOf({ contentHash }: AttemptRow, digest: string): boolean {
    return contentHash !== null && this.#cipher.isFingerprintOf(contentHash, digest);
  }

  /** Writes what changed and gives the attempt as it is now. */
  update(attempt: AttemptRow, changes: Partial<Mutable>, now: number): AttemptRow {
    const updated = { ...attempt, ...changes, updatedAt: now };
    const { errorDetail } = changes;
    // What a provider says of a failure can quote the message.
    if (errorDetail) updated.errorDetail = this.#cipher.seal(errorDetail, ['attempts', attempt.id, 'error_detail']);
    this.#statements.update.run(updated);
    return updated;
  }

  /** Adds a line to the timeline of an attempt. */
  addEvent(attemptId: string, { at, event, detail }: TimelineEvent): void {
    const said = detail?.['detail'];
    const kept =
      typeof said === 'string' && said !== ''
        ? { ...detail, detail: this.#cipher.seal(said, ['attempt_events', attemptId, event]) }
        : detail;
    this.#statements.addEvent.run({ attemptId, at, event, detail: kept === undefined ? null : JSON.stringify(kept) });
  }

  timeline(attemptId: string): TimelineEntry[] {
    return this.#statements.events.all({ attemptId }).map(({ at, event, detail }) => ({
      at: toIso(at),
      event,
      detail: detail === null ? null : this.#openDetail(detail, ['attempt_events', attemptId, event]),
    }));
  }

  #openDetail(json: string, place: Place): TimelineEntry['detail'] {
    const detail = JSON.parse(json) as NonNullable<TimelineEntry['detail']>;
    const { detail: said } = detail;
    if (typeof said !== 'string') return detail;
    return { ...detail, detail: this.#readable(() => this.#cipher.open(said, place)) };
  }

  /** True when one of them is new. */
  addProviderIds({ id: attemptId, lineId }: AttemptRow, providerIds: readonly string[]): boolean {
    const { addProviderId } = this.#statements;
    const added = providerIds.map((providerId) => addProviderId.run({ lineId, providerId, attemptId }));
    return added.some(({ changes }) => changes > 0);
  }

  providerIds(attemptId: string): string[] {
    return this.#statements.providerIds.all({ attemptId });
  }

  addReport(attemptId: string, report: StoredReport): void {
    this.#statements.addReport.run({ attemptId, ...report });
  }

  reports(attemptId: string): StoredReport[] {
    return this.#statements.reports.all({ attemptId });
  }

  addError(error: { attempt: AttemptRow; code: string; detail: string | null; day: string; at: number }): void {
    const { attempt, ...rest } = error;
    const detail = error.detail ? this.#cipher.seal(error.detail, ['message_errors', attempt.id, error.code]) : null;
    const { id: attemptId, lineId, phone } = attempt;
    this.#statements.addError.run({ ...rest, detail, attemptId, lineId, phone });
  }

  inState(state: AttemptState): AttemptRow[] {
    return this.#statements.inState.all({ state });
  }

  waitingOfCampaign(campaignId: string, most: number): AttemptRow[] {
    return this.#statements.waitingOfCampaign.all({ campaignId, most });
  }

  waitingToPhone(phone: string): AttemptRow[] {
    return this.#statements.waitingToPhone.all({ phone });
  }

  /** What waits for a contact in campaigns, also under a phone that it had before. */
  waitingOfContact(contactId: string): AttemptRow[] {
    return this.#statements.waitingOfContact.all({ contactId });
  }

  advanceOfCampaign(advance: Advance): number {
    return this.#statements.advanceOfCampaign.run(advance).changes;
  }

  /** Waiting attempts that must not be sent any more: their window has closed. */
  expired(now: number): AttemptRow[] {
    return this.#statements.expired.all({ now });
  }

  lookupsDue(now: number, limit: number): AttemptRow[] {
    return this.#statements.lookupsDue.all({ now, limit });
  }

  /** Accepted messages without a delivery that may be asked about, those whose windows opened last first (WHK-7). */
  unheard(asked: { lines: readonly string[]; since: number; until: number; now: number }, limit: number): AttemptRow[] {
    return this.#statements.unheard.all({ ...asked, lines: JSON.stringify(asked.lines), limit });
  }

  countUnknown(): { unknown: number; parked: number } {
    return this.#statements.countUnknown.get() ?? { unknown: 0, parked: 0 };
  }
}
