import type { Page } from '../../contract/common.ts';
import type { Contact } from '../../contract/contacts.ts';
import { defineCommand, UsageError, type Client, type Command, type Text } from '../command.ts';
import { sheet, table } from '../layout.ts';
import { given, required, wholeNumber } from '../values.ts';
import { categoryIds } from './categories.ts';

/** `--set key=value`, as often as wanted. @throws UsageError for anything else */
function attributesOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const sign = pair.indexOf('=');
      if (sign < 1) throw new UsageError('usage.not_a_pair', { option: '--set', value: pair });
      return [pair.slice(0, sign), pair.slice(sign + 1)];
    }),
  );
}

function describe(contact: Contact, text: Text): string {
  return sheet([
    [text('field.id'), contact.id],
    [text('field.name'), contact.name],
    [text('field.phone'), contact.phone],
    ...Object.entries(contact.attributes),
    [text('field.categories'), contact.categoryIds.join(' ')],
    [text('field.optedOutAt'), contact.optedOutAt],
    [text('field.createdAt'), contact.createdAt],
  ]);
}

/** As the contract has it. */
const DEFAULT_ROWS = 50;

type ContactsAsked = { q?: string; categoryId?: string | undefined; cursor?: string; limit?: number };

/** A whole page: a search through very many contacts gives short ones that go on. */
export async function contactPage(api: Client, asked: ContactsAsked): Promise<Page<Contact>> {
  const wanted = asked.limit ?? DEFAULT_ROWS;
  let page = await api.contacts.list(asked);
  while (page.items.length < wanted && page.nextCursor !== null) {
    const left = { limit: wanted - page.items.length, cursor: page.nextCursor };
    const next = await api.contacts.list({ ...asked, ...left });
    page = { items: [...page.items, ...next.items], nextCursor: next.nextCursor };
  }
  return page;
}

const list = defineCommand({
  name: 'contacts list',
  options: {
    search: { type: 'string' },
    category: { type: 'string' },
    limit: { type: 'string' },
    cursor: { type: 'string' },
  },
  async run({ search, category, limit, cursor }, { client, text }) {
    const api = await client();
    const [categoryId] = category === undefined ? [] : await categoryIds(api, [category]);
    const asked = given({ q: search, categoryId, cursor, limit: wholeNumber('limit', limit) });
    const page = await contactPage(api, asked);
    const head = [text('field.id'), text('field.phone'), text('field.name')];
    const rows = page.items.map(({ id, phone, name }) => [id, phone, name]);
    const more = page.nextCursor === null ? [] : [text('list.more', { cursor: page.nextCursor })];
    return { data: page, words: [rows.length === 0 ? text('list.empty') : table([head, ...rows]), ...more].join('\n') };
  },
});

const show = defineCommand({
  name: 'contacts show',
  operands: ['ID'],
  options: {},
  async run(_values, { client, text }, [id = '']) {
    const { contacts } = await client();
    const contact = await contacts.get({ id });
    return { data: contact, words: describe(contact, text) };
  },
});

const OPTIONS = {
  name: { type: 'string' },
  phone: { type: 'string' },
  category: { type: 'string', multiple: true },
  set: { type: 'string', multiple: true },
} as const;

const add = defineCommand({
  name: 'contacts add',
  options: OPTIONS,
  async run({ name, phone, category, set }, { client, text }) {
    const contactInput = { phone: required('phone', phone), attributes: attributesOf(set ?? []) };
    const api = await client();
    const ids = await categoryIds(api, category ?? []);
    const contact = await api.contacts.create({ ...contactInput, ...given({ name }), categoryIds: ids });
    return { data: contact, words: text('contact.added', contact) };
  },
});

const edit = defineCommand({
  name: 'contacts edit',
  operands: ['ID'],
  options: OPTIONS,
  async run({ name, phone, category, set }, { client, text }, [id = '']) {
    const changed = attributesOf(set ?? []);
    const api = await client();
    const ids = category === undefined ? undefined : await categoryIds(api, category);
    // What is not named stays as it is.
    const attributes = set === undefined ? undefined : { ...(await api.contacts.get({ id })).attributes, ...changed };
    const contact = await api.contacts.update({ id, ...given({ name, phone, attributes, categoryIds: ids }) });
    return { data: contact, words: text('contact.changed', contact) };
  },
});

const remove = defineCommand({
  name: 'contacts remove',
  operands: ['ID'],
  options: {},
  async run(_values, { client, text }, [id = '']) {
    const { contacts } = await client();
    await contacts.remove({ id });
    return { data: { id, removed: true }, words: text('contact.removed', { id }) };
  },
});

const merge = defineCommand({
  name: 'contacts merge',
  operands: ['ID', 'OTHER'],
  options: { 'dry-run': { type: 'boolean' } },
  async run({ 'dry-run': dryRun = false }, { client, text }, [id = '', otherId = '']) {
    const { contacts } = await client();
    const contact = await contacts.merge({ id, otherId, dryRun });
    const said = text(dryRun ? 'contact.would_merge' : 'contact.merged', contact);
    return { data: contact, words: `${said}\n${describe(contact, text)}` };
  },
});

export const contactCommands: Command[] = [list, show, add, edit, remove, merge];
