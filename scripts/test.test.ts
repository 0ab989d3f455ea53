import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { longRun, suitesOf } from './test.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'vigie-suites-'));
  for (const file of ['e2e/browser/dashboard.test.ts', 'e2e/desktop/tray.test.ts', 'integration/quota.redis.test.ts']) {
    mkdirSync(path.dirname(path.join(root, 'tests', file)), { recursive: true });
    writeFileSync(path.join(root, 'tests', file), '');
  }
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

it.each([
  [[], ['browser', 'desktop', 'redis']],
  [['--project', 'desktop'], ['desktop']],
  [['--project=integration'], ['redis']],
  [['--project', 'unit'], []],
  [['tests/e2e'], ['browser', 'desktop']],
  [['./tests/e2e/browser/dashboard.test.ts'], ['browser']],
  [['backend/core'], []],
  [
    ['-t', 'shows the gauge'],
    ['browser', 'desktop', 'redis'],
  ],
])('asks for the programs of the suites that %j runs', (args, names) => {
  expect(suitesOf(root, args).map((suite) => suite.name)).toEqual(names);
});

it.each([
  [['--project', 'faults'], null, ['--project', 'faults']],
  [['--long', 'tests/faults'], { minutes: null, summary: 'test-results/faults.json' }, ['tests/faults']],
  [['--minutes', '30', '--summary', 'run.json'], { minutes: 30, summary: 'run.json' }, []],
  [['--long', '--minutes=0.5', '-t', 'sleep'], { minutes: 0.5, summary: 'test-results/faults.json' }, ['-t', 'sleep']],
])('reads what %j asks of a long run', (args, long, options) => {
  expect(longRun(args)).toEqual({ long, options });
});

it.each(['', '-1', 'many'])('refuses %j minutes', (minutes) => {
  expect(() => longRun(['--minutes', minutes])).toThrow('--minutes');
});
