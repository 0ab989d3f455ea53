import path from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import {
  columnRole,
  MAX_PART_BYTES,
  MOST_REFUSED_SHOWN,
  type ColumnRole,
  type ContactImport,
  type ImportReport,
  type ImportState,
  type RefusedLine,
} from '../../contract/imports.ts';
import {
  CommandError,
  defineCommand,
  UsageError,
  type Client,
  type Command,
  type Context,
  type Text,
} from '../command.ts';
import { sheet, table } from '../layout.ts';
import { given, oneOf, wholeNumber } from '../values.ts';

/** How often a running import is asked where it stands. */
const LOOK_EVERY_MS = 200;
const UNDER_WAY: readonly ImportState[] = ['checking', 'running', 'undoing'];

const importContacts = defineCommand({
  name: 'import',
  operands: ['FILE.csv'],
  options: {
    category: { type: 'string' },
    country: { type: 'string' },
    map: { type: 'string', multiple: true },
    'dry-run': { type: 'boolean' },
  },
  async run({ category, country, map = [], 'dry-run': dryRun = false }, context, [file = '']) {
    const { text, progress } = context;
    const fileName = path.basename(file);
    const content = await context.openFile(file);
    const { imports } = await context.client();
    progress(text('import.reading', { file: fileName }));
    const { id } = await send(imports, { content, fileName, context });
    try {
      const mapping = map.length === 0 ? undefined : await readMapping(imports, id, map);
      await imports.start({ id, dryRun, ...given({ category, country, mapping }) });
    } catch (error) {
      await imports.cancel({ id });
      throw error;
    }
    const end = await untilEnded(imports, id, context);
    const report = await reportOf(imports, end, dryRun);
    if (dryRun || end.state === 'failed') await imports.cancel({ id });
    if (end.state !== 'done' && end.state !== 'checked') {
      throw new CommandError('failure.import_stopped', { file: fileName, id, reason: end.problem ?? end.state });
    }
    const done = text(dryRun ? 'import.dry_run' : 'import.done', { ...report, refused: report.refusedCount });
    const refused = report.refused.map((line) => text('import.refused', line));
    const hidden = report.refusedCount - report.refused.length;
    const more = hidden > 0 ? [text('import.refused_more', { count: hidden, id })] : [];
    return { data: report, words: [done, ...refused, ...more].join('\n') };
  },
});

type Sent = { content: Blob; fileName: string; context: Context };

/** Sends a file in parts: neither side holds more of it than one. */
async function send(imports: Client['imports'], { content, fileName, context }: Sent): Promise<ContactImport> {
  let made = await imports.create({ fileName, size: content.size });
  let offset = 0;
  do {
    const part = content.slice(offset, offset + MAX_PART_BYTES);
    const body = new File([new Uint8Array(await part.arrayBuffer())], fileName, { type: 'text/csv' });
    made = await imports.upload({ query: { id: made.id, offset }, body });
    offset += part.size;
    context.progress(context.text('import.sending', { percent: percentOf(offset, content.size) }));
  } while (offset < content.size);
  return made;
}

const percentOf = (part: number, whole: number): number => (whole === 0 ? 100 : Math.floor((100 * part) / whole));

/** `--map "Portable=phone"`: the other columns are what their titles tell. */
async function readMapping(imports: Client['imports'], id: string, pairs: readonly string[]): Promise<ColumnRole[]> {
  const { header, mapping } = await imports.preview({ id });
  for (const pair of pairs) {
    const at = pair.lastIndexOf('=');
    const index = header.indexOf(pair.slice(0, at).trim());
    if (at < 1 || index === -1) throw new UsageError('usage.unknown_column', { value: pair, known: header });
    mapping[index] = oneOf('map', pair.slice(at + 1).trim(), columnRole.options);
  }
  return mapping;
}

async function untilEnded(imports: Client['imports'], id: string, { text, progress }: Context): Promise<ContactImport> {
  for (;;) {
    const state = await imports.get({ id });
    if (!UNDER_WAY.includes(state.state)) return state;
    const undone = state.removed + state.restored;
    progress(
      state.state === 'undoing'
        ? text('import.undoing', { count: undone })
        : text('import.progress', { ...state, percent: percentOf(state.total, state.expectedTotal) }),
    );
    await passed(LOOK_EVERY_MS);
  }
}

async function reportOf(imports: Client['imports'], end: ContactImport, dryRun: boolean): Promise<ImportReport> {
  const refused: RefusedLine[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof imports.refused>> = await imports.refused({
      ...{ id: end.id, limit: 200 },
      ...(cursor === null ? {} : { cursor }),
    });
    refused.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && refused.length < MOST_REFUSED_SHOWN);
  const { id, imported, updated, total, categoryId } = end;
  return { id: dryRun ? null : id, imported, updated, refused, refusedCount: end.refused, total, categoryId, dryRun };
}

const importsList = defineCommand({
  name: 'imports list',
  options: { limit: { type: 'string' }, cursor: { type: 'string' } },
  async run({ limit, cursor }, { client, text }) {
    const { imports } = await client();
    const page = await imports.list(given({ cursor, limit: wholeNumber('limit', limit) }));
    if (page.items.length === 0) return { data: page, words: text('list.empty') };
    const head = (['id', 'state', 'file', 'imported', 'updated', 'refused', 'createdAt'] as const).map((name) =>
      text(`field.${name}`),
    );
    const rows = page.items.map((one) => [
      ...[one.id, one.state, one.fileName],
      ...[one.imported, one.updated, one.refused].map(String),
      one.createdAt,
    ]);
    const more = page.nextCursor === null ? [] : [text('list.more', { cursor: page.nextCursor })];
    return { data: page, words: [table([head, ...rows]), ...more].join('\n') };
  },
});

const importsShow = defineCommand({
  name: 'imports show',
  operands: ['ID'],
  options: {},
  async run(_values, { client, text }, [id = '']) {
    const { imports } = await client();
    const one = await imports.get({ id });
    return { data: one, words: describe(one, text) };
  },
});

function describe(one: ContactImport, text: Text): string {
  return sheet([
    [text('field.id'), one.id],
    [text('field.state'), one.state],
    [text('field.file'), one.fileName],
    [text('field.total'), one.total],
    [text('field.imported'), one.imported],
    [text('field.updated'), one.updated],
    [text('field.refused'), one.refused],
    [text('field.removed'), one.removed || null],
    [text('field.restored'), one.restored || null],
    [text('field.kept'), one.kept || null],
    [text('field.createdAt'), one.createdAt],
    [text('field.finishedAt'), one.finishedAt],
    [text('field.error'), one.problem],
  ]);
}

const changes = (['undo', 'cancel', 'resume'] as const).map((action) =>
  defineCommand({
    name: `imports ${action}`,
    operands: ['ID'],
    options: {},
    async run(_values, context, [id = '']) {
      const { imports } = await context.client();
      const begun = await imports[action]({ id });
      const end = UNDER_WAY.includes(begun.state) ? await untilEnded(imports, id, context) : begun;
      return { data: end, words: describe(end, context.text) };
    },
  }),
);

export const importCommands: Command[] = [importContacts, importsList, importsShow, ...changes];
