import { defineCommand } from '../command.ts';

export const backup = defineCommand({
  name: 'backup',
  operands: ['[FILE]'],
  options: {},
  async run(_values, { client, text, progress, copyFile }, [file]) {
    const { backups } = await client();
    progress(text('backup.making'));
    const made = await backups.create();
    if (file !== undefined) await copyFile(made.path, file);
    return { data: made, words: text('backup.done', { file: file ?? made.path }) };
  },
});

export const restore = defineCommand({
  name: 'restore',
  operands: ['FILE'],
  options: {},
  async run(_values, { text, progress, restoreFrom }, [file = '']) {
    progress(text('restore.checking'));
    const restored = await restoreFrom(file);
    return { data: restored, words: text('restore.done', { at: restored.createdAt }) };
  },
});
