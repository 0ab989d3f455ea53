/** The packages of the project. Runs on Node 20 with nothing installed. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { capture, say } from './processes.mjs';

/**
 * True when every package of the lock is in `node_modules` in its version, whoever put it there. npm writes
 * `node_modules/.package-lock.json` last, so that a broken-off installation counts as missing.
 * @param {string} root
 */
export function isInstalled(root) {
  const installed = readPackages(path.join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const wanted = readPackages(path.join(root, 'package-lock.json')) ?? {};
  return Object.entries(wanted).every(([place, { version, optional }]) => {
    const found = installed[place];
    // Packages for other platforms are optional and absent.
    return place === '' || (found === undefined ? optional === true : found.version === version);
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function readPackages(file) {
  if (!existsSync(file)) return undefined;
  /** @type {{ packages: Record<string, { version?: string, optional?: boolean }> }} */
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  return lock.packages;
}

/**
 * Installs the packages of the lock; quiet unless it fails.
 * @param {string} root
 * @returns {Promise<boolean>} true when it worked
 */
export async function install(root) {
  say('Installation des dépendances, une minute environ... (Installing packages)');
  // NODE_ENV=production would leave out what builds and tests.
  const { code, output } = await npm(['ci', '--include=dev'], { cwd: root });
  if (code !== 0) say(`${output}\nL'installation a échoué. (npm ci failed)`);
  return code === 0;
}

/**
 * Runs npm: the one that started this script, else the one on the path.
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
function npm(args, options) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js')) return capture(process.execPath, [cli, ...args], options);
  return capture('npm', args, { ...options, shell: process.platform === 'win32' });
}

/**
 * The project's own Node, undefined when its package could not fetch it.
 * @param {string} root
 */
export function projectNode(root) {
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const file = path.join(root, 'node_modules', 'node', 'bin', program);
  return existsSync(file) ? file : undefined;
}
