import type { ColumnRole } from '../contract/imports.ts';
import { comparableName } from '../domain/template.ts';

export type Columns = {
  /** Where the phone stands, best first: the first that is filled counts. Never empty. */
  phones: number[];
  fullName: number | null;
  firstName: number | null;
  lastName: number | null;
  attributes: { index: number; key: string }[];
  /** Names of categories, separated by `|`. */
  categories: number[];
  /** Filled with anything but a no: the person wants nothing. */
  optOuts: number[];
  /** Filled with a no: the same. */
  consents: number[];
};

/** Of several columns with a phone, the one that most likely has WhatsApp. */
const PHONE_RANKS = new Map<string, number>([
  ...['whatsapp', 'wa'].map((word) => [word, 0] as const),
  ...['mobile', 'mob', 'portable', 'gsm', 'cell', 'cellphone', 'cellular', 'cellulaire'].map(
    (word) => [word, 1] as const,
  ),
  ...['phone', 'telephone', 'tel', 'telefon', 'telefono', 'msisdn', 'phonenumber'].map((word) => [word, 2] as const),
]);
const NUMBER_WORDS = new Set(['numero', 'num', 'number', 'nr', 'no', 'n']);
const SMALL_WORDS = new Set(['de', 'du', 'd', 'le', 'la', 'of']);
/** A column named so is a phone only when no better one is there: it may be a client's number. */
const NUMBER_ALONE = { words: new Set(['numero', 'num', 'number']), rank: 3 };

const FULL_NAMES = new Set([
  ...['name', 'full name', 'fullname', 'contact name', 'display name'],
  ...['nom complet', 'nom et prenom', 'nom prenom', 'nom prenoms', 'prenom nom', 'prenom et nom', 'nom du contact'],
]);
const FIRST_NAMES = new Set(['prenom', 'prenoms', 'first name', 'firstname', 'given name']);
const LAST_NAMES = new Set(['nom', 'nom de famille', 'last name', 'lastname', 'family name', 'surname']);

const OTHER_ROLES: [ColumnRole, ReadonlySet<string>][] = [
  ['category', new Set(['categorie', 'categories', 'category'])],
  ['opt_out', new Set(['optout', 'opt out', 'opted out', 'desinscrit', 'desinscription', 'unsubscribed', 'stop'])],
  ['consent', new Set(['consentement', 'consent', 'optin', 'opt in'])],
];

/** Titles of our own export of recipients besides phone and name: a campaign's story, nothing that a contact has (CMP-13). */
const EXPORTED = new Set([
  ...['contactId', 'state', 'reason', 'reasonMessage', 'message1SentAt', 'deliveredAt', 'readAt', 'interactionAt'],
  ...['interactionType', 'within24h', 'message2SentAt'],
]);
const isOwnExport = (header: readonly string[]): boolean => [...EXPORTED].every((title) => header.includes(title));

/** Names that would reach an object's prototype; the contract refuses them as attributes. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_KEY_LENGTH = 64;

/** What each column seems to be, by its title (CMP-1): the others become attributes. */
export function findRoles(header: readonly string[]): ColumnRole[] {
  const names = header.map((title) => wordsOf(title).join(' '));
  const ignored = isOwnExport(header) ? EXPORTED : new Set<string>();
  const roles = header.map((title): ColumnRole =>
    isKey(keyOf(title)) && !ignored.has(title) ? 'attribute' : 'ignore',
  );
  const give = (role: ColumnRole, known: ReadonlySet<string>): boolean => {
    const index = names.findIndex((name) => known.has(name));
    if (index !== -1) roles[index] = role;
    return index !== -1;
  };
  for (const [role, known] of OTHER_ROLES) give(role, known);
  const hasFirstName = give('first_name', FIRST_NAMES);
  // `nom` alone is the whole name; beside `prenom` it is half of it.
  const hasFullName = give('name', FULL_NAMES);
  give(hasFirstName || hasFullName ? 'last_name' : 'name', LAST_NAMES);
  for (const index of findPhones(header)) roles[index] = 'phone';
  return roles;
}

/** The columns by what each is; null without a phone. */
export function columnsOf(header: readonly string[], roles: readonly ColumnRole[]): Columns | null {
  const all = (role: ColumnRole): number[] => header.map((_, index) => index).filter((index) => roles[index] === role);
  const first = (role: ColumnRole): number | null => all(role)[0] ?? null;
  const rank = (index: number): number => phoneRank(wordsOf(header[index] ?? '')) ?? NUMBER_ALONE.rank;
  const phones = all('phone').sort((one, other) => rank(one) - rank(other) || one - other);
  if (phones.length === 0) return null;
  // Halves of a name and further phones are of use in messages too.
  const kept = new Set<ColumnRole>(['attribute', 'first_name', 'last_name', 'phone']);
  const attributes = header
    .map((title, index) => ({ index, key: keyOf(title) }))
    .filter(({ index, key }) => index !== phones[0] && kept.has(roles[index] ?? 'ignore') && isKey(key));
  return {
    ...{ phones, attributes, fullName: first('name'), firstName: first('first_name'), lastName: first('last_name') },
    ...{ categories: all('category'), optOuts: all('opt_out'), consents: all('consent') },
  };
}

/** Columns as their titles tell. */
export function findColumns(header: readonly string[]): Columns | null {
  return columnsOf(header, findRoles(header));
}

/** Name of a contact from its line: the whole one, else first and last name. */
export function nameOf(cells: readonly string[], { fullName, firstName, lastName }: Columns): string {
  const cell = (index: number | null): string => (index === null ? '' : (cells[index] ?? ''));
  // A whole name stays as it is written, so that an export comes back without a loss.
  return cell(fullName) === ''
    ? `${cell(firstName)} ${cell(lastName)}`.replace(/\s+/g, ' ').trim()
    : cell(fullName).trim();
}

function findPhones(header: readonly string[]): number[] {
  const ranked = header
    .map((title, index) => ({ index, rank: phoneRank(wordsOf(title)) }))
    .filter((column): column is { index: number; rank: number } => column.rank !== null)
    .sort((one, other) => one.rank - other.rank || one.index - other.index);
  const certain = ranked.filter(({ rank }) => rank < NUMBER_ALONE.rank);
  return (certain.length > 0 ? certain : ranked.slice(0, 1)).map(({ index }) => index);
}

/** `N° de téléphone (mobile)` is a phone, `Téléphone fixe` and `Numéro client` are not. */
function phoneRank(words: readonly string[]): number | null {
  if (words.length === 0) return null;
  if (words.every((word) => NUMBER_ALONE.words.has(word))) return NUMBER_ALONE.rank;
  const ranks = words.map((word) => PHONE_RANKS.get(word)).filter((rank) => rank !== undefined);
  const rest = words.filter((word) => !PHONE_RANKS.has(word) && !/^\d+$/.test(word));
  const isPhone = ranks.length > 0 && rest.every((word) => NUMBER_WORDS.has(word) || SMALL_WORDS.has(word));
  return isPhone ? Math.min(...ranks) : null;
}

/** Words of a column's title without case, accents and signs; `Tel1` has two. */
function wordsOf(title: string): string[] {
  return comparableName(title)
    .replace(/\d+/g, ' $& ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function isKey(key: string): boolean {
  return key !== '' && !FORBIDDEN_KEYS.has(key);
}

function keyOf(title: string): string {
  return [
    ...title
      .normalize('NFC')
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim(),
  ]
    .slice(0, MAX_KEY_LENGTH)
    .join('')
    .trim();
}
