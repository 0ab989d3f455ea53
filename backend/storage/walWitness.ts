import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { VigieError } from '../contract/errors.ts';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const INDEX_VERSION = 3_007_000;
const INDEX_HEADER_BYTES = 48;

/**
 * Refuses a file whose write-ahead log lost commits. SQLite takes a missing, shortened or altered log for the end of
 * the log and goes on from an older state. The log's index beside it survives a kill and says how far the log went:
 * SQLite writes it after the log is synced, and removes it before the log when it closes in good order. Has to run
 * before SQLite opens the file, which makes the index anew. Formats: https://www.sqlite.org/walformat.html
 * @throws VigieError `frozen` with reason `file_damaged`
 */
export function refuseLostLog(file: string): void {
  const index = existsSync(`${file}-shm`) ? readIndex(readFileSync(`${file}-shm`)) : null;
  if (index === null || index.frames === 0) return;
  const name = `${path.basename(file)}-wal`;
  const log = existsSync(`${file}-wal`) ? readFileSync(`${file}-wal`) : null;
  const detail = log === null ? 'missing' : lostPart(log, index);
  if (detail !== null) throw new VigieError('frozen', { reason: 'file_damaged', file: name, detail });
}

type Index = { pageBytes: number; frames: number; checksum: readonly [number, number]; salt: Buffer };

/** Header of the index; null when it was never filled or was being written. */
function readIndex(bytes: Buffer): Index | null {
  const first = bytes.subarray(0, INDEX_HEADER_BYTES);
  const second = bytes.subarray(INDEX_HEADER_BYTES, 2 * INDEX_HEADER_BYTES);
  if (second.length < INDEX_HEADER_BYTES || !first.equals(second)) return null;
  if (first.readUInt32LE(0) !== INDEX_VERSION || first[12] !== 1) return null;
  const size = first.readUInt16LE(14);
  return {
    pageBytes: (size & 0xfe00) | ((size & 1) << 16),
    frames: first.readUInt32LE(16),
    checksum: [first.readUInt32LE(24), first.readUInt32LE(28)],
    salt: first.subarray(32, 40),
  };
}

/** What of the indexed frames is not in the log, null when all of them are. */
function lostPart(log: Buffer, { pageBytes, frames, checksum, salt }: Index): string | null {
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  if (log.length < HEADER_BYTES + frames * frameBytes) return 'truncated';
  const words = (log.readUInt32BE(0) & 1) === 1 ? log.readUInt32BE.bind(log) : log.readUInt32LE.bind(log);
  let sum: readonly [number, number] = [0, 0];
  const add = (start: number, end: number): void => {
    let [first, second] = sum;
    for (let at = start; at < end; at += 8) {
      first = (first + words(at) + second) >>> 0;
      second = (second + words(at + 4) + first) >>> 0;
    }
    sum = [first, second];
  };
  /** SQLite ends the log where the sum that stands in it is another. */
  const isSumAt = (at: number): boolean => log.readUInt32BE(at) === sum[0] && log.readUInt32BE(at + 4) === sum[1];
  add(0, 24);
  if (!isSumAt(24)) return 'altered';
  if (!log.subarray(16, 24).equals(salt)) {
    // After a power cut the index can be older than the log; each restart of the log counts its first salt up.
    return ((log.readUInt32BE(16) - salt.readUInt32BE(0)) | 0) > 0 ? null : 'replaced';
  }
  for (let frame = 0; frame < frames; frame++) {
    const start = HEADER_BYTES + frame * frameBytes;
    add(start, start + 8);
    add(start + FRAME_HEADER_BYTES, start + frameBytes);
    if (!log.subarray(start + 8, start + 16).equals(salt) || !isSumAt(start + 16)) return 'altered';
  }
  return sum[0] === checksum[0] && sum[1] === checksum[1] ? null : 'altered';
}
