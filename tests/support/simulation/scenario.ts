import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../backend/core/days.ts';
import { integerBetween, seededRandom, type Random } from '../../../backend/core/random.ts';

export const MONTH_MS = 30 * DAY_MS;
/** How often the operator looks at what waits for a decision. */
export const DECISIONS_EVERY_MS = 6 * HOUR_MS;

/** Something that goes wrong at a moment of the month. */
export type Fault = { at: number } & (
  | { kind: 'outage'; forMs: number; how: 'refuses' | 'hangs' }
  | { kind: 'storm'; forMs: number; share: number }
  | { kind: 'lookups_fail'; forMs: number }
  | { kind: 'crash'; when: 'now' | 'request_taken' | 'request_dropped' | 'webhook_received'; offMs: number }
  | { kind: 'sleep'; forMs: number }
  | { kind: 'clock'; byMs: number; forMs: number }
  | { kind: 'disk_full'; forMs: number; pages: number | null }
);

/** Messages that other programs send at one moment. */
type Burst = { at: number; count: number };

export type CampaignPlan = {
  at: number;
  contacts: number[];
  /** Scheduled so long ahead; 0 starts at once. */
  aheadMs: number;
  /** Share of contacts who answer, and how. */
  answers: number;
  manner: 'quick' | 'late' | 'evening' | 'last_minutes';
};

/** A month, written down before it begins; all of it from the seed. */
export type Scenario = {
  seed: number;
  /** `calm`: contacts refuse and webhooks go astray, nothing else goes wrong. */
  kind: 'calm' | 'rough' | 'wrong_clock';
  dailyLimit: number;
  rollingLimit: number;
  sendsPerMinute: number;
  absentPolicy: 'operator' | 'retry';
  people: number;
  campaigns: CampaignPlan[];
  faults: Fault[];
  /** Moments at which the operator does something. */
  operator: number[];
  bursts: Burst[];
  webhooks: { lost: number; doubled: number; delayed: number };
};

const LIMITS: [number, number][] = [
  [180, 1000],
  [180, 1000],
  [60, 1000],
  [60, 100],
  [40, 45],
  [25, 1000],
  // The rolling cap within one day.
  [180, 40],
  [120, 60],
];

export function scenarioOf(seed: number, start: number): Scenario {
  const random = seededRandom(seed);
  const kind = oneOf(random, ['calm', 'rough', 'rough', 'wrong_clock'] as const);
  const [dailyLimit, rollingLimit] = oneOf(random, LIMITS);
  const people = integerBetween(random, 60, 250);
  const moment = (): number => start + Math.floor(random.next() * MONTH_MS);
  const count = (most: number): number => (kind === 'calm' ? 0 : integerBetween(random, 0, most));
  const campaigns = campaignsOf(random, { start, people, room: dailyLimit * 8 });
  // Half of the storms meet a campaign that is on its way to a limit: there an outcome that is not known counts.
  const stormy = (): number => (random.next() < 0.5 ? moment() : oneOf(random, campaigns).at);
  const faults: Fault[] = [
    ...many(count(4), () => ({ at: moment(), ...outage(random) })),
    ...many(count(4), () => ({ at: stormy(), ...storm(random) })),
    ...many(count(3), () => ({ at: moment(), kind: 'lookups_fail' as const, forMs: between(random, HOUR_MS, DAY_MS) })),
    ...many(count(8), () => ({ at: moment(), ...crash(random) })),
    ...many(count(4), () => ({
      at: moment(),
      kind: 'sleep' as const,
      forMs: between(random, MINUTE_MS, 14 * HOUR_MS),
    })),
    ...many(count(4), () => ({ at: moment(), ...fullDisk(random) })),
    ...many(kind === 'wrong_clock' ? integerBetween(random, 1, 4) : 0, () => ({ at: moment(), ...wrongClock(random) })),
  ];
  return {
    ...{ seed, kind, dailyLimit, rollingLimit, people },
    sendsPerMinute: oneOf(random, [20, 30, 60]),
    absentPolicy: oneOf(random, ['operator', 'retry'] as const),
    campaigns,
    faults: faults.sort((one, other) => one.at - other.at),
    operator: many(count(40), moment).sort((one, other) => one - other),
    bursts: many(count(3), () => ({ at: stormy(), count: integerBetween(random, 5, 60) })),
    webhooks: {
      lost: oneOf(random, [0, 0, 0.02, 0.1]),
      doubled: oneOf(random, [0, 0.05, 0.3]),
      delayed: oneOf(random, [0.01, 0.05, 0.2]),
    },
  };
}

function campaignsOf(random: Random, size: { start: number; people: number; room: number }): CampaignPlan[] {
  const campaigns: CampaignPlan[] = [];
  let room = size.room;
  for (let left = integerBetween(random, 3, 7); left > 0; left--) {
    const share = 0.2 + 0.8 * random.next();
    const everybody = Array.from({ length: size.people }, (_, index) => index);
    const contacts = everybody.filter(() => random.next() < share).slice(0, room);
    room -= contacts.length;
    if (contacts.length === 0) break;
    campaigns.push({
      contacts,
      at: size.start + Math.floor(random.next() * 22 * DAY_MS),
      aheadMs: oneOf(random, [0, 0, 0, between(random, MINUTE_MS, 2 * DAY_MS)]),
      answers: oneOf(random, [0.05, 0.2, 0.5, 0.9]),
      manner: oneOf(random, ['quick', 'quick', 'late', 'evening', 'last_minutes'] as const),
    });
  }
  return campaigns.sort((one, other) => one.at - other.at);
}

function outage(random: Random) {
  const forMs = oneOf(random, [30 * MINUTE_MS, 30 * MINUTE_MS, between(random, SECOND_MS, 3 * HOUR_MS), 26 * HOUR_MS]);
  return { kind: 'outage', forMs, how: oneOf(random, ['refuses', 'refuses', 'hangs'] as const) } as const;
}

function storm(random: Random) {
  return { kind: 'storm', forMs: between(random, HOUR_MS, 2 * DAY_MS), share: 0.02 + random.next() * 0.3 } as const;
}

function crash(random: Random) {
  const when = oneOf(random, ['now', 'now', 'request_taken', 'request_dropped', 'webhook_received'] as const);
  const offMs = oneOf(random, [SECOND_MS, MINUTE_MS, between(random, MINUTE_MS, 12 * HOUR_MS)]);
  return { kind: 'crash', when, offMs } as const;
}

function fullDisk(random: Random) {
  const pages = oneOf(random, [null, 0, integerBetween(random, 1, 6)]);
  return { kind: 'disk_full', forMs: between(random, 5 * MINUTE_MS, HOUR_MS), pages } as const;
}

function wrongClock(random: Random) {
  const byMs = oneOf(random, [HOUR_MS, -HOUR_MS, DAY_MS, -DAY_MS, 90 * MINUTE_MS, -20_000 * DAY_MS]);
  return { kind: 'clock', byMs, forMs: between(random, MINUTE_MS, 8 * HOUR_MS) } as const;
}

export function oneOf<Item>(random: Random, items: readonly Item[]): Item {
  return items[integerBetween(random, 0, items.length - 1)]!;
}

export function between(random: Random, lowest: number, highest: number): number {
  return integerBetween(random, lowest, highest);
}

function many<Item>(count: number, make: () => Item): Item[] {
  return Array.from({ length: count }, make);
}
