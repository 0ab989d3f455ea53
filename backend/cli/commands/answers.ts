import type { WebhookEvent } from '../../contract/webhookEvents.ts';
import { CommandError, defineCommand, type Client, type Command } from '../command.ts';
import { table } from '../layout.ts';
import { contactPage } from './contacts.ts';
import { given, required, wholeNumber } from '../values.ts';

/** As the contract has it. */
const DEFAULT_ROWS = 50;
/** Reasons of an answer that found nobody. */
const UNKNOWN_SENDER = ['hidden_sender', 'unknown_contact'];

const isWithoutContact = ({ reason }: WebhookEvent): boolean => reason !== null && UNKNOWN_SENDER.includes(reason);

const list = defineCommand({
  name: 'answers list',
  options: { limit: { type: 'string' }, cursor: { type: 'string' } },
  async run({ limit, cursor }, { client, text }) {
    const { webhookEvents } = await client();
    const wanted = wholeNumber('limit', limit) ?? DEFAULT_ROWS;
    const found: WebhookEvent[] = [];
    let next: string | null = cursor ?? null;
    // Other events without a match stand between them. A page is no longer than what is wanted: none is left out.
    do {
      const page = await webhookEvents.list({
        ...{ verdict: 'unmatched', limit: wanted - found.length },
        ...given({ cursor: next ?? undefined }),
      });
      found.push(...page.items.filter(isWithoutContact));
      next = page.nextCursor;
    } while (found.length < wanted && next !== null);
    const head = [text('field.id'), text('field.receivedAt'), text('field.type'), text('field.phone')];
    const rows = found.map(({ id, receivedAt, event, phoneMasked }) => [id, receivedAt, event, phoneMasked ?? '-']);
    const more = next === null ? [] : [text('list.more', { cursor: next })];
    const words = [found.length === 0 ? text('list.empty') : table([head, ...rows]), ...more].join('\n');
    return { data: { items: found, nextCursor: next }, words };
  },
});

/** Id of a contact that is named by its id or by its phone. @throws CommandError when there is none */
async function contactIdOf(api: Client, contact: string): Promise<string> {
  if (!/^[+\d][\d\s().-]+$/.test(contact)) return contact;
  const { items } = await contactPage(api, { q: contact, limit: 2 });
  const [only, other] = items;
  if (only === undefined || other !== undefined) throw new CommandError('failure.contact_unknown', { contact });
  return only.id;
}

const assign = defineCommand({
  name: 'answers assign',
  operands: ['ID'],
  options: { contact: { type: 'string' } },
  async run({ contact }, { client, text }, [id = '']) {
    const named = required('contact', contact);
    const api = await client();
    const event = await api.webhookEvents.assign({ id, contactId: await contactIdOf(api, named) });
    return { data: event, words: text('answer.assigned', event) };
  },
});

/** Answers of senders that the provider hides, or that nobody knows (CMP-8). */
export const answerCommands: Command[] = [list, assign];
