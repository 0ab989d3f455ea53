import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { forbiddenWords } from './words.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'vigie-words-'));
  execFileSync('git', ['init', '--quiet'], { cwd: root });
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

it('finds a folder beside the project, in files that git has or will have', () => {
  const folder = ['..', 'shared'].join('/');
  writeFileSync(path.join(root, 'README.md'), `one\nsee ${folder}/STYLE.md\n`);
  writeFileSync(path.join(root, 'clean.ts'), `import { a } from './shared/a.ts';\n`);
  writeFileSync(path.join(root, '.gitignore'), 'ignored.md\n');
  writeFileSync(path.join(root, 'ignored.md'), folder);
  expect(forbiddenWords(root)).toEqual([`README.md:2: see ${folder}/STYLE.md`]);
});
