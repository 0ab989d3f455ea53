import { seededRandom, type Random } from '../../core/random.ts';
import { pick } from '../draws.ts';

/** A contact as an import brings it. */
export type DemoContact = { name: string; phone: string; attributes: { prenom: string; ville: string } };

const FIRST_NAMES = `
  Amélie Benoît Chloé Damien Élodie Fabien Gaëlle Hélène Inès Jérôme Kévin Léa Maëlys Noémie Océane Pierre Quentin
  Raphaël Solène Théo Ursule Valérie William Xavier Yasmine Zoé Aïcha Baptiste Céline Désirée Étienne Fatou
  Grégory Hugo Irène Joël Karim Lucie Mathéo Nadège Olivier Pénélope Rémi Stéphanie Tiphaine Ulysse Véronique Yann
  Anaïs Cédric François Géraldine Héloïse Jean-Noël Loïc Mélanie Nathanaël Sébastien Thérèse Zélie
`;

const LAST_NAMES = `
  Lefèvre Garnier Béranger Dupré Moreau Fabre Guérin Lemaître Nguyen Rousseau Benali Chevalier Dumas Estève
  Fournier Gauthier Hébert Jaouen Kerguélen Lacroix Mbaye Navarre Ollivier Périer Quéré Rivière Sérisier Traoré
  Vasseur Zimmermann
`;

type Range = {
  count: number;
  cities: readonly [string, ...string[]];
  phone: (number: string) => string;
  digits: number;
};

/**
 * Numbers set aside for fiction: ARCEP's 06 39 98 00 00 to 99 99 (decision 2018-0881), and 555-0100 to 555-0199 of the
 * North American plan. Nobody can be reached there.
 */
const RANGES: readonly Range[] = [
  {
    count: 50,
    digits: 4,
    phone: (number) => `+3363998${number}`,
    cities: ['Paris', 'Lyon', 'Marseille', 'Nîmes', 'Besançon', 'Saint-Étienne', 'Orléans', 'Angoulême', 'Rennes'],
  },
  { count: 6, digits: 2, phone: (number) => `+151455501${number}`, cities: ['Montréal'] },
  { count: 4, digits: 2, phone: (number) => `+141855501${number}`, cities: ['Québec', 'Lévis'] },
];

/** The same items in an order of chance. */
function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, key: random.next() }))
    .sort((one, other) => one.key - other.key)
    .map(({ item }) => item);
}

/** Different numbers of a range, none of them 0: that one is the simulator's own line. */
function numbers(random: Random, { count, digits }: Range): string[] {
  const found = new Set<string>();
  while (found.size < count) {
    const number = 1 + Math.floor(random.next() * (10 ** digits - 1));
    found.add(String(number).padStart(digits, '0'));
  }
  return [...found];
}

function wordsOf(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Sixty believable people who speak French, with phones that nobody has. The same seed gives the same people. */
export function demoContacts(seed: number): DemoContact[] {
  const random = seededRandom(seed);
  const places = RANGES.flatMap((range) =>
    numbers(random, range).map((number) => ({ phone: range.phone(number), ville: pick(random, range.cities) })),
  );
  const firstNames = shuffled(random, wordsOf(FIRST_NAMES));
  const lastNames = shuffled(random, wordsOf(LAST_NAMES));
  return shuffled(random, places).map(({ phone, ville }, index) => {
    const prenom = firstNames[index % firstNames.length] ?? '';
    const nom = lastNames[index % lastNames.length] ?? '';
    return { name: `${prenom} ${nom}`, phone, attributes: { prenom, ville } };
  });
}
