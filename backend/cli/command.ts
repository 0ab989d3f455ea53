import { parseArgs } from 'node:util';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../contract/contract.ts';

import { commandText, type CommandText } from '../contract/messages/commands.ts';
import type { Backup } from '../contract/backups.ts';
import type { Pulled } from '../sync/pull.ts';
import type { SentenceValues } from '../contract/messages/fill.ts';

/** The calls of the contract, whether a running application answers them or this process. */
export type Client = ContractRouterClient<Contract>;

type Option = { type: 'string' | 'boolean'; multiple?: boolean };
type Options = Record<string, Option>;
type ValueOf<Given extends Option> = Given extends { type: 'boolean' }
  ? boolean
  : Given extends { multiple: true }
    ? string[]
    : string;
type Values<Given extends Options> = { [Name in keyof Given]?: ValueOf<Given[Name]> };

export type Text = (key: CommandText, values?: SentenceValues) => string;

/** Resolves when the text is written, so that none piles up. */
export type Output = { write(text: string): Promise<void>; close(): Promise<void> };

/** What commands use besides their arguments. */
export type Context = {
  text: Text;
  /** The application on the data folder; connected at the first use. */
  client(): Promise<Client>;
  /** Shows on a terminal what is under way, until the command ends. */
  progress(text: string): void;
  createToken(request: { role: string; expiresInMs: number }): Promise<{ token: string; expiresAt: number }>;
  /** A file's bytes, read when they are asked for. */
  openFile(file: string): Promise<Blob>;
  copyFile(from: string, to: string): Promise<void>;
  /** Puts a backup in place of the workspace's files, by way of the application that runs there, or without one. */
  restoreFrom(archive: string): Promise<Backup>;
  /** Makes the workspace's files anew from Supabase; the application must not run there. */
  pull(request: PullRequest): Promise<PullAnswer>;
  /** Where a long answer is written as it comes: a file, without one the output. */
  openOutput(file: string | undefined): Promise<Output>;
};

export type PullRequest = {
  source: string | null;
  replace: boolean;
  /** Goes on although texts are sealed with a key that is not at hand. */
  withoutKey: boolean;
  progress: (rows: number) => void;
};

/** `keepDataKey`: texts need a key of `VIGIE_DATA_KEY`, so that every start needs it too. */
export type PullAnswer = Pulled & { keepDataKey: boolean };

/** What a command found: for programs, and in words; no words where all has been written already. */
export type Answer = { data: unknown; words: string };

type Definition<Given extends Options> = {
  name: string;
  /** Arguments without a name, as the help shows them; those in brackets may be left out. */
  operands?: string[];
  options: Given;
  run(values: Values<Given>, context: Context, operands: string[]): Promise<Answer>;
};

/** A command of the command line, named by one or two words. */
export type Command = {
  name: string;
  operands: string[];
  options: string[];
  /** @throws UsageError when the arguments do not fit */
  execute(args: string[], context: Context): Promise<Answer>;
};

/** Options that every command has; read before the command runs. */
export const COMMON_OPTIONS = {
  'data-dir': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {
  readonly key: CommandText;
  readonly values: SentenceValues;

  constructor(key: CommandText, values: SentenceValues = {}) {
    super(commandText('en', key, values));
    this.name = 'UsageError';
    this.key = key;
    this.values = values;
  }
}

/** The command could not be done: exit code 1. */
export class CommandError extends Error {
  readonly key: CommandText;
  readonly values: SentenceValues;

  constructor(key: CommandText, values: SentenceValues = {}, options?: { cause?: unknown }) {
    super(commandText('en', key, values), options);
    this.name = 'CommandError';
    this.key = key;
    this.values = values;
  }
}

/** Reads a command's own arguments and hands them to it, typed by its options. */
export function defineCommand<const Given extends Options>(definition: Definition<Given>): Command {
  const { name, operands = [], options, run } = definition;
  return {
    name,
    operands,
    options: Object.keys(options),
    execute(args, context) {
      const { values, positionals } = parse(args, { ...options, ...COMMON_OPTIONS });
      const missing = operands[positionals.length];
      if (missing !== undefined && !missing.startsWith('['))
        throw new UsageError('usage.missing_operand', { operand: missing });
      const extra = positionals[operands.length];
      if (extra !== undefined) throw new UsageError('usage.extra', { value: extra });
      return run(values, context, positionals);
    },
  };
}

function parse(args: string[], options: Options): { values: object; positionals: string[] } {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw asUsageError(error);
  }
}

/** What `parseArgs` threw, in words; every other error as it is. */
export function asUsageError(error: unknown): unknown {
  if (!(error instanceof TypeError) || !('code' in error)) return error;
  const [, named = ''] = /'([^' ]*)/.exec(error.message) ?? [];
  switch (error.code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return new UsageError('usage.unknown_option', { option: named });
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      return new UsageError('usage.option_value', { option: named });
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return new UsageError('usage.extra', { value: named });
    default:
      return error;
  }
}
