import { spawn } from 'node:child_process';
import { ensureBuilt } from './build.ts';
import { electronProgram, hasDisplay } from './electronProgram.ts';
import { ended, handOver, say } from './processes.mjs';
import { builtProgram } from './programs.ts';

/** A desktop app that fails so early never showed a window. */
const EARLY_MS = 10_000;
/** Exit codes of a program that was asked to end: SIGHUP, SIGINT, SIGTERM. */
const STOPPED = [129, 130, 143];
const ADMIN_ADDRESS = /^admin (http:\S+)\n/m;

/** `npm start`: the desktop app, or the headless host with `--web` and where there can be no desktop app (DSK-9). */
export async function run(root: string, args: string[]): Promise<number> {
  if (!(await ensureBuilt(root))) return 1;
  const hostArgs = args.filter((arg) => arg !== '--web');
  if (args.includes('--web')) return handOver(...builtProgram(root, 'host', hostArgs));
  const program = await electronProgram(root);
  const outcome = 'reason' in program ? program : await runDesktop(root, program.file, args);
  if ('code' in outcome) return outcome.code;
  say(`Vigie s’ouvre sans fenêtre : ${outcome.reason}. (No desktop app here, serving to a browser)`);
  return hasDisplay() ? runHostAndBrowser(root, hostArgs) : handOver(...builtProgram(root, 'host', hostArgs));
}

async function runDesktop(
  root: string,
  program: string,
  args: string[],
): Promise<{ code: number } | { reason: string }> {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env; // editors' terminals set it
  const startedAt = performance.now();
  const code = await handOver(program, [root, ...args], { env }).catch(() => 127);
  if (code === 0 || STOPPED.includes(code) || performance.now() - startedAt > EARLY_MS) return { code };
  return { reason: `Electron s’est arrêté aussitôt, code ${String(code)}` };
}

/** The host's stdout stays what it is; its address is opened once it answers. */
async function runHostAndBrowser(root: string, args: string[]): Promise<number> {
  const [command, hostArgs, options] = builtProgram(root, 'host', args);
  const child = spawn(command, hostArgs, { ...options, stdio: ['inherit', 'pipe', 'inherit'] });
  let said: string | null = '';
  child.stdout.on('data', (chunk: Buffer) => {
    process.stdout.write(chunk);
    if (said === null) return;
    said += chunk.toString();
    const address = ADMIN_ADDRESS.exec(said)?.[1];
    if (address === undefined) return;
    said = null;
    openBrowser(address);
  });
  return ended(child);
}

function openBrowser(address: string): void {
  const [command, ...args] = browserCommand(address);
  const browser = spawn(command, args, { stdio: 'ignore', detached: true });
  browser.on('error', () => {
    say(`Ouvrez ${address} dans un navigateur. (Open it in a browser)`);
  });
  browser.unref();
}

function browserCommand(address: string): [string, ...string[]] {
  if (process.platform === 'darwin') return ['open', address];
  if (process.platform === 'win32') return ['cmd', '/c', 'start', '', address];
  return ['xdg-open', address];
}
