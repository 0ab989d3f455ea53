import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Folders beside the project, which no reader of it has. */
const FORBIDDEN = [/\.\.\/shared\b/, /\/work\/(main|shared)\b/];
const TEXT = /\.(css|html|js|json|md|mjs|mts|sh|sql|ts|tsx|txt|yml)$|(^|\/)[^.]+$/;

/** Lines of the project's files that hold what may not stand in them, as `file:line: text`. */
export function forbiddenWords(root: string): string[] {
  const options = { cwd: root, encoding: 'utf8' } as const;
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], options);
  return files
    .split('\0')
    .filter((file) => TEXT.test(file) && existsSync(path.join(root, file)))
    .flatMap((file) => forbiddenIn(root, file));
}

function forbiddenIn(root: string, file: string): string[] {
  const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
  return lines.flatMap((line, index) =>
    FORBIDDEN.some((word) => word.test(line)) ? [`${file}:${String(index + 1)}: ${line.trim()}`] : [],
  );
}
