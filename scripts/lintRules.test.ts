import path from 'node:path';
import { ESLint } from 'eslint';
import { expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');
/** With CI=true typescript-eslint takes the files for final and reads them from the disk: here their text is given. */
const parserOptions = { disallowAutomaticSingleRunInference: true };
const eslint = new ESLint({ cwd: ROOT, overrideConfig: { languageOptions: { parserOptions } } });

/** Rules that a text breaks when it stands in this file, which must exist: type-aware rules look it up in its project. */
async function broken(file: string, text: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(text, { filePath: path.join(ROOT, file) });
  return result!.messages.map((message) => message.ruleId);
}

it.each([
  ['export const at = Date.now();', 'no-restricted-properties'],
  ['export const at = new Date();', 'no-restricted-syntax'],
  ['export const chance = Math.random();', 'no-restricted-properties'],
  ['export const home = process.env.HOME;', 'no-restricted-properties'],
  ["import { env } from 'node:process';\nexport const home = env.HOME;", 'no-restricted-imports'],
  ['export const timer = setInterval(() => {}, 1000);', 'no-restricted-globals'],
  ["import { ipcMain } from 'electron';\nexport const on = ipcMain;", 'no-restricted-imports'],
  ['export default 1;', 'no-restricted-exports'],
  ['export const list = (values: string[]): string => values[0]!;', '@typescript-eslint/no-non-null-assertion'],
  ['export const list = (value: any): unknown => value;', '@typescript-eslint/no-explicit-any'],
  ['export const run = (): void => { Promise.resolve(); };', '@typescript-eslint/no-floating-promises'],
  ['export type One = { a: 1 }; export interface Two { a: 1 }', '@typescript-eslint/consistent-type-definitions'],
  ['export const sum = (a: 1, b: 1, c: 1, d: 1): number => a + b + c + d;', 'max-params'],
])('refuses %j in the backend', async (text, rule) => {
  expect(await broken('backend/core/days.ts', text)).toContain(rule);
});

it('refuses a switch that forgets a case', async () => {
  const text = `export function word(level: 'ok' | 'danger'): string {
    switch (level) { case 'ok': return 'Normal'; }
    return '';
  }`;
  expect(await broken('backend/core/days.ts', text)).toEqual(['@typescript-eslint/switch-exhaustiveness-check']);
});

it('lets the one wrapper do what it wraps, and nothing else', async () => {
  expect(await broken('backend/core/clock.ts', 'export const at = Date.now();')).toEqual([]);
  expect(await broken('backend/core/clock.ts', 'export const chance = Math.random();')).toHaveLength(1);
  expect(await broken('electron/ipc.ts', "import { ipcMain } from 'electron';\nexport const on = ipcMain;")).toEqual(
    [],
  );
});
