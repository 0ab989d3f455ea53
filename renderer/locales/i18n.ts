import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Locale } from '../../backend/contract/common.ts';
import { fr, type Dictionary } from './fr.ts';
import { frenchSpacing, prepare } from './prepare.ts';

const french = prepare(fr, frenchSpacing);
const loaded: Partial<Record<Locale, Dictionary>> = { fr: french };

/** French is in the first load, English is fetched when it is spoken. */
async function load(language: Locale): Promise<void> {
  if (loaded[language]) return;
  const { en } = await import('./en.ts');
  const english = prepare(en, (text) => text);
  loaded.en = english;
  i18next.addResourceBundle('en', 'translation', english);
}

/** Starts the texts; the promise ends when `language` can be shown. */
export async function startTexts(language: Locale): Promise<void> {
  void i18next.use(initReactI18next).init({
    lng: 'fr',
    resources: { fr: { translation: french } },
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  await speak(language);
}

/** Changes the language of the texts, once they are there. */
export async function speak(language: Locale): Promise<void> {
  if (i18next.language === language) return;
  await load(language);
  await i18next.changeLanguage(language);
}

/** The texts themselves, for words that are chosen by a value: `words.attempts.state[attempt.state]`. */
export function useWords(): Dictionary {
  const { i18n } = useTranslation();
  return loaded[i18n.language === 'en' ? 'en' : 'fr'] ?? french;
}
