import { open } from 'node:fs/promises';
import { accessSync, constants, existsSync, mkdirSync, openAsBlob, statSync } from 'node:fs';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { createRouterClient } from '@orpc/server';
import { compose, MIGRATIONS } from '../compose.ts';
import { loadConfig, type Config } from '../config.ts';
import type { Backup } from '../contract/backups.ts';
import type { Locale } from '../contract/common.ts';
import { systemClock } from '../core/clock.ts';
import { MINUTE_MS, SECOND_MS } from '../core/days.ts';
import { createLogger } from '../core/logger.ts';
import { askPassphrase } from './passphrase.ts';
import { createTokens, role, type IssuedToken, type Tokens } from '../http/tokens.ts';
import { openProtection, type KeyMeans } from '../storage/secretProtection.ts';
import { tokenKey } from '../storage/secrets.ts';
import { demoFolder, isInstalled, readHostFile } from '../storage/store.ts';
import { CommandError, type Client, type Output, type PullAnswer, type PullRequest } from './command.ts';
import { pull } from './pulling.ts';
import { restoreFile } from './restoring.ts';
import type { Connection, Folder } from './run.ts';

/** A token of the command line lives as long as its command, and not much longer. */
const OWN_TOKEN_MS = 10 * MINUTE_MS;
/** An application that runs answers `/health` at once. */
const HEALTH_TIMEOUT_MS = 5 * SECOND_MS;
/** Actor of the audit trail. */
const ACTOR = 'cli';

/** Settings for a command: those of the process, on the workspace that the folder holds. */
function settingsFor({ dataDir }: Folder): Config {
  const flags = dataDir === undefined ? {} : { dataDir };
  const config = loadConfig(flags);
  const holdsDemoOnly = !isInstalled(config.dataDir) && isInstalled(demoFolder(config.dataDir));
  return loadConfig({ ...flags, demo: holdsDemoOnly });
}

function meansOf({ passphrase, dataKeys }: Config): KeyMeans {
  return { passphrase, dataKeys, askPassphrase };
}

/** The secrets of the folder, else the key that an application on it lends while it runs. */
async function tokensOf(config: Config): Promise<Tokens> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const lent = config.jwtSecret === null ? readHostFile(config.dataDir)?.key : undefined;
  const secret =
    lent === undefined
      ? tokenKey(config, config.jwtSecret === null ? await openProtection(config.dataDir, meansOf(config)) : undefined)
      : Buffer.from(lent, 'base64url');
  return createTokens({ secret, clock: systemClock });
}

/** Makes a token with the secret of a data folder, whether an application runs on it or not (SEC-2). */
export async function createToken(
  folder: Folder,
  request: { role: string; expiresInMs: number },
): Promise<IssuedToken> {
  const granted = role.parse(request.role);
  return (await tokensOf(settingsFor(folder))).issueToken({ role: granted, expiresInMs: request.expiresInMs });
}

/**
 * The application on a data folder: the one that runs there, over HTTP; else the folder itself, opened by this process
 * without ports and without sending.
 * @throws CommandError when an application runs there that does not answer
 */
export async function connect(folder: Folder, locale: Locale): Promise<Connection> {
  const config = settingsFor(folder);
  const running = readHostFile(config.dataDir);
  if (running !== null && (await answers(running.adminUrl))) return connectTo(running.adminUrl, config, locale);

  const application = await compose({ config, mode: 'command', logger: createLogger('warn'), askPassphrase });
  return {
    client: createRouterClient(application.router, { context: { actor: ACTOR, locale } }),
    close: () => application.stop(),
  };
}

/** Restores the workspace of a folder from an archive, by way of the application that runs there when there is one. */
export async function restoreFrom(folder: Folder, locale: Locale, archive: string): Promise<Backup> {
  const config = settingsFor(folder);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const host = readHostFile(config.dataDir);
  const answering = host !== null && (await answers(host.adminUrl));
  const running = answering ? (await connectTo(host.adminUrl, config, locale)).client : null;
  return restoreFile(archive, { config, migrationsDir: MIGRATIONS, running, means: meansOf(config) });
}

/** Makes the workspace of a folder anew from its copy in Supabase. */
export function pullFrom(folder: Folder, locale: Locale, request: PullRequest): Promise<PullAnswer> {
  const config = loadConfig({ ...folder, demo: false });
  return pull({ config, migrationsDir: MIGRATIONS, locale, means: meansOf(config) }, request);
}

async function connectTo(address: string, config: Config, locale: Locale): Promise<Connection> {
  const { token } = await (
    await tokensOf(config)
  ).issueToken({ role: 'admin', expiresInMs: OWN_TOKEN_MS, subject: ACTOR });
  const headers = { authorization: `Bearer ${token}`, 'accept-language': locale };
  const client: Client = createORPCClient(new RPCLink({ url: `${address}/rpc`, headers }));
  return { client, close: () => Promise.resolve() };
}

/** False when nobody listens there any more: the file is left from an application that was killed. */
async function answers(address: string): Promise<boolean> {
  try {
    await fetch(`${address}/health`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    return true;
  } catch (cause) {
    if (isRefused(cause)) return false;
    throw new CommandError('failure.host_silent', { address }, { cause });
  }
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof TypeError ? error.cause : null;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

/** @throws CommandError in words, when the file cannot be read */
export async function openInput(file: string): Promise<Blob> {
  if (!existsSync(file)) throw new CommandError('failure.file_missing', { file });
  try {
    accessSync(file, constants.R_OK);
    if (statSync(file).isDirectory()) throw new CommandError('failure.file_unreadable', { file, reason: 'EISDIR' });
    return await openAsBlob(file);
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const reason = cause instanceof Error && 'code' in cause ? cause.code : String(cause);
    throw new CommandError('failure.file_unreadable', { file, reason }, { cause });
  }
}

/**
 * A file that is written anew, else the process's output.
 * @throws CommandError in words, when the file cannot be written
 */
export async function openOutput(file: string | undefined): Promise<Output> {
  if (file === undefined) {
    const write = (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
      });
    return { write, close: () => Promise.resolve() };
  }
  try {
    const handle = await open(file, 'w', 0o600);
    return { write: (text) => handle.writeFile(text), close: () => handle.close() };
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : String(cause);
    throw new CommandError('failure.file_unwritable', { file, reason }, { cause });
  }
}
