import type { Protection } from '../../contract/protection.ts';
import { defineCommand, type Command, type Text } from '../command.ts';

function describe({ encryptAll, key, progress, secrets }: Protection, text: Text): string {
  const lines = [
    text('key.inUse', { id: key.id, since: key.usedSince }),
    text(encryptAll ? 'key.all' : 'key.sensitive'),
    text(`key.secrets.${secrets}`),
  ];
  if (progress.running) lines.push(text('key.running', { done: progress.done, total: progress.total }));
  return lines.join('\n');
}

/** `key show`, `key rotate`, `key export`: the key of the texts of messages (SEC-3). */
export const keyCommands: Command[] = [
  defineCommand({
    name: 'key show',
    options: {},
    async run(_values, { client, text }) {
      const { protection } = await client();
      const standing = await protection.get();
      return { data: standing, words: describe(standing, text) };
    },
  }),
  defineCommand({
    name: 'key rotate',
    options: {},
    async run(_values, { client, text }) {
      const { protection } = await client();
      const standing = await protection.rotate();
      return { data: standing, words: describe(standing, text) };
    },
  }),
  defineCommand({
    name: 'key export',
    options: {},
    async run(_values, { client }) {
      const { protection } = await client();
      const exported = await protection.export();
      return { data: exported, words: exported.dataKey };
    },
  }),
];
