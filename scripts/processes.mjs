/** Child processes of the scripts. Runs on Node 20. What scripts say goes to stderr: stdout belongs to the program that they run. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @type {NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * One line for the user.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Runs a program in the place of this one: same terminal, signals passed on.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} its exit code, or 128 and more when a signal ended it
 */
export async function handOver(command, args, options = {}) {
  return ended(spawn(command, args, { stdio: 'inherit', ...options }));
}

/**
 * Waits for a child process, and passes on to it the signals that reach this one.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>} its exit code, or 128 and more when a signal ended it
 */
export function ended(child) {
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => {
    // A terminal sends Ctrl+C to the child by itself.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  }).finally(() => {
    for (const signal of SIGNALS) process.off(signal, passOn);
  });
}

/**
 * Runs a program without a terminal and keeps what it says.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} `output` is stdout and stderr as they came
 */
export async function capture(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const chunks = [];
  /** @param {Buffer} chunk */
  const keep = (chunk) => chunks.push(chunk);
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', keep);
  try {
    const code = await ended(child);
    return { code, output: Buffer.concat(chunks).toString() };
  } catch (error) {
    return { code: 127, output: `${command}: ${error instanceof Error ? error.message : String(error)}\n` };
  }
}
