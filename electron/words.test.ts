import { expect, test } from 'vitest';
import { desktopSentences, words, type WordKey } from './words.ts';

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

test('French and English have the same keys and name the same values (UI-6)', () => {
  expect(Object.keys(desktopSentences.en)).toEqual(Object.keys(desktopSentences.fr));
  for (const key of Object.keys(desktopSentences.fr) as WordKey[]) {
    expect(placeholders(desktopSentences.en[key]), key).toEqual(placeholders(desktopSentences.fr[key]));
  }
});

test('French punctuation has its narrow no-break space', () => {
  for (const text of Object.values(desktopSentences.fr)) expect(text).not.toMatch(/[^\u202f][:;!?»]|«[^\u202f]/);
});

test('numbers are written as the language does', () => {
  expect(words('fr', 'desktop.menu.capacity', { count: 1234 })).toContain('1\u202f234');
  expect(words('en', 'desktop.menu.capacity', { count: 1234 })).toContain('1,234');
});
