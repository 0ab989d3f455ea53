import type { SyncStatus } from '../../contract/sync.ts';
import { CommandError, defineCommand, type Answer, type Command, type Text } from '../command.ts';
import { table } from '../layout.ts';

function describe(status: SyncStatus, text: Text): Answer {
  const { message, lastPushAt, waitingSince, setAside, setAsideCount, source, state } = status;
  const lines = [message];
  if (state !== 'off') lines.push(text('sync.source', { source }));
  if (lastPushAt !== null) lines.push(text('sync.last_push', { at: lastPushAt }));
  if (waitingSince !== null) lines.push(text('sync.waiting_since', { at: waitingSince }));
  if (setAsideCount > 0) {
    const head = [text('field.id'), text('field.table'), text('field.key'), text('field.reason')];
    const rows = setAside.map((row) => [row.id, row.table, row.key, row.reason]);
    lines.push(text('sync.set_aside', { count: setAsideCount }), table([head, ...rows]));
  }
  return { data: status, words: lines.join('\n') };
}

/** What Supabase did not take has not been done. @throws CommandError with what is in the way */
function arrived(status: SyncStatus, text: Text): Answer {
  if (status.problem !== null) throw new CommandError('failure.sync', { reason: status.message });
  return describe(status, text);
}

/** `sync status`, `sync push`, `sync retry`, `sync pull`: the copy in Supabase (SYN-2, SYN-3). */
export const syncCommands: Command[] = [
  defineCommand({
    name: 'sync status',
    options: {},
    async run(_values, { client, text }) {
      const { sync } = await client();
      return describe(await sync.status(), text);
    },
  }),
  defineCommand({
    name: 'sync push',
    options: {},
    async run(_values, { client, text, progress }) {
      const { sync } = await client();
      progress(text('sync.pushing'));
      return arrived(await sync.push(), text);
    },
  }),
  defineCommand({
    name: 'sync retry',
    operands: ['ID'],
    options: {},
    async run(_values, { client, text }, [id = '']) {
      const { sync } = await client();
      return arrived(await sync.retry({ id }), text);
    },
  }),
  defineCommand({
    name: 'sync pull',
    options: { source: { type: 'string' }, replace: { type: 'boolean' }, 'without-key': { type: 'boolean' } },
    async run({ source = null, replace = false, 'without-key': withoutKey = false }, { pull, text, progress }) {
      progress(text('sync.pulling', { rows: 0 }));
      const pulled = await pull({
        ...{ source, replace, withoutKey },
        progress: (rows) => {
          progress(text('sync.pulling', { rows }));
        },
      });
      const { missing, leftOut, rows, pushedAt, missingKeys, unreadable, linesWithoutKeys, keepDataKey } = pulled;
      const lines = [text('sync.pulled', { rows, at: pushedAt ?? '-' })];
      if (missing > 0 || leftOut > 0) lines.push(text('sync.incomplete', { missing, leftOut }));
      if (missingKeys.length > 0) lines.push(text('sync.unreadable', { keys: missingKeys.join(', '), unreadable }));
      if (keepDataKey) lines.push(text('sync.keep_data_key'));
      if (linesWithoutKeys.length > 0)
        lines.push(text('sync.lines_without_keys', { lines: linesWithoutKeys.join(', ') }));
      return { data: pulled, words: [...lines, text('sync.pulled_next')].join('\n') };
    },
  }),
];
