import { expect, it, onTestFinished } from 'vitest';
import { createTestStore } from '../../tests/support/engine.ts';
import { createTurns } from './turns.ts';

function createBench() {
  const { store, remove } = createTestStore();
  onTestFinished(remove);
  const database = store.main;
  database.exec('CREATE TABLE notes (text TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO notes (text) VALUES (?)');
  const texts = () => database.prepare('SELECT text FROM notes ORDER BY rowid').pluck().all();
  return { database, insert, texts, turns: createTurns(database) };
}

it('writes the works of one turn of the loop in one transaction, in their order, and answers after it (REL-2)', async () => {
  const { database, insert, texts, turns } = createBench();
  const inside: boolean[] = [];
  const add = (text: string) =>
    turns.run(() => {
      inside.push(database.inTransaction);
      insert.run(text);
      return text;
    });
  const answers = Promise.all([add('one'), add('two'), add('three')]);
  expect(texts()).toEqual([]);
  expect(await answers).toEqual(['one', 'two', 'three']);
  expect(inside).toEqual([true, true, true]);
  expect(texts()).toEqual(['one', 'two', 'three']);
});

it('refuses a work that fails and keeps those beside it, each once (REL-3)', async () => {
  const { insert, texts, turns } = createBench();
  const results = await Promise.allSettled([
    turns.run(() => insert.run('before')),
    turns.run(() => {
      insert.run('half');
      throw new Error('no');
    }),
    turns.run(() => insert.run('after')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(texts()).toEqual(['before', 'after']);
});
