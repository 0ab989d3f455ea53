import type { Locale } from '../backend/contract/common.ts';

const french = {
  'desktop.level.ok': 'Normal',
  'desktop.level.attention': 'Attention',
  'desktop.level.danger': 'Danger',
  'desktop.level.blocked': 'Bloqué',
  'desktop.paused': 'En pause',
  'desktop.offline': 'Hors ligne',
  'desktop.starting': 'Démarrage en cours',
  'desktop.demo': 'démonstration',
  'desktop.tooltip': '{app} : {state}, {sent} / {limit}',
  'desktop.menu.today': '{state} : {sent} messages sur {limit} aujourd’hui',
  'desktop.menu.rolling': 'Sur 24 h : {sent} sur {limit}',
  'desktop.menu.capacity': 'Capacité restante : {count} contacts',
  'desktop.menu.partlyPaused': 'Une partie des envois est en pause',
  'desktop.menu.toResolve': 'À résoudre : {count}',
  'desktop.menu.offline': 'Le fournisseur est injoignable : vérifiez la connexion',
  'desktop.menu.open': 'Ouvrir Vigie',
  'desktop.menu.pause': 'Mettre les envois en pause',
  'desktop.menu.resume': 'Reprendre les envois',
  'desktop.menu.quit': 'Quitter Vigie',
  'desktop.hidden': 'Vigie reste ouverte',
  'desktop.hidden.body':
    'Les envois continuent. Vigie se trouve près de l’horloge ; pour l’arrêter, choisissez « Quitter Vigie » dans son menu.',
  'desktop.passphrase': 'Ouvrir Vigie',
  'desktop.passphrase.text':
    'La clé des données et les accès des lignes sont protégés par une phrase secrète. Rien n’est envoyé avant.',
  'desktop.passphrase.label': 'Phrase secrète',
  'desktop.passphrase.wrong': 'Ce n’est pas la bonne phrase. Essayez encore.',
  'desktop.passphrase.open': 'Ouvrir',
  'desktop.actionFailed': 'Action impossible',
  'desktop.startFailed': 'Vigie n’a pas pu démarrer',
} as const;

export type WordKey = keyof typeof french;

const english: Record<WordKey, string> = {
  'desktop.level.ok': 'Normal',
  'desktop.level.attention': 'Attention',
  'desktop.level.danger': 'Danger',
  'desktop.level.blocked': 'Blocked',
  'desktop.paused': 'Paused',
  'desktop.offline': 'Offline',
  'desktop.starting': 'Starting',
  'desktop.demo': 'demo',
  'desktop.tooltip': '{app}: {state}, {sent} / {limit}',
  'desktop.menu.today': '{state}: {sent} messages of {limit} today',
  'desktop.menu.rolling': 'Over 24 h: {sent} of {limit}',
  'desktop.menu.capacity': 'Remaining capacity: {count} contacts',
  'desktop.menu.partlyPaused': 'Some of the sending is paused',
  'desktop.menu.toResolve': 'To resolve: {count}',
  'desktop.menu.offline': 'The provider cannot be reached: check the connection',
  'desktop.menu.open': 'Open Vigie',
  'desktop.menu.pause': 'Pause sending',
  'desktop.menu.resume': 'Resume sending',
  'desktop.menu.quit': 'Quit Vigie',
  'desktop.hidden': 'Vigie stays open',
  'desktop.hidden.body': 'Sending goes on. Vigie is near the clock; to stop it, choose “Quit Vigie” in its menu.',
  'desktop.passphrase': 'Open Vigie',
  'desktop.passphrase.text':
    'The data key and the credentials of the lines are protected by a passphrase. Nothing is sent before.',
  'desktop.passphrase.label': 'Passphrase',
  'desktop.passphrase.wrong': 'This is not the right passphrase. Try again.',
  'desktop.passphrase.open': 'Open',
  'desktop.actionFailed': 'This was not possible',
  'desktop.startFailed': 'Vigie could not start',
};

/** The desktop's own sentences. */
export const desktopSentences: Record<Locale, Record<WordKey, string>> = { fr: french, en: english };

/** The sentence of a key, with `{name}` replaced by the value of that name; numbers as the language writes them. */
export function words(locale: Locale, key: WordKey, values: Record<string, string | number> = {}): string {
  const number = new Intl.NumberFormat(locale);
  return desktopSentences[locale][key].replace(/\{(\w+)\}/g, (_placeholder, name: string) => {
    const value = values[name] ?? '';
    return typeof value === 'number' ? number.format(value) : value;
  });
}
