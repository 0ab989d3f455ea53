import { composeCampaigns, type CampaignParts } from '../../backend/composeCampaigns.ts';
import type { AnswerResult } from '../../backend/campaigns/followUp.ts';
import type { Answer } from '../../backend/webhooks/dependencies.ts';
import { recountFigures, toFigures } from '../../backend/campaigns/figures.ts';
import type {
  Campaign,
  CampaignFigures,
  CampaignInput,
  Recipient,
  RecipientState,
} from '../../backend/contract/campaigns.ts';
import type { Contact, ContactInput } from '../../backend/contract/contacts.ts';
import type { Notify } from '../../backend/monitoring/notify.ts';
import { codeSentence } from '../../backend/sending/attemptViews.ts';
import type { AttemptRow } from '../../backend/sending/attempt.ts';
import { DEFAULT_STOP_WORDS } from '../../backend/domain/stopWords.ts';
import { silentLogger } from '../../backend/core/logger.ts';
import { createAudit } from '../../backend/storage/audit.ts';
import { createTestEngine } from './engine.ts';

const START = Date.parse('2026-11-20T08:00:00.000Z');
const TABLES = [
  ...['delivery_reports', 'provider_ids', 'attempt_events', 'attempts', 'message_errors', 'interactions', 'recipients'],
  ...[
    'launches',
    'campaigns',
    'contact_categories',
    'contacts',
    'categories',
    'suppressions',
    'imports',
    'import_refusals',
    'import_changes',
    'audit',
  ],
  ...['quota_slots', 'daily_stats', 'meta'],
];
const PLENTY = { dailyLimit: 1_000_000, rollingLimit: 1_000_000 };

export type TestCampaigns = ReturnType<typeof createTestCampaigns>;

/** The answer of a launch that is small enough for one call. */
export function startedAtOnce(campaign: Campaign | Promise<Campaign>): Campaign {
  if (campaign instanceof Promise) throw new Error('a campaign that is launched in steps');
  return campaign;
}

/**
 * Contacts and campaigns on the real sending engine and a real SQLite file, with a clock that stands still.
 * @param options.durable false for properties: thousands of commits that are about rules, not about durability
 */
export function createTestCampaigns(options: { durable?: boolean; launchSteps?: CampaignParts['launchSteps'] } = {}) {
  const engine = createTestEngine({ limits: PLENTY });
  if (options.durable === false) engine.database.pragma('synchronous = OFF');
  const { database, clock, ids, outcomes, queue, store } = engine;
  const settings = {
    ...{ defaultCountry: 'FR', maxAttempts: 3, countReactions: false, countStickers: false },
    ...{ dailyLimit: 180, rollingLimit: 1000, stopWords: [...DEFAULT_STOP_WORDS] as readonly string[] },
  };
  const told = { changed: [] as string[], campaigns: [] as string[], notices: [] as string[], imports: [] as string[] };
  const notify: Notify = {
    changed: (what) => told.changed.push(what),
    campaign: (id) => told.campaigns.push(id),
    attempt() {},
    import: ({ state }) => told.imports.push(state),
    notice: ({ title }) => told.notices.push(title),
  };
  const audit = createAudit(database, clock);
  const expected = { interactionRate: 0 };
  const given: CampaignParts = {
    ...{ database, clock, ids, notify, audit },
    wake() {},
    ...(options.launchSteps !== undefined && { launchSteps: options.launchSteps }),
    logger: silentLogger,
    attempts: queue,
    locale: () => 'fr',
    settings: () => settings,
    interactionRate: () => expected.interactionRate,
    chooseLine: (id) => engine.lines.choose(id).id,
    reasonMessage: (reason) => codeSentence('fr', reason, 'wassenger'),
  };
  const parts = composeCampaigns(given);
  /** The same on the same file, as after a restart. */
  const composedAnew = (launchSteps: CampaignParts['launchSteps']) =>
    composeCampaigns({ ...given, ...(launchSteps !== undefined && { launchSteps }) });
  outcomes.onChange(parts.recipientListener);
  engine.campaignSide.ended = parts.endedMeanwhile;

  let contactCount = 0;
  const contact = (overrides: Partial<ContactInput> = {}): Contact =>
    parts.contacts.create({
      name: 'Awa Diop',
      phone: `+336${String(39_000_000 + contactCount++)}`,
      attributes: {},
      categoryIds: [],
      ...overrides,
    });
  const campaign = (overrides: Partial<CampaignInput> = {}): Campaign =>
    parts.campaigns.create({
      ...{ name: 'Rentrée', categoryIds: [], contactIds: [] },
      message1: { body: 'Bonjour {{nom}}' },
      message2: { body: 'Merci {{nom}}' },
      ...overrides,
    });
  const start = (id: string, actor: string): Campaign => startedAtOnce(parts.campaigns.start(id, actor));
  const campaigns = { ...parts.campaigns, start };
  /** A running campaign for these contacts. */
  const started = (contacts: readonly Contact[], overrides: Partial<CampaignInput> = {}): Campaign =>
    start(campaign({ contactIds: contacts.map(({ id }) => id), ...overrides }).id, 'test');

  const claimed = (): AttemptRow => {
    const claim = engine.claim();
    if (claim.kind !== 'claimed') throw new Error(`nothing claimed: ${claim.kind}`);
    return claim.attempt;
  };
  let messageCount = 0;
  /** The provider takes the next message. */
  const acceptNext = (): AttemptRow => outcomes.accepted(claimed(), [`id-${++messageCount}`, `wa-${messageCount}`]);
  /** The provider takes every message that is due; how many. */
  const acceptAll = (): number => {
    let count = 0;
    for (let claim = engine.claim(); claim.kind === 'claimed'; claim = engine.claim(), count++) {
      outcomes.accepted(claim.attempt, [`id-${++messageCount}`]);
    }
    return count;
  };
  /** A running campaign whose Message 1 has left to these contacts. */
  const written = (contacts: readonly Contact[], overrides: Partial<CampaignInput> = {}): string => {
    const { id } = started(contacts, overrides);
    acceptAll();
    return id;
  };
  const later = (ms: number): void => {
    clock.set(clock.now() + ms);
  };
  const answer = (phone: string | null, overrides: Partial<Answer> = {}): AnswerResult =>
    parts.followUp.onAnswer({
      lineId: 'line',
      providerMessageId: `answer-${++messageCount}`,
      phone,
      ...{ senderId: null, type: 'text', text: 'Oui', quotedProviderId: null },
      at: clock.now(),
      receivedAt: clock.now(),
      ...overrides,
    });
  const report = (attempt: AttemptRow, status: 'sent' | 'delivered' | 'read' | 'failed', code = ''): void => {
    const { lineId, reference } = attempt;
    outcomes.applyReport({ lineId, providerIds: [], reference, status, at: clock.now(), code });
  };
  const recipient = (campaignId: string, contactId: string): Recipient => {
    const all = parts.campaigns.recipients({ id: campaignId, limit: 200 }).items;
    const found = all.find((one) => one.contactId === contactId);
    if (found === undefined) throw new Error('no such recipient');
    return found;
  };
  const state = (campaignId: string, contactId: string): RecipientState => recipient(campaignId, contactId).state;
  const attemptOf = (campaignId: string, contactId: string, type: 'message_1' | 'message_2'): AttemptRow | null =>
    store.withReference(`${campaignId}:${contactId}:${type}`);
  const contentOf = (...step: Parameters<typeof attemptOf>) => {
    const found = attemptOf(...step);
    return found === null ? null : store.content(found);
  };
  /** The figures that the campaign's row keeps, and the same counted anew. */
  const figures = (campaignId: string): { kept: CampaignFigures; recounted: CampaignFigures } => {
    const row = parts.stores.campaigns.byId(campaignId);
    if (row === null) throw new Error('no such campaign');
    return { kept: toFigures(row), recounted: recountFigures(parts.stores.campaigns, campaignId) };
  };
  /** Nobody, no campaign, no message, and the clock where it began. */
  const clear = (): void => {
    database.exec(TABLES.map((table) => `DELETE FROM ${table}`).join(';'));
    clock.set(START);
    for (const list of Object.values(told)) list.length = 0;
    Object.assign(settings, { countReactions: false, countStickers: false });
  };
  return {
    ...{ engine, database, clock, settings, expected, told, audit, ...parts, campaigns },
    ...{ contact, campaign, started, written, claimed, acceptNext, acceptAll, later, answer, report },
    ...{ recipient, state, attemptOf, contentOf, figures, clear, composedAnew },
  };
}
