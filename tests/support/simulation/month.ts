import { DAY_MS, HOUR_MS, MINUTE_MS, nextDayStart } from '../../../backend/core/days.ts';
import { seededRandom } from '../../../backend/core/random.ts';
import { Faults } from './faults.ts';
import { Invariants } from './invariants.ts';
import { Machine, TIMEOUT_MS } from './machine.ts';
import { Operator } from './operator.ts';
import { OutsideWorld } from './outsideWorld.ts';
import { SimulatedProvider } from './provider.ts';
import { DECISIONS_EVERY_MS, MONTH_MS, scenarioOf, type Scenario } from './scenario.ts';
import { Timeline } from './timeline.ts';

const START = Date.parse('2026-11-02T07:30:00.000Z');
/** While messages wait the application looks around this often; reply windows are counted in such groups too. */
const BUSY_LOOK_MS = 10 * MINUTE_MS;
/** Without anything that waits. */
const IDLE_LOOK_MS = HOUR_MS;
/** A follow-up that may leave only at its last minute is watched closely. */
const CLOSE_LOOK_MS = MINUTE_MS;
const CHECKS_EVERY_MS = 3 * DAY_MS;

export type Month = {
  scenario: Scenario;
  /** What does not hold, in words; empty when everything does. */
  broken: string[];
  accepted: number;
  /** The provider's ledger as a text: the same for the same seed. */
  ledger: string;
};

/** All parts of a simulated month, as its faults and checks see them. */
export type World = {
  scenario: Scenario;
  timeline: Timeline;
  machine: Machine;
  provider: SimulatedProvider;
  outside: OutsideWorld;
  operator: Operator;
};

/** Plays a month of faults with the real application, then lets it drain without faults (REL-7). */
export async function simulateMonth(seed: number): Promise<Month> {
  const scenario = scenarioOf(seed, START);
  const timeline = new Timeline(START);
  const random = seededRandom(seed + 1);
  const errors: string[] = [];
  const machine: Machine = new Machine({
    ...{ timeline, seed },
    environment: {
      VIGIE_DAILY_LIMIT: String(scenario.dailyLimit),
      VIGIE_ROLLING_LIMIT: String(scenario.rollingLimit),
      VIGIE_SENDS_PER_MINUTE: String(scenario.sendsPerMinute),
      VIGIE_TIME_ZONE: 'Europe/Paris',
    },
    provider: (process) => provider.forProcess(process),
    errorLogged: (message, fields) => errors.push(`${message}: ${errorText(fields)}`),
  });
  const provider: SimulatedProvider = new SimulatedProvider({
    ...{ timeline, random },
    sender: {
      wall: () => machine.clocks.wall(),
      isAlive: (process) => machine.isAlive(process),
      answer: (process, hand) => {
        machine.answer(process, hand);
      },
      timeoutMs: TIMEOUT_MS,
    },
    taken: (acceptance) => {
      outside.followUp(acceptance, operator.planOf(acceptance.body));
    },
    arriving: () => faults.onRequest(),
  });
  const outside: OutsideWorld = new OutsideWorld({
    ...{ timeline, random, machine, scenario },
    received: () => {
      faults.onWebhook();
    },
  });
  const operator: Operator = new Operator({
    ...{ timeline, random, machine, scenario, provider },
    disturbed: (forMs) => {
      faults.disturbed(forMs);
    },
  });
  const world: World = { scenario, timeline, machine, provider, outside, operator };
  const faults: Faults = new Faults(world);
  const invariants = new Invariants(world, faults, errors);
  try {
    await machine.start();
    machine.store.main.exec(`UPDATE lines SET absent_policy = '${scenario.absentPolicy}'`);
    operator.importPeople();
    plan(world, faults, invariants);
    await run(world, START + MONTH_MS);
    await faults.end();
    operator.whenPossible(() => {
      operator.resumeAll();
    });
    await run(world, START + MONTH_MS + invariants.drainMs());
    invariants.atTheEnd();
    return {
      scenario,
      broken: invariants.broken,
      accepted: provider.ledger.length,
      ledger: ledgerText(provider),
    };
  } finally {
    machine.remove();
  }
}

function plan({ scenario, timeline, operator }: World, faults: Faults, invariants: Invariants): void {
  for (const campaign of scenario.campaigns) {
    timeline.at(campaign.at, () => {
      operator.whenPossible(() => {
        operator.launch(campaign);
      });
    });
  }
  for (const at of scenario.operator) {
    timeline.at(at, () => {
      operator.act();
    });
  }
  const decide = (): void => {
    operator.decide();
    timeline.in(DECISIONS_EVERY_MS, decide);
  };
  timeline.in(DECISIONS_EVERY_MS, decide);
  const check = (): void => {
    invariants.duringTheMonth();
    timeline.in(CHECKS_EVERY_MS, check);
  };
  timeline.in(CHECKS_EVERY_MS, check);
  faults.plan();
}

/** Goes from one thing that happens to the next, until an instant. */
async function run({ timeline, machine }: World, until: number): Promise<void> {
  const looks = new Looks(machine);
  for (;;) {
    await settled();
    await machine.startIfWanted();
    const [world, look, timer] = [timeline.nextAt(), looks.nextAt(timeline.now), machine.nextTimerAt()];
    const next = Math.max(timeline.now, Math.min(world, look, timer));
    if (next >= until) break;
    timeline.moveTo(next);
    timeline.runDue();
    machine.fireTimers(look <= next);
  }
  timeline.moveTo(until);
}

/** Turns of the event loop that everything set off by one event needs: to store a webhook, and to process it. */
const TURNS = 3;

async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

type Deadlines = Record<'lookup' | 'due' | 'expires' | 'pause', number | null> & { waits: 0 | 1 };

/** When the application would find something to do by looking, read from its own tables. */
class Looks {
  readonly #machine: Machine;
  #read: { store: unknown; deadlines: () => Deadlines; changes: () => number } | null = null;
  #known = { changes: -1, wall: 0, until: 0 };

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** True time of the next look that finds something; infinity for a machine that is off or asleep. */
  nextAt(now: number): number {
    const { clocks, isRunning } = this.#machine;
    if (!isRunning || !clocks.isAwake) return Infinity;
    const wall = clocks.wall();
    const { deadlines, changes } = this.#statements();
    const known = this.#known;
    if (known.changes !== changes() || wall < known.wall || wall >= known.until) {
      const until = nextDeadline(wall, deadlines());
      this.#known = { changes: changes(), wall, until };
    }
    const { until } = this.#known;
    return until <= wall ? clocks.nextAt(true) : Math.max(now, until - clocks.offset);
  }

  #statements() {
    const { main } = this.#machine.store;
    if (this.#read?.store === main) return this.#read;
    const changes = main.prepare<[], number>(`SELECT total_changes()`).pluck();
    const deadlines = main.prepare<{ now: number }, Deadlines>(`SELECT
      (SELECT min(at) FROM (
        SELECT min(lookup_at) AS at FROM attempts INDEXED BY attempts_unknown WHERE state = 'unknown'
        UNION ALL SELECT min(ask_at) FROM id_questions)) AS lookup,
      (SELECT min(due_at) FROM attempts WHERE state = 'failed_retry' AND due_at > @now) AS due,
      (SELECT min(expires_at) FROM attempts INDEXED BY attempts_expiring
        WHERE state IN ('pending', 'failed_retry') AND expires_at IS NOT NULL) AS expires,
      (SELECT min(until_at) FROM pauses WHERE until_at > @now) AS pause,
      EXISTS (SELECT 1 FROM attempts WHERE state IN ('pending', 'failed_retry')) AS waits`);
    this.#known = { changes: -1, wall: 0, until: 0 };
    this.#read = {
      store: main,
      changes: () => changes.get() ?? 0,
      deadlines: () => deadlines.get({ now: this.#machine.clocks.wall() }) ?? NOTHING,
    };
    return this.#read;
  }
}

const NOTHING: Deadlines = { lookup: null, due: null, expires: null, pause: null, waits: 0 };

/** On the wall clock; not after now where every timer counts. */
function nextDeadline(wall: number, { lookup, due, expires, pause, waits }: Deadlines): number {
  const isLastCall = expires !== null && expires - wall <= CLOSE_LOOK_MS;
  if (isLastCall || (lookup !== null && lookup <= wall)) return wall;
  const every = waits === 1 ? BUSY_LOOK_MS : IDLE_LOOK_MS;
  const idle = (Math.floor(wall / every) + 1) * every;
  const lastCall = expires === null ? null : expires - CLOSE_LOOK_MS;
  const instants = [lookup, due, pause, lastCall, nextDayStart(wall), idle];
  return Math.min(...instants.filter((at) => at !== null && at > wall).map(Number));
}

function errorText(fields: object): string {
  return 'error' in fields ? String(fields.error) : JSON.stringify(fields);
}

function ledgerText({ ledger }: SimulatedProvider): string {
  return ledger.map(({ phone, body, acceptedAt }) => `${acceptedAt} ${phone} ${body}`).join('\n');
}
