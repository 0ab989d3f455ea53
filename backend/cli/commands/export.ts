import { attemptState, messageType } from '../../contract/attempts.ts';
import { recipientState } from '../../contract/campaigns.ts';
import type { ExportChunk } from '../../contract/exports.ts';
import { defineCommand, UsageError, type Answer, type Command, type Context } from '../command.ts';
import { given, oneOf, required } from '../values.ts';

const OUTPUT = { out: { type: 'string' }, separator: { type: 'string' }, json: { type: 'boolean' } } as const;
type OutputValues = { out?: string; separator?: string; json?: boolean };

const separatorOf = ({ separator }: OutputValues) =>
  given({ separator: separator === undefined ? undefined : oneOf('separator', separator, [',', ';']) });

/** Writes an export as it comes: to a file, or to the output, which then holds nothing else. */
async function save(
  { out, json }: OutputValues,
  { client, openOutput, progress, text }: Context,
  ask: (api: Awaited<ReturnType<Context['client']>>) => Promise<AsyncIterable<ExportChunk>>,
): Promise<Answer> {
  if (json === true && out === undefined) throw new UsageError('usage.json_needs_out');
  const chunks = await ask(await client());
  const output = await openOutput(out);
  let rows = 0;
  try {
    for await (const chunk of chunks) {
      await output.write(chunk.csv);
      rows += chunk.rows;
      if (out !== undefined) progress(text('export.progress', { rows }));
    }
  } finally {
    await output.close();
  }
  return {
    data: { rows, file: out ?? null },
    words: out === undefined ? '' : text('export.done', { rows, file: out }),
  };
}

const recipients = defineCommand({
  name: 'export recipients',
  options: { campaign: { type: 'string' }, state: { type: 'string' }, ...OUTPUT },
  run(values, context) {
    const { campaign, state } = values;
    const id = required('campaign', campaign);
    const ofState = given({ state: state === undefined ? undefined : oneOf('state', state, recipientState.options) });
    const input = { id, ...ofState, ...separatorOf(values) };
    return save(values, context, (api) => api.exports.recipients(input));
  },
});

const attempts = defineCommand({
  name: 'export attempts',
  options: { campaign: { type: 'string' }, state: { type: 'string' }, type: { type: 'string' }, ...OUTPUT },
  run(values, context) {
    const { campaign, state, type } = values;
    const filters = given({
      campaignId: campaign,
      state: state === undefined ? undefined : oneOf('state', state, attemptState.options),
      type: type === undefined ? undefined : oneOf('type', type, messageType.options),
    });
    return save(values, context, (api) => api.exports.attempts({ ...filters, ...separatorOf(values) }));
  },
});

const errors = defineCommand({
  name: 'export errors',
  options: { campaign: { type: 'string' }, ...OUTPUT },
  run(values, context) {
    const input = { ...given({ campaignId: values.campaign }), ...separatorOf(values) };
    return save(values, context, (api) => api.exports.errors(input));
  },
});

export const exportCommands: Command[] = [recipients, attempts, errors];
