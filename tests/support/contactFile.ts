import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { seededRandom } from '../../backend/core/random.ts';

/** What a generated file holds, as an import has to count it. */
export type ContactFileCounts = { total: number; imported: number; updated: number; refused: number };

const FIRST_NAMES = [
  'Awa',
  'Zoé',
  'Jean',
  'Fatou',
  'Élodie',
  'Karim',
  'Inès',
  'Lucas',
  'Moussa',
  'Chloé',
  'Paul',
  'Nadia',
];
const LAST_NAMES = [
  'Diop',
  'Martin',
  'Traoré',
  'Bernard',
  'Nguyen',
  'Petit',
  'Garcia',
  'Lefèvre',
  'Sow',
  'Rossi',
  'Ba',
];
const TOWNS = ['Lyon', 'Paris', 'Dakar', 'Abidjan', 'Lille', 'Marseille', 'Saint-Étienne'];
const BAD_SHARE = 0.02;
const DUPLICATE_SHARE = 0.05;
const BAD_PHONES = ['', '12', '06 12', 'demain', '+33 1', '0612345678901234'];

/**
 * Writes a list as people export them: phones in every way of writing, some lines bad, some contacts twice.
 * The same seed gives the same file.
 */
export async function writeContactFile(
  file: string,
  { lines, seed = 1 }: { lines: number; seed?: number },
): Promise<ContactFileCounts> {
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random.next() * items.length)]!;
  const output = createWriteStream(file);
  output.write('Nom;Prénom;Téléphone;Ville\n');
  let made = 0;
  let refused = 0;
  for (let start = 0; start < lines; start += 5_000) {
    let block = '';
    for (let line = start; line < Math.min(start + 5_000, lines); line++) {
      const draw = random.next();
      let phone: string;
      if (draw < BAD_SHARE) {
        refused++;
        phone = pick(BAD_PHONES);
      } else if (draw < BAD_SHARE + DUPLICATE_SHARE && made > 0) {
        phone = written(numberOf(Math.floor(random.next() * made)), Math.floor(random.next() * 6));
      } else phone = written(numberOf(made++), Math.floor(random.next() * 6));
      block += `${pick(LAST_NAMES)};${pick(FIRST_NAMES)};${phone};${pick(TOWNS)}\n`;
    }
    if (!output.write(block)) await once(output, 'drain');
  }
  output.end();
  await once(output, 'close');
  return { total: lines, imported: made, updated: lines - made - refused, refused };
}

/** The n-th of a hundred million mobile numbers, in no order. */
function numberOf(index: number): string {
  return `6${String((index * 61_803_399) % 100_000_000).padStart(8, '0')}`;
}

/** The nine digits of a French mobile as one of six people would write them. */
function written(national: string, dialect: number): string {
  const pairs = `0${national}`.match(/\d\d/g)!;
  switch (dialect) {
    case 0:
      return `0${national}`;
    case 1:
      return pairs.join(' ');
    case 2:
      return pairs.join('.');
    case 3:
      return `+33${national}`;
    case 4:
      return `0033 ${national}`;
    default:
      return `+33 (0)${national.slice(0, 1)} ${pairs.slice(1).join(' ')}`;
  }
}
