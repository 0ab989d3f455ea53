import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Names of the files of a folder, at any depth, that hold one of these texts; archives are looked into. */
export function filesWith(folder: string, texts: readonly string[]): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const raw = readFileSync(file);
    const bytes = file.endsWith('.gz') ? gunzipSync(raw) : raw;
    const spellings = texts.flatMap((text) => [text, Buffer.from(text).toString('base64').slice(0, -4)]);
    if (spellings.some((text) => bytes.includes(text))) found.push(path.relative(folder, file));
  }
  return found.sort();
}
