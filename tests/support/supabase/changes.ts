import type { SendOutcome } from '../../../backend/sending/provider.ts';
import { integerBetween, type Random } from '../../../backend/core/random.ts';
import type { Machine } from './machine.ts';

/** What an hour of work does to a machine: messages that leave, fail, are deleted; contacts that come, change and go. */
export function someChanges(machine: Machine, random: Random, count: number): void {
  const { database, clock, ids } = machine;
  const any = (table: string): { id: string } | undefined => {
    const all = database.prepare<[], { id: string }>(`SELECT id FROM ${table} ORDER BY id`).all();
    return all[integerBetween(random, 0, Math.max(0, all.length - 1))];
  };
  const now = (): number => clock.now();
  const contact = (): void => {
    const id = ids.next();
    const phone = `+33${String(integerBetween(random, 100_000_000, 999_999_999))}`;
    database
      .prepare(
        `INSERT INTO contacts (id, name, phone, created_at, updated_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(id, 'Zoé \u0000 😀', phone, now(), now());
  };
  const send = (): void => {
    machine.add({ title: 'fine' });
    const claimed = machine.claim();
    if (claimed.kind !== 'claimed') return;
    const outcome: SendOutcome =
      random.next() < 0.8
        ? { kind: 'accepted', providerIds: [ids.next()] }
        : { kind: 'unknown', code: 'connection_lost', detail: 'cut' };
    machine.outcomes.record(claimed.attempt, outcome);
  };
  const work = [
    send,
    send,
    contact,
    () => database.prepare(`UPDATE contacts SET name = ? WHERE id = ?`).run(ids.next(), any('contacts')?.id ?? ''),
    () => database.prepare(`DELETE FROM contacts WHERE id = ?`).run(any('contacts')?.id ?? ''),
    () => database.prepare(`DELETE FROM attempts WHERE id = ? AND state = 'sent'`).run(any('attempts')?.id ?? ''),
    () => {
      const id = ids.next();
      database
        .prepare(`INSERT INTO categories (id, name, created_at, updated_at) VALUES (@id, @id, @now, @now)`)
        .run({ id, now: now() });
    },
    () => {
      const [category, person] = [any('categories'), any('contacts')];
      if (category === undefined || person === undefined) return;
      database
        .prepare(`INSERT OR IGNORE INTO contact_categories (category_id, contact_id) VALUES (?, ?)`)
        .run(category.id, person.id);
    },
    () => database.prepare(`DELETE FROM categories WHERE id = ?`).run(any('categories')?.id ?? ''),
    () => {
      machine.ledger.countError(now());
    },
  ];
  for (let index = 0; index < count; index++) work[integerBetween(random, 0, work.length - 1)]!();
}
