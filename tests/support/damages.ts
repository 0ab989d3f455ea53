import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { integerBetween, type Random } from '../../backend/core/random.ts';

/** Changes some bytes of a file. */
export function edit(file: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file);
  change(bytes);
  writeFileSync(file, bytes);
}
/** Another value for one byte. */
const flip = (bytes: Buffer, at: number, mask: number): void => {
  bytes[at] = (bytes[at] ?? 0) ^ mask;
};

/** Of a write-ahead log, with pages of 4096 bytes: https://www.sqlite.org/walformat.html */
const LOG_HEAD_BYTES = 32;
const FRAME_HEAD_BYTES = 24;
const FRAME_BYTES = FRAME_HEAD_BYTES + 4096;

type Damage = {
  what: string;
  /** Damage that must be seen: it can neither fall on bytes that hold nothing nor, `closed`, be mended by the log. */
  certain: 'always' | 'closed' | 'never';
  /** `log` needs what a kill leaves, the others do not mind. */
  to: 'database' | 'log';
  apply: (file: string, random: Random) => void;
};
export const DAMAGES: readonly Damage[] = [
  {
    what: 'header garbage',
    certain: 'closed',
    to: 'database',
    apply: (file, random) => {
      edit(file, (bytes) => {
        for (let at = 0; at < 100; at++) bytes[at] = integerBetween(random, 0, 255);
      });
    },
  },
  {
    what: 'zero bytes long',
    certain: 'always',
    to: 'database',
    apply: (file) => {
      writeFileSync(file, '');
    },
  },
  {
    what: 'missing',
    certain: 'always',
    to: 'database',
    apply: (file) => {
      rmSync(file);
    },
  },
  {
    what: 'truncated',
    certain: 'never',
    to: 'database',
    apply: (file, random) => {
      truncateSync(file, integerBetween(random, 1, statSync(file).size - 1));
    },
  },
  {
    what: 'a bit flipped in the header',
    certain: 'never',
    to: 'database',
    apply: (file, random) => {
      edit(file, (bytes) => {
        flip(bytes, integerBetween(random, 0, 99), 1 << integerBetween(random, 0, 7));
      });
    },
  },
  {
    what: 'a page of zeros',
    certain: 'never',
    to: 'database',
    apply: (file, random) => {
      edit(file, (bytes) => {
        const page = integerBetween(random, 0, bytes.length / 4096 - 1);
        bytes.fill(0, page * 4096, (page + 1) * 4096);
      });
    },
  },
  {
    what: 'the head of a page flipped',
    certain: 'never',
    to: 'database',
    apply: (file, random) => {
      edit(file, (bytes) => {
        const page = integerBetween(random, 1, bytes.length / 4096 - 1);
        flip(bytes, page * 4096 + integerBetween(random, 0, 7), integerBetween(random, 1, 255));
      });
    },
  },
  {
    what: 'the other file in its place',
    certain: 'closed',
    to: 'database',
    apply: (file) => {
      cpSync(path.join(path.dirname(file), file.endsWith('inbox.db') ? 'vigie.db' : 'inbox.db'), file);
    },
  },
  {
    what: 'the log missing with its index',
    certain: 'always',
    to: 'log',
    apply: (file) => {
      for (const lost of ['-wal', '-shm']) rmSync(`${file}${lost}`);
    },
  },
  {
    what: 'the log missing',
    certain: 'always',
    to: 'log',
    apply: (file) => {
      rmSync(`${file}-wal`);
    },
  },
  {
    what: 'the log cut off',
    certain: 'always',
    to: 'log',
    apply: (file, random) => {
      truncateSync(`${file}-wal`, integerBetween(random, 0, statSync(`${file}-wal`).size - 1));
    },
  },
  {
    what: 'a bit flipped in the log',
    certain: 'always',
    to: 'log',
    apply: (file, random) => {
      edit(`${file}-wal`, (bytes) => {
        flip(bytes, integerBetween(random, 0, bytes.length - 1), 1 << integerBetween(random, 0, 7));
      });
    },
  },
  {
    what: 'a bit flipped in a head within the log',
    certain: 'always',
    to: 'log',
    apply: (file, random) => {
      edit(`${file}-wal`, (bytes) => {
        const frames = Math.floor((bytes.length - LOG_HEAD_BYTES) / FRAME_BYTES);
        const frame = integerBetween(random, -1, frames - 1);
        const [head, length] =
          frame < 0 ? [0, LOG_HEAD_BYTES] : [LOG_HEAD_BYTES + frame * FRAME_BYTES, FRAME_HEAD_BYTES];
        flip(bytes, head + integerBetween(random, 0, length - 1), 1 << integerBetween(random, 0, 7));
      });
    },
  },
];
