import type { Locale } from '../common.ts';
import { english } from './commandsEnglish.ts';
import { french } from './commandsFrench.ts';
import { fill, type SentenceValues } from './fill.ts';
import { syncCommandTexts } from './syncCommands.ts';

/** Texts of the command line. Apart from the other sentences: the interface has no use for them. */
export type CommandText = keyof typeof french | keyof typeof syncCommandTexts.fr;
const texts: Record<Locale, Record<CommandText, string>> = {
  fr: { ...french, ...syncCommandTexts.fr },
  en: { ...english, ...syncCommandTexts.en },
};

/** A text of the command line in a language, with `{name}` replaced by the value of that name. */
export function commandText(locale: Locale, key: CommandText, values: SentenceValues = {}): string {
  return fill(texts[locale][key], values);
}
