import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT, type Desktop, type LaunchOptions } from './desktop.ts';
import { electronProgram, launchElectron } from './electronDriver.ts';
import { launchStandin } from './standinDriver.ts';

const program = electronProgram(ROOT);
/** The app runs on the stand-in for Electron. */
export const isStandin = program === undefined;

console.info(
  program === undefined
    ? 'desktop: Electron is not here; its stand-in is (Node and a real Chromium). What passes is evidence about Vigie, not about Electron.'
    : `desktop: ${program}`,
);

/** Starts the built desktop app: on Electron where its program is, else on the stand-in. */
export function launchDesktop(options: LaunchOptions): Promise<Desktop> {
  return program === undefined ? launchStandin(options) : launchElectron(program, options);
}

/** Settings that tests start with: everything quick, on free ports, French. */
const TEST_ENVIRONMENT = {
  VIGIE_ADMIN_PORT: '0',
  VIGIE_WEBHOOK_PORT: '0',
  VIGIE_LOCALE: 'fr',
  VIGIE_LOG_LEVEL: 'warn',
  VIGIE_SENDS_PER_MINUTE: '60000',
  VIGIE_SEND_GAP_MS: '0-0',
};

/** Launches on data folders of its own, and cleans up behind a test. */
export class Desktops {
  readonly #launched: Desktop[] = [];
  readonly #folders: string[] = [];

  newFolder(): string {
    const folder = mkdtempSync(path.join(tmpdir(), 'vigie-desktop-'));
    this.#folders.push(folder);
    return folder;
  }

  async launch(options: Partial<LaunchOptions> = {}): Promise<Desktop> {
    const desktop = await launchDesktop({
      args: ['--no-demo'],
      dataDir: this.newFolder(),
      ...options,
      environment: { ...TEST_ENVIRONMENT, ...options.environment },
    });
    this.#launched.push(desktop);
    return desktop;
  }

  /** Ends what still runs. */
  async cleanUp(): Promise<void> {
    for (const desktop of this.#launched.splice(0)) {
      desktop.kill('SIGTERM');
      await desktop.exited();
    }
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}
