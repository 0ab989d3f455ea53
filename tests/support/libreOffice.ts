import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The program, where it is on this machine. */
export const SOFFICE = ['/usr/bin/soffice', '/usr/local/bin/soffice', '/opt/libreoffice/program/soffice'].find(
  existsSync,
);
/** Ends the title of a suite that needs it. */
export const SOFFICE_NOTE = SOFFICE === undefined ? '(skipped: soffice is not on this machine)' : '';
/** A CSV file with commas, in UTF-8, as the program writes it. */
export const AS_CSV = 'csv:Text - txt - csv (StarCalc):44,34,76';

/** Opens a file of a folder and saves it as another kind; gives the new file. It takes seconds, in which sockets close. */
export async function convert(folder: string, to: string, from: string): Promise<string> {
  await run(
    SOFFICE!,
    [
      `-env:UserInstallation=file://${folder}/profile`,
      ...['--headless', '--norestore'],
      ...(from.endsWith('.csv') ? ['--infilter=CSV:44,34,76'] : []),
      ...['--convert-to', to, '--outdir', folder, from],
    ],
    { cwd: folder },
  );
  return path.join(folder, `${path.parse(from).name}.${to.split(':')[0]!}`);
}
