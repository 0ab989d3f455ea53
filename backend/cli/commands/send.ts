import { transactionalType } from '../../contract/attempts.ts';
import { defineCommand } from '../command.ts';
import { given, oneOf, required, wholeNumber } from '../values.ts';

export const send = defineCommand({
  name: 'send',
  options: {
    to: { type: 'string' },
    body: { type: 'string' },
    type: { type: 'string' },
    priority: { type: 'string' },
    category: { type: 'string' },
    title: { type: 'string' },
    line: { type: 'string' },
    'send-at': { type: 'string' },
    'idempotency-key': { type: 'string' },
    'max-attempts': { type: 'string' },
    'when-possible': { type: 'boolean' },
  },
  async run(values, { client, text }) {
    const { to, body, type, category, title, line } = values;
    const message = {
      to: required('to', to),
      body: required('body', body),
      ...given({
        ...{ category, title, line },
        type: type === undefined ? undefined : oneOf('type', type, transactionalType.options),
        priority: wholeNumber('priority', values.priority),
        maxAttempts: wholeNumber('max-attempts', values['max-attempts']),
        sendAt: values['send-at'],
        idempotencyKey: values['idempotency-key'],
        whenPossible: values['when-possible'],
      }),
    };
    const { messages } = await client();
    const { status, body: attempt } = await messages.send(message);
    return { data: attempt, words: text(status === 200 ? 'send.known' : 'send.queued', attempt) };
  },
});
