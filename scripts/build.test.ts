import { mkdtempSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureBuilt, isBuilt } from './build.ts';

let root: string;

/** A project whose build writes one line into `builds`, and fails while `broken` exists. */
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'vigie-build-'));
  write('builds', '');
  write('backend/main.ts', 'one');
  write('renderer/style.css', 'two');
  write(
    'node_modules/electron-vite/bin/electron-vite.js',
    `const fs = require('node:fs');
     if (fs.existsSync('broken')) process.exit(1);
     fs.appendFileSync('builds', process.argv[2] + '\\n');`,
  );
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

const builds = (): number => readFileSync(path.join(root, 'builds'), 'utf8').split('\n').length - 1;

it('builds once while the sources stay the same', async () => {
  expect(await ensureBuilt(root)).toBe(true);
  expect(await ensureBuilt(root)).toBe(true);
  utimesSync(path.join(root, 'backend/main.ts'), 1, 1);
  write('backend/main.test.ts', 'a test is not built');
  expect(await ensureBuilt(root)).toBe(true);
  expect(builds()).toBe(1);
});

it('builds again when a source changes, appears or goes', async () => {
  await ensureBuilt(root);
  write('renderer/style.css', 'three');
  await ensureBuilt(root);
  write('electron/main.ts', 'new');
  await ensureBuilt(root);
  rmSync(path.join(root, 'electron/main.ts'));
  await ensureBuilt(root);
  expect(builds()).toBe(4);
});

it('does not take a failed build for a build', async () => {
  await ensureBuilt(root);
  write('broken', '');
  write('backend/main.ts', 'changed');
  expect(await ensureBuilt(root)).toBe(false);
  write('backend/main.ts', 'one');
  expect(isBuilt(root)).toBe(false);
});
