/**
 * First step of every npm script. Runs on Node 20 and later with nothing installed: installs what is missing, then does
 * `scripts/NAME.ts` on the project's own Node 24.
 *
 * npm scripts call it with `exec`, because npm passes a signal to its shell, and that shell would die without passing
 * it on: the host would be left behind. Windows knows no `exec`: `exec.cmd` stands in for it.
 */
import { fileURLToPath } from 'node:url';
import { install, isInstalled, projectNode } from './install.mjs';
import { handOver, say } from './processes.mjs';

const LOWEST_NODE = 24;
const COMMANDS = ['start', 'test', 'check', 'build', 'vigie', 'bench'];

const root = fileURLToPath(new URL('..', import.meta.url));
const [name = '', ...args] = process.argv.slice(2);

process.exitCode = await run();

/**
 * @typedef {{ run(root: string, args: string[]): Promise<number> }} Command
 * @returns {Promise<number>} the exit code
 */
async function run() {
  if (!COMMANDS.includes(name)) {
    say(`scripts/run.mjs ${COMMANDS.join('|')}`);
    return 2;
  }
  if (!isInstalled(root) && !(await install(root))) return 1;
  if (Number.parseInt(process.versions.node, 10) >= LOWEST_NODE) {
    const command = /** @type {Command} */ (await import(`./${name}.ts`));
    return command.run(root, args);
  }
  const node = projectNode(root);
  if (node !== undefined) return handOver(node, [fileURLToPath(import.meta.url), name, ...args], { cwd: root });
  say(`Vigie demande Node ${LOWEST_NODE} ; ici ${process.version}. (Needs Node ${LOWEST_NODE}: npm rebuild node)`);
  return 1;
}
