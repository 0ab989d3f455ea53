import type { CampaignStatus, InteractionType, RecipientState } from '../contract/campaigns.ts';
import type { AttemptState } from '../contract/attempts.ts';
import type { Database } from '../storage/database.ts';

export type RecipientRow = {
  id: number;
  campaignId: string;
  contactId: string;
  phone: string;
  state: RecipientState;
  reason: string | null;
  /** When the provider accepted Message 1. */
  message1SentAt: number | null;
  deliveredAt: number | null;
  readAt: number | null;
  /** First answer. */
  interactionAt: number | null;
  interactionType: InteractionType | null;
  within24h: 0 | 1 | null;
  message2SentAt: number | null;
};
export type RecipientUpdate = Partial<Omit<RecipientRow, 'id' | 'campaignId' | 'contactId' | 'phone'>>;
export type ListedRecipient = RecipientRow & { name: string; lineId: string | null };

type Ending = { reason: string | null; now: number };

/** A recipient to whom an answer may belong. */
export type Candidate = RecipientRow & {
  campaignStatus: CampaignStatus;
  /** Line of its Message 1; its Message 2 leaves from there too. */
  lineId: string;
  message1State: AttemptState;
  /** When Message 1 was accepted, or began to leave when that is not known yet; null when it has not left. */
  message1At: number | null;
  /** Its phone is on the suppression list, or its contact has opted out under another one since. */
  isSuppressed: 0 | 1;
};

const COLUMNS = `
  r.id, r.campaign_id AS campaignId, r.contact_id AS contactId, r.phone, r.state, r.reason,
  r.message_1_sent_at AS message1SentAt, r.delivered_at AS deliveredAt, r.read_at AS readAt,
  r.interaction_at AS interactionAt, r.interaction_type AS interactionType, r.within_24h AS within24h,
  r.message_2_sent_at AS message2SentAt`;
// The reference finds an attempt by its own unique index (SND-7).
const CANDIDATE = `
  SELECT ${COLUMNS}, c.status AS campaignStatus, a.line_id AS lineId, a.state AS message1State,
    coalesce(r.message_1_sent_at, CASE WHEN a.state IN ('sending', 'unknown') THEN a.sending_at END) AS message1At,
    EXISTS (SELECT 1 FROM suppressions WHERE suppressions.phone = r.phone)
      OR EXISTS (SELECT 1 FROM contacts WHERE contacts.id = r.contact_id AND opted_out_at IS NOT NULL) AS isSuppressed
  FROM recipients r
  JOIN campaigns c ON c.id = r.campaign_id
  JOIN attempts a ON a.reference = r.campaign_id || ':' || r.contact_id || ':message_1'`;
const OPEN = `state IN ('pending', 'message_1_sent', 'answered')`;

/** Reads and writes recipients. Which state follows which is decided elsewhere. */
export class RecipientStore {
  readonly #statements;

  constructor(database: Database) {
    const listed = `
      SELECT ${COLUMNS}, coalesce(contacts.name, '') AS name, campaigns.line_id AS lineId
      FROM recipients r JOIN campaigns ON campaigns.id = r.campaign_id
      LEFT JOIN contacts ON contacts.id = r.contact_id`;
    this.#statements = {
      // Each in the order of the index that finds its rows.
      page: database.prepare<{ campaignId: string; after: string; limit: number }, ListedRecipient>(`
        ${listed} WHERE r.campaign_id = @campaignId AND r.contact_id > @after ORDER BY r.contact_id LIMIT @limit`),
      pageOfState: database.prepare<
        { campaignId: string; state: RecipientState; after: number; limit: number },
        ListedRecipient
      >(`
        ${listed} WHERE r.campaign_id = @campaignId AND r.state = @state AND r.id > @after ORDER BY r.id LIMIT @limit`),
      byStep: database.prepare<{ campaignId: string; contactId: string }, RecipientRow>(
        `SELECT ${COLUMNS} FROM recipients r WHERE r.campaign_id = @campaignId AND r.contact_id = @contactId`,
      ),
      candidate: database.prepare<{ id: number }, Candidate>(`${CANDIDATE} WHERE r.id = @id`),
      ofPhone: database.prepare<{ phone: string; lineId: string }, Candidate>(
        `${CANDIDATE} WHERE r.phone = @phone AND a.line_id = @lineId`,
      ),
      quoted: database.prepare<{ lineId: string; providerId: string }, Candidate>(`
        ${CANDIDATE}
        JOIN provider_ids p ON p.line_id = @lineId AND p.provider_id = @providerId
        JOIN attempts q ON q.id = p.attempt_id
        WHERE r.campaign_id = q.campaign_id AND r.contact_id = q.contact_id`),
      update: database.prepare(`
        UPDATE recipients SET state = @state, reason = @reason, message_1_sent_at = @message1SentAt,
          delivered_at = @deliveredAt, read_at = @readAt, interaction_at = @interactionAt,
          interaction_type = @interactionType, within_24h = @within24h, message_2_sent_at = @message2SentAt,
          updated_at = @now
        WHERE id = @id`),
      endOpenOfPhone: database
        .prepare<{ phone: string; now: number }, string>(
          `
          UPDATE recipients SET state = 'opted_out', reason = NULL, updated_at = @now
          WHERE phone = @phone AND ${OPEN} RETURNING campaign_id`,
        )
        .pluck(),
      endOpenOfContact: database
        .prepare<{ contactId: string; phone: string; reason: string; now: number }, string>(
          `
          UPDATE recipients SET state = 'cancelled', reason = @reason, updated_at = @now
          WHERE phone = @phone AND contact_id = @contactId AND ${OPEN} RETURNING campaign_id`,
        )
        .pluck(),
      // Its recipients are found in the campaigns that are not over: there is no index by contact.
      endUnderOtherPhones: database
        .prepare<Ending & { contactId: string; state: RecipientState }, string>(
          `
          UPDATE recipients SET state = @state, reason = @reason, updated_at = @now
          WHERE campaign_id IN (SELECT id FROM campaigns WHERE status IN ('preparing', 'scheduled', 'running', 'paused'))
            AND contact_id = @contactId AND ${OPEN} RETURNING campaign_id`,
        )
        .pluck(),
      hasContact: database
        .prepare<{ contactId: string }, number>(`SELECT EXISTS (SELECT 1 FROM contacts WHERE id = @contactId)`)
        .pluck(),
      closeWindows: database
        .prepare<{ sentUntil: number; limit: number; now: number }, string>(
          `
          UPDATE recipients SET state = 'no_interaction', updated_at = @now
          WHERE id IN (SELECT id FROM recipients WHERE state = 'message_1_sent' AND message_1_sent_at <= @sentUntil
            ORDER BY message_1_sent_at LIMIT +@limit)
          RETURNING campaign_id`,
        )
        .pluck(),
      insert: database.prepare<{ campaignId: string; contactId: string; phone: string; now: number }>(`
        INSERT INTO recipients (campaign_id, contact_id, phone, updated_at)
        VALUES (@campaignId, @contactId, @phone, @now)`),
    };
  }

  /** In the order in which their contacts were made, those after the given contact. */
  page(campaignId: string, after: string, limit: number): ListedRecipient[] {
    return this.#statements.page.all({ campaignId, after, limit });
  }

  /** Those in one state, in the order of their making, after the given recipient. */
  pageOfState(position: {
    campaignId: string;
    state: RecipientState;
    after: number;
    limit: number;
  }): ListedRecipient[] {
    return this.#statements.pageOfState.all(position);
  }

  byStep(step: { campaignId: string; contactId: string }): RecipientRow | null {
    return this.#statements.byStep.get(step) ?? null;
  }

  candidate(id: number): Candidate | null {
    return this.#statements.candidate.get({ id }) ?? null;
  }

  /** Every recipient with this phone who was written to on this line. */
  ofPhone(phone: string, lineId: string): Candidate[] {
    return this.#statements.ofPhone.all({ phone, lineId });
  }

  /** Whose message a provider's id names. */
  quoted(lineId: string, providerId: string): Candidate | null {
    return this.#statements.quoted.get({ lineId, providerId }) ?? null;
  }

  /** Writes what changed. */
  update(recipient: RecipientRow, update: RecipientUpdate, now: number): void {
    const { id, state, reason, message1SentAt, deliveredAt, readAt } = { ...recipient, ...update };
    const { interactionAt, interactionType, within24h, message2SentAt } = { ...recipient, ...update };
    this.#statements.update.run({
      ...{ id, state, reason, message1SentAt, deliveredAt, readAt },
      ...{ interactionAt, interactionType, within24h, message2SentAt, now },
    });
  }

  /** Ends the open recipients of a phone as opted out; the campaign of each. */
  endOpenOfPhone(phone: string, now: number): string[] {
    return this.#statements.endOpenOfPhone.all({ phone, now });
  }

  /** Ends the open recipients of a contact as cancelled; the campaign of each. */
  endOpenOfContact(contact: { contactId: string; phone: string; reason: string; now: number }): string[] {
    return this.#statements.endOpenOfContact.all(contact);
  }

  /** The same for a contact under phones that it had before; the campaign of each. */
  endUnderOtherPhones(ending: Ending & { contactId: string; state: RecipientState }): string[] {
    return this.#statements.endUnderOtherPhones.all(ending);
  }

  hasContact(contactId: string): boolean {
    return this.#statements.hasContact.get({ contactId }) === 1;
  }

  /** Ends up to `limit` recipients who were written to at or before `sentUntil` and never answered; the campaign of each. */
  closeWindows(sentUntil: number, limit: number, now: number): string[] {
    return this.#statements.closeWindows.all({ sentUntil, limit, now });
  }

  insert(recipient: { campaignId: string; contactId: string; phone: string; now: number }): void {
    this.#statements.insert.run(recipient);
  }
}
