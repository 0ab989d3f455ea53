import type { Ids } from '../core/ids.ts';
import { mergeAttributes } from './attributes.ts';
import { openCsv } from './csvFile.ts';
import type { Bytes } from './csvText.ts';
import { lineReader, type Line, type ReadingOptions, type Refusal } from './importLines.ts';
import { PhoneSet } from './phoneSet.ts';

/** A contact of an import; `id` is its own when it turns out to be new. */
export type ImportedContact = [
  id: string,
  name: string,
  phone: string,
  original: string,
  attributes: Record<string, string>,
  categories: string[],
];
/** What is written by one statement, or one of each kind: SQLite itself reads the JSON. */
export type Part =
  /** `contacts`: an array of `ImportedContact`. `isAgain`: they all stood in earlier runs of the file too. */
  | { kind: 'contacts'; size: number; contacts: string; categories: string[]; isAgain: boolean }
  /** `refusals`: an array of `Refusal`. */
  | { kind: 'refusals'; size: number; refusals: string };
/** A number of lines of the file, read, merged among themselves and put in order. */
export type Run = {
  /** Records of the file in it: those of its parts and `merged`. */
  total: number;
  /** Lines that stand twice in it. */
  merged: number;
  parts: Part[];
  /** Phones of those who want nothing. */
  optOuts: string[];
};

/** Lines of a part: few enough for a transaction to end soon after it should. */
const PART_LINES = 250;

/** The first run is short, so that the writer has something to do soon; each is twice as long as the one before. */
const FIRST_RUN_LINES = 20_000;

type RunOptions = {
  /** Of the longest runs. */
  runLines: number;
  /** By phone, so that what is written together lies together in the base; else as in the file. */
  sorted: boolean;
  ids: Ids;
};

/**
 * The lines of a file in runs: the same options give the same runs.
 * @throws CsvFileError when the file as a whole cannot be read
 */
export function* runsOf(bytes: Bytes, options: ReadingOptions, { runLines, sorted, ids }: RunOptions): Generator<Run> {
  const { header, rows } = openCsv(bytes);
  const read = lineReader(header, options);
  const seen = new PhoneSet();
  let longest = Math.min(FIRST_RUN_LINES, runLines);
  let lines: Line[] = [];
  let refusals: Refusal[] = [];
  const build = (): Run => {
    const run = toRun(lines, refusals, { sorted, ids, seen });
    [lines, refusals, longest] = [[], [], Math.min(2 * longest, runLines)];
    return run;
  };
  for (const piece of rows) {
    for (const row of piece) {
      const reading = read(row);
      if (reading.kind === 'line') lines.push(reading.line);
      else refusals.push(reading.refusal);
      if (lines.length + refusals.length === longest) yield build();
    }
  }
  if (lines.length + refusals.length > 0) yield build();
}

type ToRun = Pick<RunOptions, 'sorted' | 'ids'> & { seen: PhoneSet };

function toRun(read: readonly Line[], refusals: readonly Refusal[], { sorted, ids, seen }: ToRun): Run {
  const lines = mergedByPhone(read, sorted);
  const fresh: Line[] = [];
  const again: Line[] = [];
  for (const line of lines) (seen.add(line.phone) ? fresh : again).push(line);
  return {
    total: read.length + refusals.length,
    merged: read.length - lines.length,
    parts: [
      ...inParts(refusals, refusalsPart),
      ...inParts(fresh, (some) => contactsPart(some, { ids, isAgain: false })),
      ...inParts(again, (some) => contactsPart(some, { ids, isAgain: true })),
    ],
    optOuts: lines.filter(({ optedOut }) => optedOut).map(({ phone }) => phone),
  };
}

function inParts<Item>(items: readonly Item[], toPart: (some: readonly Item[]) => Part): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < items.length; at += PART_LINES) parts.push(toPart(items.slice(at, at + PART_LINES)));
  return parts;
}

function refusalsPart(refusals: readonly Refusal[]): Part {
  return { kind: 'refusals', size: refusals.length, refusals: JSON.stringify(refusals) };
}

function contactsPart(lines: readonly Line[], { ids, isAgain }: { ids: Ids; isAgain: boolean }): Part {
  const contacts = lines.map(({ name, phone, original, attributes, categories }): ImportedContact => [
    ids.next(),
    ...([name, phone, original, attributes, categories] as const),
  ]);
  const categories = [...new Set(lines.flatMap((line) => line.categories))];
  return { kind: 'contacts', size: lines.length, contacts: JSON.stringify(contacts), categories, isAgain };
}

/** Each phone once: by phone, or where it stood first. */
function mergedByPhone(lines: readonly Line[], sorted: boolean): Line[] {
  // Numbers are compared several times faster than texts; past fifteen digits they are not exact.
  const keys = Float64Array.from(lines, ({ phone }) => Number(phone));
  const key = (index: number): number => keys[index] ?? 0;
  const phone = (index: number): string => lines[index]?.phone ?? '';
  const order = Uint32Array.from(lines.keys()).sort(
    (one, other) => key(one) - key(other) || compare(phone(one), phone(other)) || one - other,
  );
  const found: { first: number; line: Line }[] = [];
  for (const index of order) {
    const line = lines[index];
    const last = found.at(-1);
    if (line === undefined) continue;
    if (last?.line.phone === line.phone) last.line = merged(last.line, line);
    else found.push({ first: index, line });
  }
  if (!sorted) found.sort((one, other) => one.first - other.first);
  return found.map(({ line }) => line);
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** What the later line fills in wins, what it leaves empty stays; who opted out once has opted out. */
function merged(earlier: Line, later: Line): Line {
  return {
    phone: earlier.phone,
    original: earlier.original,
    name: later.name === '' ? earlier.name : later.name,
    attributes: mergeAttributes(earlier.attributes, later.attributes),
    categories: [...new Set([...earlier.categories, ...later.categories])],
    optedOut: earlier.optedOut || later.optedOut,
  };
}
