/** Words that alone make a message a wish to receive nothing more (SND-13), French and English. */
export const DEFAULT_STOP_WORDS: readonly string[] = [
  'STOP',
  'ARRET',
  'ARRETER',
  'ARRETEZ',
  'DESABONNER',
  'DESABONNEMENT',
  'ME DESABONNER',
  'DESABONNEZ MOI',
  'DESINSCRIRE',
  'DESINSCRIPTION',
  'ME DESINSCRIRE',
  'DESINSCRIVEZ MOI',
  'UNSUBSCRIBE',
  'STOP ALL',
  'OPT OUT',
];

/**
 * Whether a message asks to receive nothing more: it is one of the words, or the words repeated, and nothing else.
 * Case, accents, punctuation, emoji and spaces do not count, so that `S.T.O.P !` is `STOP`; "stop by tomorrow" is not.
 */
export function isStop(text: string, words: readonly string[]): boolean {
  const letters = words.map(lettersOf).filter((word) => word !== '');
  const asked = lettersOf(text);
  if (asked === '') return false;
  if (letters.includes(asked)) return true;
  const tokens = text.split(/\s+/).map(lettersOf);
  return tokens.every((token) => token === '' || letters.includes(token));
}

/** Letters and digits only, without case and accents. */
function lettersOf(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
