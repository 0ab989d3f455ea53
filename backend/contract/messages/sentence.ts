import type { Locale } from '../common.ts';
import type { VigieError } from '../errors.ts';
import { errorSentences } from './errors.ts';
import { fill, type SentenceValues } from './fill.ts';
import { frozenSentences } from './frozen.ts';
import { httpSentences } from './http.ts';
import { importSentences } from './imports.ts';
import { lineSentences } from './lines.ts';
import { providerSentences } from './providers.ts';
import { relaySentences } from './relay.ts';
import { sendingSentences } from './sending.ts';
import { syncSentences } from './sync.ts';

const french = {
  ...errorSentences.fr,
  ...sendingSentences.fr,
  ...providerSentences.fr,
  ...importSentences.fr,
  ...lineSentences.fr,
  ...httpSentences.fr,
  ...frozenSentences.fr,
  ...syncSentences.fr,
  ...relaySentences.fr,
};
export type SentenceKey = keyof typeof french;
const english: Record<SentenceKey, string> = {
  ...errorSentences.en,
  ...sendingSentences.en,
  ...providerSentences.en,
  ...importSentences.en,
  ...lineSentences.en,
  ...httpSentences.en,
  ...frozenSentences.en,
  ...syncSentences.en,
  ...relaySentences.en,
};
const sentences: Record<Locale, Record<SentenceKey, string>> = { fr: french, en: english };

export type { SentenceValues };

/** The sentence of a key in a language, with `{name}` replaced by the value of that name; `{{...}}` stays as it is. */
export function sentence(locale: Locale, key: SentenceKey, values: SentenceValues = {}): string {
  return typeset(locale, fill(sentences[locale][key], values));
}

/** French sets a narrow no-break space before high punctuation and inside its quotation marks. */
function typeset(locale: Locale, text: string): string {
  if (locale !== 'fr') return text;
  return text.replace(/ (?=[;:!?»])/g, '\u202f').replace(/« /g, '«\u202f');
}

/** True when a code has a sentence of its own. */
export function isSentenceKey(key: string): key is SentenceKey {
  return Object.hasOwn(french, key);
}

/** What an error says to its reader. A frozen application names its own reason. */
export function errorSentence(locale: Locale, { code, data }: Pick<VigieError, 'code' | 'data'>): string {
  const reason = `frozen.${String(data?.['reason'])}`;
  return sentence(locale, code === 'frozen' && isSentenceKey(reason) ? reason : `error.${code}`, data);
}
