import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as tar from 'tar';
import { z } from 'zod';
import { VigieError } from '../../contract/errors.ts';
import { backupKind } from '../../contract/backups.ts';
import { writeDurably } from '../secrets.ts';

const MANIFEST = 'backup.json';
const FORMAT = 1;
/** Everything that a backup can hold; any other name in an archive is refused. */
export const BACKUP_FILES = ['vigie.db', 'inbox.db', 'secrets.json'] as const;
export type BackupFile = (typeof BACKUP_FILES)[number];

const fileRecord = z.object({ bytes: z.int().nonnegative(), sha256: z.string().length(64) });
const manifest = z.object({
  format: z.literal(FORMAT),
  createdAt: z.iso.datetime(),
  kind: backupKind,
  version: z.string(),
  /** A workspace of the demo never takes the place of a real one, nor the other way round. */
  demo: z.boolean(),
  /** Number of the last migration of each database. */
  schema: z.object({ main: z.int(), inbox: z.int() }),
  files: z.partialRecord(z.enum(BACKUP_FILES), fileRecord),
});
export type Manifest = z.infer<typeof manifest>;

/**
 * Packs the backup's files that lie in a folder into one archive, with a manifest of their digests; then reads the
 * archive again from the disk and compares.
 * @throws VigieError `backup_damaged` when what was written is not what is read
 */
export async function packArchive(
  folder: string,
  archive: string,
  about: Omit<Manifest, 'format' | 'files'>,
): Promise<void> {
  const names = BACKUP_FILES.filter((name) => existsSync(path.join(folder, name)));
  const files: Manifest['files'] = {};
  for (const name of names) files[name] = await record(path.join(folder, name));
  writeDurably(path.join(folder, MANIFEST), JSON.stringify({ ...about, format: FORMAT, files } satisfies Manifest));
  await tar.create({ gzip: { level: 6 }, file: archive, cwd: folder, portable: true }, [MANIFEST, ...names]);
  await compareArchive(archive, files);
}

async function record(file: string): Promise<z.infer<typeof fileRecord>> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return { bytes: statSync(file).size, sha256: hash.digest('hex') };
}

async function compareArchive(archive: string, files: Manifest['files']): Promise<void> {
  const found: Manifest['files'] = {};
  const onReadEntry = (entry: tar.ReadEntry): void => {
    const hash = createHash('sha256');
    let bytes = 0;
    entry.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      bytes += chunk.length;
    });
    entry.on('end', () => {
      const name = BACKUP_FILES.find((known) => known === entry.path);
      if (name !== undefined) found[name] = { bytes, sha256: hash.digest('hex') };
    });
  };
  await tar.list({ file: archive, strict: true, onReadEntry });
  compare(archive, files, found);
}

function compare(archive: string, expected: Manifest['files'], found: Manifest['files']): void {
  for (const name of BACKUP_FILES) {
    if (expected[name]?.sha256 === found[name]?.sha256) continue;
    throw new VigieError('backup_damaged', { name: path.basename(archive), detail: name });
  }
}

/**
 * Unpacks an archive into an empty folder. Only plain files with the names of a backup are taken out: an archive that
 * holds anything else was not made by Vigie and is refused whole.
 * @throws VigieError `backup_damaged` when it cannot be read or differs from its manifest
 */
export async function unpackArchive(archive: string, into: string): Promise<Manifest> {
  const name = path.basename(archive);
  const strangers: string[] = [];
  const isOurs = (entryPath: string, entry: { type?: string }): boolean => {
    const known: readonly string[] = [MANIFEST, ...BACKUP_FILES];
    const ours = known.includes(entryPath) && entry.type === 'File';
    if (!ours) strangers.push(entryPath);
    return ours;
  };
  try {
    await tar.extract({
      ...{ file: archive, cwd: into, strict: true, preserveOwner: false },
      filter: (entryPath, entry) => isOurs(entryPath, entry as { type?: string }),
    });
  } catch (cause) {
    throw new VigieError('backup_damaged', { name, detail: 'archive' }, { cause });
  }
  if (strangers.length > 0) throw new VigieError('backup_damaged', { name, detail: 'unknown file' });
  const about = readManifest(into, name);
  const found: Manifest['files'] = {};
  for (const file of BACKUP_FILES) {
    if (existsSync(path.join(into, file))) found[file] = await record(path.join(into, file));
  }
  compare(archive, about.files, found);
  return about;
}

/**
 * What an archive says of itself.
 * @throws VigieError `backup_damaged` when it is not a backup
 */
export async function readArchiveManifest(archive: string): Promise<Manifest> {
  const name = path.basename(archive);
  const chunks: Buffer[] = [];
  const onReadEntry = (entry: tar.ReadEntry): void => {
    if (entry.path === MANIFEST) entry.on('data', (chunk: Buffer) => chunks.push(chunk));
    else entry.resume();
  };
  try {
    await tar.list({ file: archive, strict: true, onReadEntry });
    return manifest.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch (cause) {
    throw new VigieError('backup_damaged', { name, detail: MANIFEST }, { cause });
  }
}

/**
 * Reads an archive as far as it goes and compares it with what it says of itself; nothing is unpacked.
 * @throws VigieError `backup_damaged`
 */
export async function checkArchive(archive: string): Promise<Manifest> {
  const about = await readArchiveManifest(archive);
  await compareArchive(archive, about.files);
  return about;
}

function readManifest(folder: string, archive: string): Manifest {
  try {
    return manifest.parse(JSON.parse(readFileSync(path.join(folder, MANIFEST), 'utf8')));
  } catch (cause) {
    throw new VigieError('backup_damaged', { name: archive, detail: MANIFEST }, { cause });
  }
}
