import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { afterEach, beforeEach, expect, it } from 'vitest';
import rules from '../.dependency-cruiser.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'vigie-imports-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Imports that break a rule, as `from -> to`, in a project of these files. */
async function violations(files: Record<string, string>): Promise<string[]> {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  const { doNotFollow, tsPreCompilationDeps } = rules.options ?? {};
  const result = await cruise(['.'], {
    baseDir: root,
    validate: true,
    ruleSet: rules,
    ...(doNotFollow && { doNotFollow }),
    tsPreCompilationDeps: tsPreCompilationDeps ?? false,
  });
  const { summary } = result.output as ICruiseResult;
  return summary.violations.map(({ from, to }) => `${from} -> ${to}`).sort();
}

const EMPTY = 'export const value = 1;';

it('keeps the contract free of everything else', async () => {
  const found = await violations({
    'backend/core/clock.ts': EMPTY,
    'backend/contract/common.ts': EMPTY,
    'backend/contract/contacts.ts': `
      import { value } from './common.ts';
      import { readFileSync } from 'node:fs';
      import type { value as clock } from '../core/clock.ts';`,
  });
  expect(found).toEqual([
    'backend/contract/contacts.ts -> backend/core/clock.ts',
    'backend/contract/contacts.ts -> fs',
  ]);
});

it('keeps the rules of the domain apart from storage and features', async () => {
  const found = await violations({
    'backend/core/days.ts': EMPTY,
    'backend/storage/database.ts': EMPTY,
    'backend/domain/quota.ts': `
      import { value } from '../core/days.ts';
      import { value as database } from '../storage/database.ts';`,
    'backend/domain/quota.test.ts': `import { value } from '../storage/database.ts';`,
  });
  expect(found).toEqual(['backend/domain/quota.ts -> backend/storage/database.ts']);
});

it('lets features know each other by type only, and none the ways in', async () => {
  const found = await violations({
    'backend/http/server.ts': EMPTY,
    'backend/compose.ts': `import { value } from './http/server.ts';`,
    'backend/main.ts': `import './compose.ts';`,
    'backend/monitoring/ledger.ts': EMPTY,
    'backend/sending/claim.ts': `import type { value } from '../monitoring/ledger.ts';`,
    'backend/sending/dispatcher.ts': `
      import './claim.ts';
      import { value } from '../monitoring/ledger.ts';
      import { value as server } from '../http/server.ts';
      import '../compose.ts';`,
  });
  expect(found).toEqual([
    'backend/sending/dispatcher.ts -> backend/compose.ts',
    'backend/sending/dispatcher.ts -> backend/http/server.ts',
    'backend/sending/dispatcher.ts -> backend/monitoring/ledger.ts',
  ]);
});

it('lets the interface and the desktop know the contract only, and the desktop entry compose', async () => {
  const found = await violations({
    'backend/contract/contract.ts': EMPTY,
    'backend/core/clock.ts': EMPTY,
    'backend/compose.ts': EMPTY,
    'renderer/main.tsx': `
      import { value } from '../backend/contract/contract.ts';
      import { value as clock } from '../backend/core/clock.ts';
      import path from 'node:path';`,
    'electron/main.ts': `import { value } from '../backend/compose.ts';`,
    'electron/tray.ts': `import { value } from '../backend/compose.ts';`,
    'electron/window.ts': `import { value } from '../backend/core/clock.ts'; import path from 'node:path';`,
  });
  expect(found).toEqual([
    'electron/tray.ts -> backend/compose.ts',
    'electron/window.ts -> backend/core/clock.ts',
    'renderer/main.tsx -> backend/core/clock.ts',
    'renderer/main.tsx -> path',
  ]);
});

it('finds a cycle, even one that types close', async () => {
  const found = await violations({
    'backend/core/one.ts': `import './two.ts';`,
    'backend/core/two.ts': `import type { one } from './three.ts';`,
    'backend/core/three.ts': `import './one.ts';`,
  });
  expect(found).toHaveLength(1);
});
