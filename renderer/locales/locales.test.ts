import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { frenchSpacing, prepare } from './prepare.ts';

/** Words that a value chooses, by the beginning of their keys. */
const WORDS = [
  ...[
    'nav.',
    'level.',
    'line.',
    'campaigns.status.',
    'campaigns.recipients.state.',
    'campaigns.recipients.answerType.',
  ],
  ...[
    'attempts.state.',
    'attempts.type.',
    'attempts.event.',
    'webhooks.verdict',
    'webhooks.reason.',
    'webhooks.change.',
  ],
  ...[
    'settings.lines.',
    'settings.suppressions.reasons.',
    'settings.backups.kinds.',
    'settings.sync.states.',
    'settings.audit.actions.',
  ],
  ...['settings.protection.secrets.', 'settings.protection.steps.'],
  ...['appearance', 'limits', 'answers', 'region', 'relay', 'shared', 'sync', 'protection', 'system'].map(
    (section) => `settings.${section}.title`,
  ),
  'settings.relay.states.',
  'contacts.importer.delimiter.',
  'contacts.importer.role.',
  'contacts.importer.state.',
];

type Tree = { [key: string]: string | Tree };

/** Every text with its key, flat. */
function texts(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value]] : texts(value, `${path}${key}/`),
  );
}
const placeholders = (text: string): string[] => [...text.matchAll(/\{\{(\w+)/g)].map(([, name]) => name ?? '').sort();

describe('texts (UI-6)', () => {
  const french = new Map(texts(fr));
  const english = new Map(texts(en));

  it('are complete in both languages: same keys, none empty', () => {
    expect([...english.keys()]).toEqual([...french.keys()]);
    for (const text of [...french.values(), ...english.values()]) expect(text.trim()).not.toBe('');
  });

  it('name the same values in both languages', () => {
    for (const [key, text] of french)
      expect([key, placeholders(english.get(key) ?? '')]).toEqual([key, placeholders(text)]);
  });

  it('have both forms wherever there is one', () => {
    for (const key of french.keys()) {
      if (key.endsWith('_one')) expect(french.has(key.replace(/_one$/, '_other'))).toBe(true);
    }
  });

  it('are all used: by their key, or as one of the words that a value chooses', () => {
    const sources = globSync('renderer/**/*.{ts,tsx}', { exclude: ['renderer/locales/**'] });
    const code = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
    const used = (key: string): boolean => code.includes(`'${key}'`);
    const chosen = (key: string): boolean => WORDS.some((words) => key.startsWith(words));
    const keys = [...french.keys()].map((key) => key.replace(/_(one|other)$/, '').replaceAll('/', '.'));
    expect(keys.filter((key) => !used(key) && !chosen(key))).toEqual([]);
  });

  it('use the typographic apostrophe, no exclamation marks and no double spaces', () => {
    for (const text of [...french.values(), ...english.values()]) expect(text).not.toMatch(/'|!| {2}/);
  });

  it('need only plain spaces in French: the narrow ones are set for every sign that wants one', () => {
    const set = texts(prepare(fr, frenchSpacing));
    for (const [, text] of set) expect(text).not.toMatch(/ [;:!?%»]|« |[^\s\u202f\d{|h][;!?»]/);
  });
});

describe('French typography', () => {
  it('puts narrow no-break spaces before ; : ! ? % and inside quotation marks', () => {
    expect(frenchSpacing('Lancer « Noël » ? Oui : 10 %')).toBe(
      'Lancer «\u202fNoël\u202f» ? Oui : 10 %'.replace(/ (?=[?:%])/g, '\u202f'),
    );
  });

  it('repeats the plural for millions', () => {
    const source = { rows_one: 'ligne', rows_other: 'lignes', deep: { rows_other: 'x' } };
    expect(prepare(source, (text) => text)).toEqual({
      rows_one: 'ligne',
      rows_other: 'lignes',
      rows_many: 'lignes',
      deep: { rows_other: 'x', rows_many: 'x' },
    });
  });
});
