import { ConfigError, loadConfig } from '../config.ts';
import type { Locale } from '../contract/common.ts';
import { readFlags, serve } from '../serve.ts';
import { VERSION } from '../version.ts';
import { connect, createToken, openInput, openOutput, pullFrom, restoreFrom } from './application.ts';
import { asUsageError } from './command.ts';
import { copyBackup } from './restoring.ts';
import { runCommandLine } from './run.ts';

/** French until the settings say otherwise; wrong settings are reported by the command that needs them. */
function language(): Locale {
  try {
    return loadConfig().fixed.locale ?? 'fr';
  } catch (error) {
    if (error instanceof ConfigError) return 'fr';
    throw error;
  }
}

function flagsOf(args: string[]): ReturnType<typeof readFlags> {
  try {
    return readFlags(args);
  } catch (error) {
    throw asUsageError(error);
  }
}

const locale = language();

process.exitCode = await runCommandLine(process.argv.slice(2), {
  locale,
  version: VERSION,
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  serve: async (args) => serve(flagsOf(args)),
  connect: (folder) => connect(folder, locale),
  createToken,
  openFile: openInput,
  copyFile: copyBackup,
  restoreFrom: (folder, archive) => restoreFrom(folder, locale, archive),
  pull: (folder, request) => pullFrom(folder, locale, request),
  openOutput,
  settingProblem: (error) => (error instanceof ConfigError ? error.message : null),
});
