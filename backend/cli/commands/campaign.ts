import { setTimeout as passed } from 'node:timers/promises';
import { campaignStatus, type Campaign } from '../../contract/campaigns.ts';
import { CommandError, defineCommand, type Command, type Context, type Text } from '../command.ts';
import { sheet, table } from '../layout.ts';
import { given, oneOf, required, wholeNumber } from '../values.ts';
import { categoryIds } from './categories.ts';

const campaignCreate = defineCommand({
  name: 'campaign create',
  options: {
    name: { type: 'string' },
    category: { type: 'string', multiple: true },
    message1: { type: 'string' },
    message2: { type: 'string' },
    'start-at': { type: 'string' },
    line: { type: 'string' },
    'per-minute': { type: 'string' },
  },
  async run(values, { client, text }) {
    const name = required('name', values.name);
    const message1 = { body: required('message1', values.message1) };
    const message2 = { body: required('message2', values.message2) };
    const wanted = values.category ?? [required('category', undefined)];
    const api = await client();
    const campaign = await api.campaigns.create({
      ...{ name, message1, message2, categoryIds: await categoryIds(api, wanted) },
      ...given({
        startAt: values['start-at'],
        line: values.line,
        sendsPerMinute: wholeNumber('per-minute', values['per-minute']),
      }),
    });
    return { data: campaign, words: text('campaign.one', campaign) };
  },
});

const campaignList = defineCommand({
  name: 'campaign list',
  options: { status: { type: 'string' }, limit: { type: 'string' }, cursor: { type: 'string' } },
  async run({ status, limit, cursor }, { client, text }) {
    const filters = given({
      status: status === undefined ? undefined : oneOf('status', status, campaignStatus.options),
      limit: wholeNumber('limit', limit),
      cursor,
    });
    const { campaigns } = await client();
    const page = await campaigns.list(filters);
    const head = [text('field.id'), text('field.status'), text('field.messagesSent'), text('field.name')];
    const rows = page.items.map(({ id, status: state, messagesSent, totalContacts, name }) => [
      ...[id, state, `${messagesSent} / ${totalContacts}`, name],
    ]);
    const more = page.nextCursor === null ? [] : [text('list.more', { cursor: page.nextCursor })];
    return { data: page, words: [rows.length === 0 ? text('list.empty') : table([head, ...rows]), ...more].join('\n') };
  },
});

const campaignShow = defineCommand({
  name: 'campaign show',
  operands: ['ID'],
  options: {},
  async run(_values, { client, text }, [id = '']) {
    const { campaigns } = await client();
    const campaign = await campaigns.get({ id });
    return { data: campaign, words: describe(campaign, text) };
  },
});

const FIGURES = [
  'totalContacts',
  'messagesSent',
  'messagesDelivered',
  'messagesRead',
  'interactions',
  'message2Sent',
  'failures',
  'noInteraction',
  'late',
  'optedOut',
  'cancelled',
] as const;

function describe(campaign: Campaign, text: Text): string {
  return sheet([
    [text('field.id'), campaign.id],
    [text('field.name'), campaign.name],
    [text('field.status'), campaign.status],
    ...FIGURES.map((figure) => [text(`field.${figure}`), campaign[figure]] as const),
  ]);
}

/** How often a launch is asked where it stands. */
const LOOK_EVERY_MS = 200;

/** A big campaign is launched, or taken back, in steps: waits for the last one, and shows how far it is. */
async function untilPrepared(campaign: Campaign, context: Context): Promise<Campaign> {
  const { preparation } = campaign;
  if (preparation === null) return campaign;
  const { done, expected, cancelling } = preparation;
  const percent = expected === 0 ? 0 : Math.floor((100 * done) / expected);
  context.progress(
    cancelling
      ? context.text('campaign.withdrawing', { count: expected })
      : context.text('campaign.preparing', { percent, count: campaign.totalContacts }),
  );
  await passed(LOOK_EVERY_MS);
  const { campaigns } = await context.client();
  return untilPrepared(await campaigns.get({ id: campaign.id }), context);
}

const transitions = (['start', 'pause', 'resume', 'cancel'] as const).map((action) =>
  defineCommand({
    name: `campaign ${action}`,
    operands: ['ID'],
    options: {},
    async run(_values, context, [id = '']) {
      const { client, text } = context;
      const { campaigns } = await client();
      const campaign = await untilPrepared(await campaigns[action]({ id }), context);
      if (action === 'start' && campaign.status === 'draft') throw new CommandError('failure.launch_cancelled', { id });
      return { data: campaign, words: text('campaign.one', campaign) };
    },
  }),
);

export const campaignCommands: Command[] = [campaignCreate, campaignList, campaignShow, ...transitions];
