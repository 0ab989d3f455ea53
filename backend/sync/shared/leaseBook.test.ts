import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTestStore } from '../../../tests/support/engine.ts';
import { openDatabase, type Database } from '../../storage/database.ts';
import { createLeaseBook } from './leaseBook.ts';

const DAY = '2026-11-20';

function openBook() {
  const folder = createTestStore();
  onTestFinished(folder.remove);
  const book = createLeaseBook(folder.store.main);
  book.begin();
  return { book, database: folder.store.main };
}

/** What a restored backup is, and a folder that was copied to another machine. */
function copyOf(database: Database): Database {
  const folder = mkdtempSync(path.join(tmpdir(), 'vigie-lease-'));
  const file = path.join(folder, 'vigie.db');
  database.pragma('wal_checkpoint(TRUNCATE)');
  copyFileSync(database.name, file);
  const copy = openDatabase(file);
  onTestFinished(() => {
    copy.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return copy;
}

describe('the lease of a machine', () => {
  it('is used slot by slot, on its own day alone, and never below zero (SYN-5)', () => {
    const { book } = openBook();
    expect(book.take(DAY)).toBe(false);
    book.add(DAY, 2);
    expect(book.take('2026-11-21')).toBe(false);
    expect([book.take(DAY), book.take(DAY), book.take(DAY)]).toEqual([true, true, false]);
    book.add(DAY, 5);
    book.keep(3);
    book.keep(4);
    expect(book.read()).toMatchObject({ day: DAY, slots: 3 });
    book.add('2026-11-21', 1);
    expect(book.read()).toMatchObject({ day: '2026-11-21', slots: 1 });
  });

  it('goes back with the transaction that took from it (MON-1, SYN-5)', () => {
    const { book, database } = openBook();
    book.add(DAY, 1);
    const claim = database.transaction(() => {
      expect(book.take(DAY)).toBe(true);
      throw new Error('the claim failed');
    });
    expect(claim).toThrow('the claim failed');
    expect(book.read().slots).toBe(1);
  });

  it('is there after a start of the same file, with the same name and a higher number (SYN-5)', () => {
    const { book, database } = openBook();
    book.add(DAY, 7);
    book.learn({ offsetMs: -1_500, others: { b: 'Bureau' } });
    const before = book.read();
    const again = createLeaseBook(database);
    expect(again.begin()).toBe(2);
    expect(again.read()).toEqual(before);
  });

  it('is not in a copy of the file, which is a machine of its own (SYN-5)', () => {
    const { book, database } = openBook();
    book.add(DAY, 7);
    const copied = createLeaseBook(copyOf(database));
    copied.begin();
    expect(copied.read()).toMatchObject({ slots: 0 });
    expect(copied.read().host).not.toBe(book.read().host);
    expect(book.read().slots).toBe(7);
  });
});
