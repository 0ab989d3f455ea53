import type { Line } from '../../contract/lines.ts';
import { defineCommand, UsageError, type Command, type Text } from '../command.ts';
import { table } from '../layout.ts';
import { given, wholeNumber } from '../values.ts';

/** Takes a setting of a line away. */
const NONE = 'none';

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
  const head = [text('field.id'), text('field.name'), text('field.state'), text('field.perMinute')];
  const rows = lines.map(({ id, label, state, sendsPerMinute, warmup, quietHours }) => [
    ...[id, label, state, `${sendsPerMinute ?? '-'}`, warmup?.steps.join(',') ?? '-'],
    quietHours === null ? '-' : `${quietHours.from}-${quietHours.to} ${quietHours.timeZone ?? ''}`.trim(),
  ]);
  return table([[...head, text('field.warmup'), text('field.quietHours')], ...rows]);
}

const linesSet = defineCommand({
  name: 'lines set',
  operands: ['ID'],
  options: {
    'per-minute': { type: 'string' },
    gap: { type: 'string' },
    warmup: { type: 'string' },
    quiet: { type: 'string' },
    zone: { type: 'string' },
  },
  async run(values, { client, text }, [id = '']) {
    const { 'per-minute': perMinute, gap, warmup, quiet, zone } = values;
    if (zone !== undefined && (quiet === undefined || quiet === NONE))
      throw new UsageError('usage.missing_option', { option: '--quiet' });
    const patch = given({
      sendsPerMinute: orNone(perMinute, (value) => wholeNumber('per-minute', value)),
      gapMs: orNone(gap, (value) => range('gap', value, ([min, max]) => ({ min: Number(min), max: Number(max) }))),
      warmupSteps: orNone(warmup, (value) => value.split(',').map((step) => wholeNumber('warmup', step.trim()))),
      quietHours: orNone(quiet, (value) =>
        range('quiet', value, ([from, to]) => ({ from, to, timeZone: zone ?? null })),
      ),
    });
    const { lines } = await client();
    const line = await lines.update({ id, ...patch });
    return { data: line, words: lineTable([line], text) };
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

export const lineCommands: Command[] = [linesList, linesSet];
