import { campaignStatus, type Campaign } from '../../contract/campaigns.ts';
import { defineCommand, type Command, type Text } from '../command.ts';
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

const transitions = (['start', 'pause', 'resume', 'cancel'] as const).map((action) =>
  defineCommand({
    name: `campaign ${action}`,
    operands: ['ID'],
    options: {},
    async run(_values, { client, text }, [id = '']) {
      const { campaigns } = await client();
      const campaign = await campaigns[action]({ id });
      return { data: campaign, words: text('campaign.one', campaign) };
    },
  }),
);

export const campaignCommands: Command[] = [campaignCreate, campaignList, campaignShow, ...transitions];
