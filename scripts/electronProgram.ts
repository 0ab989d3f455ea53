import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { capture, say } from './processes.mjs';

/** A download that brings nothing for so long has failed; a slow one may take its time. */
const STALL_MS = 20_000;
/** Progress is said in steps of this many per cent. */
const PROGRESS_STEP = 20;

/** Where Electron's program is, or why the desktop app cannot run here. */
export type ElectronProgram = { file: string } | { reason: string };

type Progress = { percent: number };
type OnProgress = (progress: Progress) => Promise<void>;
/** The part of `@electron/get`, Electron's own downloader, that is used here. */
type ElectronGet = {
  download: (
    version: string,
    options: {
      checksums: Record<string, string>;
      downloadOptions: { quiet: true; signal: AbortSignal; getProgressCallback: OnProgress };
    },
  ) => Promise<string>;
};

/** Finds Electron's program, and downloads it when it is missing: its package brings it at the first run only. */
export async function electronProgram(root: string): Promise<ElectronProgram> {
  if (!hasDisplay()) return { reason: 'pas d’écran ici, ni DISPLAY ni WAYLAND_DISPLAY' };
  if (process.platform === 'linux' && process.getuid?.() === 0) return { reason: 'Electron ne démarre pas en root' };
  const folder = path.join(root, 'node_modules', 'electron');
  const found = installedProgram(folder);
  if (found !== undefined) return { file: found };
  try {
    await downloadElectron(folder, STALL_MS);
  } catch (error) {
    return { reason: `le programme Electron n’a pas pu être téléchargé : ${firstLine(error)}` };
  }
  const file = installedProgram(folder);
  return file === undefined ? { reason: 'le programme Electron est incomplet' } : { file };
}

/** True where windows can be shown. */
export function hasDisplay(): boolean {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return process.platform !== 'linux' || Boolean(DISPLAY) || Boolean(WAYLAND_DISPLAY);
}

function installedProgram(folder: string): string | undefined {
  const pathFile = path.join(folder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(folder, 'dist');
  const file = path.join(dist, readFileSync(pathFile, 'utf8'));
  return existsSync(file) ? file : undefined;
}

/**
 * Downloads Electron's program into Electron's cache, then unpacks it.
 * @param stallMs gives up after so long without a byte
 */
export async function downloadElectron(folder: string, stallMs: number): Promise<void> {
  say('Téléchargement d’Electron, une fois pour toutes... (Downloading Electron)');
  const load = createRequire(path.join(folder, 'install.js'));
  const { download } = load('@electron/get') as ElectronGet;
  const { version } = load('./package.json') as { version: string };
  const checksums = load('./checksums.json') as Record<string, string>;
  const stalled = new AbortController();
  const giveUp = (): void => {
    stalled.abort(new Error(`rien reçu pendant ${String(stallMs / 1000)} s`));
  };
  let timer = setTimeout(giveUp, stallMs);
  let said = 0;
  const getProgressCallback: OnProgress = ({ percent }) => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, stallMs);
    if (percent * 100 >= said + PROGRESS_STEP) say(`Electron : ${String((said += PROGRESS_STEP))} %`);
    return Promise.resolve();
  };
  try {
    await download(version, {
      checksums,
      downloadOptions: { quiet: true, signal: stalled.signal, getProgressCallback },
    });
  } finally {
    clearTimeout(timer);
  }
  await unpack(folder);
}

/** Electron's own installer finds the download in its cache. */
async function unpack(folder: string): Promise<void> {
  const { code, output } = await capture(process.execPath, [path.join(folder, 'install.js')]);
  if (code !== 0) throw new Error(output.trim() || 'install.js failed');
}

function firstLine(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  const [line = ''] = (cause instanceof Error ? cause.message : message).split('\n');
  return line;
}
