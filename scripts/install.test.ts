import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isInstalled } from './install.mjs';

type Packages = Record<string, { version?: string; optional?: boolean }>;

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'vigie-install-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(file: string, packages: Packages): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), JSON.stringify({ packages }));
}

const lock: Packages = {
  '': { version: '0.1.0' },
  'node_modules/zod': { version: '4.6.7' },
  'node_modules/only-on-windows': { version: '1.0.0', optional: true },
};

it('takes the packages of the lock as installed, whoever installed them', () => {
  write('package-lock.json', lock);
  write('node_modules/.package-lock.json', { 'node_modules/zod': { version: '4.6.7' } });
  expect(isInstalled(root)).toBe(true);
});

it('asks for an installation on a fresh clone, and after one that broke off', () => {
  write('package-lock.json', lock);
  expect(isInstalled(root)).toBe(false);
  mkdirSync(path.join(root, 'node_modules/zod'), { recursive: true });
  expect(isInstalled(root)).toBe(false);
});

it('asks for an installation when the lock has another version or a new package', () => {
  write('package-lock.json', lock);
  write('node_modules/.package-lock.json', { 'node_modules/zod': { version: '4.6.6' } });
  expect(isInstalled(root)).toBe(false);
  write('node_modules/.package-lock.json', {});
  expect(isInstalled(root)).toBe(false);
});
