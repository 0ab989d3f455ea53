import { parseEnv } from 'node:util';
import type { AccountPatch, Line, LineInput } from '../../contract/lines.ts';
import { defineCommand, UsageError, type Command, type Context, type Text } from '../command.ts';
import { table } from '../layout.ts';
import { given, required, wholeNumber } from '../values.ts';

/** Takes a setting of a line away. */
const NONE = 'none';
const KEYS_FILE_BYTES = 64 * 1024;
/** Names in a file of keys: those of the environment variables, so that one file serves both. */
const WASSENGER_NAMES = {
  deviceId: 'WASSENGER_DEVICE_ID',
  apiKey: 'WASSENGER_API_KEY',
  webhookSecrets: 'WASSENGER_WEBHOOK_SECRET',
  baseUrl: 'WASSENGER_BASE_URL',
} as const;
const META_NAMES = {
  phoneNumberId: 'META_PHONE_NUMBER_ID',
  accessToken: 'META_ACCESS_TOKEN',
  appSecrets: 'META_APP_SECRET',
  verifyToken: 'META_VERIFY_TOKEN',
  baseUrl: 'META_BASE_URL',
} as const;
const LISTS = ['webhookSecrets', 'appSecrets'];

type Keys = { provider: LineInput['provider']; account: AccountPatch };

const linesList = defineCommand({
  name: 'lines list',
  options: {},
  async run(_values, { client, text }) {
    const { lines } = await client();
    const found = await lines.list();
    return { data: found, words: found.length === 0 ? text('list.empty') : lineTable(found, text) };
  },
});

function lineTable(lines: readonly Line[], text: Text): string {
  const head = [text('field.id'), text('field.name'), text('field.use'), text('field.state'), text('field.perMinute')];
  const rows = lines.map(({ id, label, use, state, sendsPerMinute, warmup, quietHours }) => [
    ...[id, label, use, state, `${sendsPerMinute ?? '-'}`, warmup?.steps.join(',') ?? '-'],
    quietHours === null ? '-' : `${quietHours.from}-${quietHours.to} ${quietHours.timeZone ?? ''}`.trim(),
  ]);
  return table([[...head, text('field.warmup'), text('field.quietHours')], ...rows]);
}

const linesAdd = defineCommand({
  name: 'lines add',
  options: { name: { type: 'string' }, keys: { type: 'string' } },
  async run({ name, keys }, context) {
    const label = required('name', name);
    const { provider, account } = await readKeys(required('keys', keys), context);
    const { lines } = await context.client();
    // What is missing is for the contract to say.
    const line = await lines.add({ provider, label, ...account } as LineInput);
    const { text } = context;
    const words = [text('lines.added', line), ...(line.use === 'after_restart' ? [text('lines.after_restart')] : [])];
    return { data: line, words: [...words, lineTable([line], text), line.webhookPath].join('\n') };
  },
});

/** The account that a file of `NAME=value` lines describes; keys on a command line would stay in the shell's history. */
async function readKeys(file: string, { openFile }: Context): Promise<Keys> {
  const content = await openFile(file);
  const values = parseEnv(content.size > KEYS_FILE_BYTES ? '' : await content.text());
  const wassenger = fieldsOf(values, WASSENGER_NAMES);
  const meta = fieldsOf(values, META_NAMES);
  const none = Object.keys({ ...wassenger, ...meta }).length === 0;
  const both = Object.keys(wassenger).length > 0 && Object.keys(meta).length > 0;
  if (none || both) throw new UsageError(none ? 'usage.no_keys' : 'usage.two_accounts', { file });
  return Object.keys(meta).length > 0
    ? { provider: 'meta', account: meta }
    : { provider: 'wassenger', account: wassenger };
}

function fieldsOf(values: NodeJS.Dict<string>, names: Record<string, string>): AccountPatch {
  const found = Object.entries(names).flatMap(([field, name]) => {
    const value = values[name];
    if (value === undefined || value === '') return [];
    return [[field, LISTS.includes(field) ? value.split(',').map((secret) => secret.trim()) : value]];
  });
  return Object.fromEntries(found) as AccountPatch;
}

const linesSet = defineCommand({
  name: 'lines set',
  operands: ['ID'],
  options: {
    name: { type: 'string' },
    keys: { type: 'string' },
    'keep-secrets': { type: 'boolean' },
    'new-webhook': { type: 'string' },
    default: { type: 'boolean' },
    enable: { type: 'boolean' },
    disable: { type: 'boolean' },
    'per-minute': { type: 'string' },
    gap: { type: 'string' },
    warmup: { type: 'string' },
    quiet: { type: 'string' },
    zone: { type: 'string' },
  },
  async run(values, context, [id = '']) {
    const { name, keys, enable, disable, 'per-minute': perMinute, gap, warmup, quiet, zone } = values;
    if (zone !== undefined && (quiet === undefined || quiet === NONE))
      throw new UsageError('usage.missing_option', { option: '--quiet' });
    if (enable === true && disable === true) throw new UsageError('usage.extra', { value: '--disable' });
    const hours = wholeNumber('new-webhook', values['new-webhook']);
    const pace = {
      sendsPerMinute: orNone(perMinute, (value) => wholeNumber('per-minute', value)),
      gapMs: orNone(gap, (value) => range('gap', value, ([min, max]) => ({ min: Number(min), max: Number(max) }))),
      warmupSteps: orNone(warmup, (value) => value.split(',').map((step) => wholeNumber('warmup', step.trim()))),
      quietHours: orNone(quiet, (value) =>
        range('quiet', value, ([from, to]) => ({ from, to, timeZone: zone ?? null })),
      ),
    };
    const { lines } = await context.client();
    const account = keys === undefined ? undefined : (await readKeys(keys, context)).account;
    const patch = given({
      ...{ ...pace, label: name, isDefault: values.default },
      disabled: disable ?? (enable === true ? false : undefined),
      account: account && values['keep-secrets'] ? keepingSecrets(account, await lines.list(), id) : account,
      renewWebhook: hours === undefined ? undefined : { keepFormerHours: hours },
    });
    const line = await lines.update({ id, ...patch } as Parameters<typeof lines.update>[0]);
    return { data: line, words: [lineTable([line], context.text), line.webhookPath].join('\n') };
  },
});

/** The secrets that check webhooks stay next to the new ones, while one is being replaced. */
function keepingSecrets(account: AccountPatch, lines: readonly Line[], id: string): AccountPatch {
  const secrets = lines.find((line) => line.id === id)?.account?.secrets ?? [];
  const kept = (list: 'webhookSecrets' | 'appSecrets') =>
    account[list] && [
      ...account[list],
      ...secrets.filter(({ name }) => name === list).map((_secret, index) => ({ keep: index })),
    ];
  return { ...account, ...given({ webhookSecrets: kept('webhookSecrets'), appSecrets: kept('appSecrets') }) };
}

const linesTest = defineCommand({
  name: 'lines test',
  operands: ['ID'],
  options: {},
  async run(_values, { client }, [id = '']) {
    const { lines } = await client();
    const found = await lines.test({ id });
    return { data: found, words: found.message };
  },
});

const linesRemove = defineCommand({
  name: 'lines remove',
  operands: ['ID'],
  options: { 'move-to': { type: 'string' }, 'cancel-waiting': { type: 'boolean' } },
  async run({ 'move-to': moveTo, 'cancel-waiting': cancel }, { client, text }, [id = '']) {
    if (moveTo !== undefined && cancel === true) throw new UsageError('usage.extra', { value: '--cancel-waiting' });
    const waiting = moveTo === undefined ? (cancel === true ? 'cancel' : undefined) : 'move';
    const { lines } = await client();
    const removed = await lines.remove({ params: { id }, query: given({ waiting, moveTo } as const) });
    return { data: removed, words: text('lines.removed', { id, ...removed }) };
  },
});

/** `none` takes away, no option leaves as it is. */
function orNone<Value>(given: string | undefined, read: (value: string) => Value): Value | null | undefined {
  if (given === undefined) return undefined;
  return given === NONE ? null : read(given);
}

/** Two values around a dash, such as `500-2500` or `21:00-08:00`. */
function range<Value>(option: string, value: string, read: (pair: [string, string]) => Value): Value {
  const [, from, to] = /^([\d:]+)-([\d:]+)$/.exec(value) ?? [];
  if (from === undefined || to === undefined)
    throw new UsageError('usage.not_a_range', { option: `--${option}`, value });
  return read([from, to]);
}

export const lineCommands: Command[] = [linesList, linesAdd, linesSet, linesTest, linesRemove];
