import { expect, it } from 'vitest';
import { parsePreferences } from './preferences.ts';

it('starts in French and follows the system, whatever stands in storage (UI-6)', () => {
  const defaults = { theme: 'system', language: 'fr', languageChosen: false };
  for (const saved of [null, '', 'null', '{', '[]', '42', '{"theme":"pink","language":"de","languageChosen":"yes"}']) {
    expect(parsePreferences(saved)).toEqual(defaults);
  }
});

it('takes what was chosen', () => {
  const saved = { theme: 'dark', language: 'en', languageChosen: true };
  expect(parsePreferences(JSON.stringify(saved))).toEqual(saved);
});
