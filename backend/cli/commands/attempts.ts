import { attemptState, messageType, type Attempt, type AttemptDetail } from '../../contract/attempts.ts';
import { defineCommand, type Command, type Text } from '../command.ts';
import { sheet, table } from '../layout.ts';
import { given, oneOf, required, wholeNumber } from '../values.ts';

/** As the contract has it. */
const DEFAULT_ROWS = 50;

const attemptsList = defineCommand({
  name: 'attempts list',
  options: {
    state: { type: 'string' },
    type: { type: 'string' },
    campaign: { type: 'string' },
    phone: { type: 'string' },
    search: { type: 'string' },
    parked: { type: 'boolean' },
    limit: { type: 'string' },
    cursor: { type: 'string' },
  },
  async run(values, { client, text }) {
    const { state, type, campaign, phone, search, parked, limit, cursor } = values;
    const filters = given({
      ...{ phone, parked, cursor, campaignId: campaign, q: search },
      state: state === undefined ? undefined : oneOf('state', state, attemptState.options),
      type: type === undefined ? undefined : oneOf('type', type, messageType.options),
      limit: wholeNumber('limit', limit),
    });
    const { attempts } = await client();
    const wanted = filters.limit ?? DEFAULT_ROWS;
    let page = await attempts.list(filters);
    // A search through many attempts gives short pages that go on.
    while (page.items.length < wanted && page.nextCursor !== null) {
      const left = { limit: wanted - page.items.length, cursor: page.nextCursor };
      const next = await attempts.list({ ...filters, ...left });
      page = { items: [...page.items, ...next.items], nextCursor: next.nextCursor };
    }
    const more = page.nextCursor === null ? [] : [text('list.more', { cursor: page.nextCursor })];
    return { data: page, words: [attemptTable(page.items, text), ...more].join('\n') };
  },
});

/** One row for each attempt. */
export function attemptTable(attempts: readonly Attempt[], text: Text): string {
  if (attempts.length === 0) return text('list.empty');
  const head = [text('field.id'), text('field.state'), text('field.type'), text('field.to'), text('field.createdAt')];
  const rows = attempts.map(({ id, state, type, to, createdAt, errorCode }) => [
    ...[id, state, type, to, createdAt, errorCode ?? ''],
  ]);
  return table([[...head, text('field.error')], ...rows]);
}

const attemptsShow = defineCommand({
  name: 'attempts show',
  operands: ['ID'],
  options: {},
  async run(_values, { client, text }, [id = '']) {
    const { attempts } = await client();
    const attempt = await attempts.get({ id });
    return { data: attempt, words: describe(attempt, text) };
  },
});

function describe(attempt: AttemptDetail, text: Text): string {
  const facts = sheet([
    [text('field.id'), attempt.id],
    [text('field.state'), attempt.state],
    [text('field.type'), attempt.type],
    [text('field.to'), attempt.to],
    [text('field.tries'), `${attempt.tries} / ${attempt.maxAttempts}`],
    [text('field.reference'), attempt.reference],
    [text('field.createdAt'), attempt.createdAt],
    [text('field.sentAt'), attempt.sentAt],
    [text('field.nextAttemptAt'), attempt.nextAttemptAt],
    [text('field.error'), attempt.errorMessage],
  ]);
  const timeline = table(
    attempt.timeline.map(({ at, event, detail }) => [at, event, detail ? JSON.stringify(detail) : '']),
  );
  return `${facts}\n\n${text('field.timeline')}\n${timeline}`;
}

const changes = (['retry', 'cancel'] as const).map((action) =>
  defineCommand({
    name: `attempts ${action}`,
    operands: ['ID'],
    options: {},
    async run(_values, { client, text }, [id = '']) {
      const { attempts } = await client();
      const attempt = await attempts[action]({ id });
      return { data: attempt, words: text('attempt.one', attempt) };
    },
  }),
);

const attemptsResolve = defineCommand({
  name: 'attempts resolve',
  operands: ['ID'],
  options: { outcome: { type: 'string' } },
  async run(values, { client, text }, [id = '']) {
    const outcome = oneOf('outcome', required('outcome', values.outcome), ['sent', 'not_sent']);
    const { attempts } = await client();
    const attempt = await attempts.resolve({ id, outcome });
    return { data: attempt, words: text('attempt.one', attempt) };
  },
});

export const attemptCommands: Command[] = [attemptsList, attemptsShow, ...changes, attemptsResolve];
