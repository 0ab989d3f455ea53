import { parseArgs } from 'node:util';
import { ORPCError } from '@orpc/client';
import type { Locale } from '../contract/common.ts';
import { VigieError } from '../contract/errors.ts';
import { commandText } from '../contract/messages/commands.ts';
import { errorSentence } from '../contract/messages/sentence.ts';
import {
  COMMON_OPTIONS,
  CommandError,
  UsageError,
  type Client,
  type Command,
  type Context,
  type Text,
} from './command.ts';
import { answerCommands } from './commands/answers.ts';
import { attemptCommands } from './commands/attempts.ts';
import { backup, restore } from './commands/backup.ts';
import { campaignCommands } from './commands/campaign.ts';
import { categoryCommands } from './commands/categories.ts';
import { clockCommands } from './commands/clock.ts';
import { contactCommands } from './commands/contacts.ts';
import { exportCommands } from './commands/export.ts';
import { importCommands } from './commands/import.ts';
import { keyCommands } from './commands/key.ts';
import { lineCommands } from './commands/lines.ts';
import { retriesProcess } from './commands/retries.ts';
import { send } from './commands/send.ts';
import { stats } from './commands/stats.ts';
import { syncCommands } from './commands/sync.ts';
import { tokenCreate } from './commands/token.ts';
import { helpOf, overview, type Described } from './help.ts';

const DONE = 0;
const FAILED = 1;
const WRONG_USE = 2;

/** Takes the process over instead of answering. */
const SERVE: Described = { name: 'serve', operands: [], options: ['port', 'webhook-port', 'no-demo'] };
const COMMANDS: Command[] = [
  ...[tokenCreate, stats, send],
  ...importCommands,
  ...contactCommands,
  ...categoryCommands,
  ...campaignCommands,
  ...attemptCommands,
  ...answerCommands,
  ...lineCommands,
  ...clockCommands,
  ...keyCommands,
  ...exportCommands,
  retriesProcess,
  ...[backup, restore],
  ...syncCommands,
];
const DESCRIBED: Described[] = [SERVE, ...COMMANDS];

/** Flags that say which data folder is meant. */
export type Folder = { dataDir?: string };
/** The application that commands work on. */
export type Connection = { client: Client; close(): Promise<void> };

/** What the command line needs of the process that it runs in. */
export type Environment = Pick<Context, 'openFile' | 'copyFile' | 'openOutput'> & {
  locale: Locale;
  version: string;
  write(text: string): void;
  writeError(text: string): void;
  /** Somebody reads the error output as it comes. */
  isTerminal: boolean;
  /** Runs the headless host; resolves with its exit code. */
  serve(args: string[]): Promise<number>;
  connect(folder: Folder): Promise<Connection>;
  createToken(folder: Folder, request: Parameters<Context['createToken']>[0]): ReturnType<Context['createToken']>;
  restoreFrom(folder: Folder, archive: string): ReturnType<Context['restoreFrom']>;
  pull(folder: Folder, request: Parameters<Context['pull']>[0]): ReturnType<Context['pull']>;
  /** Says what is wrong when the settings of the process cannot be used. */
  settingProblem(error: unknown): string | null;
};

type Line = {
  name: string;
  /** What was written besides the name. */
  args: string[];
  common: { folder: Folder; json: boolean; help: boolean; version: boolean };
};

/**
 * Runs one command.
 * @returns the exit code: 0 done, 1 failed, 2 wrong use
 */
export async function runCommandLine(args: string[], environment: Environment): Promise<number> {
  const text: Text = (key, values) => commandText(environment.locale, key, values);
  const shell = { ...environment, text };
  const line = readLine(args);
  const { name, common } = line;
  const described = DESCRIBED.find((candidate) => candidate.name === name);
  const answer = (words: string): number => {
    environment.write(`${words}\n`);
    return DONE;
  };

  if (common.version) return answer(environment.version);
  if (common.help || name === 'help') return answer(described ? helpOf(described, text) : overview(DESCRIBED, text));
  if (described === SERVE) {
    return environment
      .serve(line.args)
      .catch((error: unknown) => report(error, { command: SERVE, json: common.json }, shell));
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command) return runCommand(command, line, shell);

  const begun = DESCRIBED.filter((candidate) => candidate.name.startsWith(`${name} `));
  const problem = text(begun.length > 0 ? 'usage.incomplete' : 'usage.unknown_command', { command: name });
  const shown = overview(begun.length > 0 ? begun : DESCRIBED, text);
  environment.writeError(name === '' ? `${shown}\n` : `${problem}\n\n${shown}\n`);
  return WRONG_USE;
}

/** Finds the command's one or two words, wherever they stand among the options that every command has. */
function readLine(args: string[]): Line {
  const options = { ...COMMON_OPTIONS, version: { type: 'boolean' } } as const;
  const { values, tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const words = tokens.filter((token) => token.kind === 'positional');
  const isGroup = DESCRIBED.some(({ name }) => name.startsWith(`${words[0]?.value} `));
  const named = words.slice(0, isGroup ? 2 : 1);
  const taken = new Set(named.map(({ index }) => index));
  const dataDir = values['data-dir'];
  return {
    name: named.map(({ value }) => value).join(' '),
    args: args.filter((_arg, index) => !taken.has(index)),
    common: {
      folder: typeof dataDir === 'string' ? { dataDir } : {},
      json: values.json === true,
      help: values.help === true,
      version: values.version === true,
    },
  };
}

/** The process that a command runs in, and how to speak to who sits in front of it. */
type Shell = Environment & { text: Text };

async function runCommand(command: Command, line: Line, shell: Shell): Promise<number> {
  const { folder, json } = line.common;
  const connections: Connection[] = [];
  const progress = createProgress(shell);
  const context: Context = {
    text: shell.text,
    openFile: shell.openFile,
    copyFile: shell.copyFile,
    restoreFrom: (archive) => shell.restoreFrom(folder, archive),
    pull: (request) => shell.pull(folder, request),
    openOutput: shell.openOutput,
    createToken: (request) => shell.createToken(folder, request),
    async client() {
      const connection = await shell.connect(folder);
      connections.push(connection);
      return connection.client;
    },
    progress: progress.show,
  };
  try {
    const { data, words } = await command.execute(line.args, context);
    progress.end();
    if (json) shell.write(`${JSON.stringify(data)}\n`);
    else if (words !== '') shell.write(`${words}\n`);
    return DONE;
  } catch (error) {
    progress.end();
    return report(error, { command, json }, shell);
  } finally {
    for (const connection of connections) await connection.close();
  }
}

/** Back to the beginning of the line, and all that stood there removed. */
const CLEAR_LINE = '\r\u001b[K';

/** A line that stands while something is under way, where somebody looks. */
function createProgress({ isTerminal, writeError }: Environment): { show(words: string): void; end(): void } {
  let shown = false;
  return {
    show(words) {
      if (isTerminal) writeError(shown ? `${CLEAR_LINE}${words}` : words);
      shown = isTerminal;
    },
    end() {
      if (shown) writeError(CLEAR_LINE);
      shown = false;
    },
  };
}

/** Says what went wrong: a program reads it where it reads answers, people on the error output. */
function report(error: unknown, { command, json }: { command: Described; json: boolean }, shell: Shell): number {
  const { code, message, data } = describe(error, shell);
  const help = error instanceof UsageError ? `\n${helpOf(command, shell.text)}\n` : '';
  if (json) shell.write(`${JSON.stringify({ code, message, data })}\n`);
  else shell.writeError(`${message}\n${help}`);
  return WRONG_USES.has(code) ? WRONG_USE : FAILED;
}

/** Errors that another command line would not have. */
const WRONG_USES = new Set(['wrong_use', 'bad_request']);

type Failure = { code: string; message: string; data?: unknown };

function describe(error: unknown, { text, locale, settingProblem }: Shell): Failure {
  if (error instanceof UsageError) return { code: 'wrong_use', message: text(error.key, error.values) };
  if (error instanceof CommandError) return { code: 'failed', message: text(error.key, error.values) };
  if (error instanceof ORPCError) {
    const { code, message, data } = error as ORPCError<string, unknown>;
    return { code, message, data };
  }
  if (error instanceof VigieError) return { code: error.code, message: errorSentence(locale, error), data: error.data };
  const problem = settingProblem(error);
  if (problem !== null) return { code: 'wrong_use', message: problem };
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'failed', message: text('failure.unexpected', { reason }) };
}
