import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

// better-sqlite3 kills an older Node without a word.
if (Number.parseInt(process.versions.node, 10) < 24) {
  throw new Error(`Tests need Node 24, this is ${process.version}: use "npm test -- FILE" or "npx vitest run FILE".`);
}

/** Properties run a thousand times, on machines that are busy with other work. */
const UNIT_TIMEOUT_MS = 60_000;
/** Suites that start processes, on a machine that others use too. */
const PROCESS_TIMEOUT_MS = 120_000;
/** A page or a host that is slow at times; what is right sooner is taken sooner. */
const POLL_TIMEOUT_MS = 10_000;
/** Dozens of kills in one test, and at full length thousands. */
const FAULT_TIMEOUT_MS = process.env['VIGIE_LONG'] === '1' ? 12 * 3_600_000 : 300_000;
/** Suites that start processes run one after the other, a few files at a time: they measure deadlines. */
const FEW_WORKERS = Math.min(2, availableParallelism());

/** Files whose program is not on this machine, from `npm test`. */
const skippedFiles = process.env['VIGIE_SKIPPED_TESTS']?.split(',').filter(Boolean) ?? [];
/** Makes `out/` from the sources as they are. */
const BUILT = ['scripts/builtForTests.ts'];

const unit: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'unit',
    include: ['{backend,renderer,electron,scripts,tests/support}/**/*.test.{ts,tsx}'],
    testTimeout: UNIT_TIMEOUT_MS,
    hookTimeout: UNIT_TIMEOUT_MS,
    // One less than there are processors, which is the default, leaves half of a small machine idle.
    maxWorkers: availableParallelism(),
  },
};

function processSuite(suite: {
  name: string;
  folder: string;
  groupOrder: number;
  maxWorkers: number;
  globalSetup?: string[];
  setupFiles?: string[];
  timeoutMs?: number;
}): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name: suite.name,
      include: [`${suite.folder}/**/*.test.ts`],
      globalSetup: suite.globalSetup ?? [],
      setupFiles: suite.setupFiles ?? [],
      testTimeout: suite.timeoutMs ?? PROCESS_TIMEOUT_MS,
      hookTimeout: PROCESS_TIMEOUT_MS,
      expect: { poll: { timeout: POLL_TIMEOUT_MS } },
      maxWorkers: suite.maxWorkers,
      sequence: { groupOrder: suite.groupOrder },
    },
  };
}

export default defineConfig({
  test: {
    exclude: [...configDefaults.exclude, 'out/**', ...skippedFiles],
    projects: [
      unit,
      processSuite({
        name: 'integration',
        folder: 'tests/integration',
        groupOrder: 1,
        maxWorkers: FEW_WORKERS,
        globalSetup: BUILT,
      }),
      processSuite({
        name: 'security',
        folder: 'tests/security',
        groupOrder: 2,
        maxWorkers: FEW_WORKERS,
        globalSetup: BUILT,
      }),
      processSuite({
        name: 'faults',
        folder: 'tests/faults',
        groupOrder: 3,
        // A long run shares its time out among the tests that come one after the other.
        maxWorkers: process.env['VIGIE_LONG'] === '1' ? 1 : FEW_WORKERS,
        globalSetup: BUILT,
        setupFiles: ['tests/support/faultSetup.ts'],
        timeoutMs: FAULT_TIMEOUT_MS,
      }),
      processSuite({
        name: 'browser',
        folder: 'tests/e2e/browser',
        groupOrder: 4,
        maxWorkers: FEW_WORKERS,
        globalSetup: BUILT,
      }),
      processSuite({
        name: 'desktop',
        folder: 'tests/e2e/desktop',
        groupOrder: 5,
        maxWorkers: FEW_WORKERS,
        globalSetup: BUILT,
      }),
    ],
  },
});
