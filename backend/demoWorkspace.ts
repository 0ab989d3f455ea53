import type { Workspace } from './composeWorkspace.ts';
import type { Clock } from './core/clock.ts';
import { DAY_MS, dayOf, dayStart } from './core/days.ts';
import { demoContacts } from './simulator/demo/demoContacts.ts';
import { demoErrorAt, demoHistory, type DemoDay } from './simulator/demo/demoHistory.ts';
import { DEMO_SEED } from './simulator/demo/demoRules.ts';
import { inTransaction, type Database } from './storage/database.ts';

const HISTORY_DAYS = 7;
/** Quick enough that something moves while one looks, slow enough to follow. */
const DEMO_PACE = { sendsPerMinute: 40, gapMinMs: 400, gapMaxMs: 2_400 };
const CATEGORY = { fr: 'Clients de la boutique (démo)', en: 'Shop customers (demo)' };
const CAMPAIGN = {
  fr: {
    name: 'Campagne de démonstration',
    message1:
      'Bonjour {{prenom|à vous}}, notre nouvelle collection arrive à {{ville|votre boutique}}. Souhaitez-vous la recevoir en avant-première ?',
    message2: 'Merci {{prenom|beaucoup}} ! Voici le lien vers la collection : https://exemple.fr/collection',
  },
  en: {
    name: 'Demo campaign',
    message1: 'Hello {{prenom|there}}, our new collection reaches {{ville|your shop}}. Would you like an early look?',
    message2: 'Thank you {{prenom|so much}}! Here is the collection: https://example.com/collection',
  },
};

type DemoParts = { workspace: Workspace; store: { main: Database }; clock: Clock };

/** Fills an empty demo workspace: contacts, a week of history, and a campaign that starts at once. Does nothing later. */
export function seedDemo({ workspace, store, clock }: DemoParts): void {
  const database = store.main;
  if (database.prepare(`SELECT 1 FROM meta WHERE key = 'demo_seeded'`).get() !== undefined) return;
  inTransaction(database, () => {
    fill({ workspace, database, today: clock.now() });
  });
}

function fill({ workspace, database, today }: { workspace: Workspace; database: Database; today: number }): void {
  const { services } = workspace;
  const { locale } = workspace.preferences.values;
  setPace(database);
  const category = services.categories.create({ name: CATEGORY[locale], color: '#157F3C' });
  const contacts = demoContacts(DEMO_SEED).map((contact) =>
    services.contacts.create({ ...contact, categoryIds: [category.id] }),
  );
  for (const day of demoHistory(DEMO_SEED, HISTORY_DAYS)) insertDay(database, { day, today, contacts });
  const { name, message1, message2 } = CAMPAIGN[locale];
  const campaign = services.campaigns.create({
    ...{ name, message1: { body: message1 }, message2: { body: message2 } },
    ...{ categoryIds: [category.id], contactIds: [] },
  });
  void services.campaigns.start(campaign.id, 'vigie');
  database.prepare(`INSERT INTO meta (key, value) VALUES ('demo_seeded', '1')`).run();
}

function setPace(database: Database): void {
  database
    .prepare(`UPDATE lines SET sends_per_minute = @sendsPerMinute, gap_min_ms = @gapMinMs, gap_max_ms = @gapMaxMs`)
    .run(DEMO_PACE);
}

function insertDay(database: Database, past: { day: DemoDay; today: number; contacts: { phone: string }[] }): void {
  const { day, contacts } = past;
  const todayStart = dayStart(dayOf(past.today));
  const date = dayOf(todayStart - day.daysAgo * DAY_MS);
  database
    .prepare(
      `INSERT INTO daily_stats (day, message_1, message_2, other, errors, closed_at)
       VALUES (@date, @message1, @message2, @other, @errors, @closedAt) ON CONFLICT DO NOTHING`,
    )
    .run({
      ...{ date, message1: day.message1, message2: day.message2, other: day.other },
      ...{ errors: day.errors.length, closedAt: todayStart - (day.daysAgo - 1) * DAY_MS },
    });
  const addError = database.prepare(`
    INSERT INTO message_errors (attempt_id, line_id, phone, code, day, occurred_at)
    VALUES (@attemptId, 'simulator', @phone, @code, @date, @at)`);
  for (const [index, error] of day.errors.entries()) {
    const at = demoErrorAt(todayStart, day, error);
    const phone = contacts[error.contact]?.phone ?? '';
    addError.run({ attemptId: `demo-${date}-${index}`, phone, code: error.code, date, at });
  }
}
