import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { capture, say } from './processes.mjs';

/** What a build is made from. */
const SOURCES = ['backend/**/*', 'electron/**/*', 'renderer/**/*', 'electron.vite.config.ts', 'package-lock.json'];
const STAMP = 'out/.sources';

/** Builds the desktop app, the headless host, the command line and the interface into `out/`. */
export async function run(root: string): Promise<number> {
  return (await build(root)) ? 0 : 1;
}

/**
 * Builds unless `out/` was made from the very same sources.
 * @returns false when the build failed; what it said is then on stderr
 */
export async function ensureBuilt(root: string): Promise<boolean> {
  return isBuilt(root) || build(root);
}

/** True when `out/` was made from the sources as they are now. */
export function isBuilt(root: string): boolean {
  const stamp = path.join(root, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesHash(root);
}

async function build(root: string): Promise<boolean> {
  say("Construction de l'application... (Building)");
  const hash = sourcesHash(root);
  const stamp = path.join(root, STAMP);
  rmSync(stamp, { force: true });
  const program = path.join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  const { code, output } = await capture(process.execPath, [program, 'build'], { cwd: root });
  if (code !== 0) {
    say(`${output}\nLa construction a échoué. (The build failed)`);
    return false;
  }
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  return true;
}

/** Names and contents: a checkout changes the times of files that it leaves alone, and a merge may keep them. */
function sourcesHash(root: string): string {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: root, withFileTypes: true, exclude: ['**/*.test.*'] })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}
