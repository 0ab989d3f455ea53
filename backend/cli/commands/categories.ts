import type { Category } from '../../contract/contacts.ts';
import { CommandError, defineCommand, type Client, type Command } from '../command.ts';
import { table } from '../layout.ts';
import { given, required } from '../values.ts';

async function allCategories(api: Client): Promise<Category[]> {
  const known: Category[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.categories.list({ limit: 200, ...given({ cursor }) });
    known.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return known;
}

/** Ids of categories that are named as people write them; an id is taken too. */
export async function categoryIds(api: Client, wanted: readonly string[]): Promise<string[]> {
  if (wanted.length === 0) return [];
  const known = await allCategories(api);
  return wanted.map((name) => {
    const found = known.find((category) => category.id === name || isSameName(category.name, name));
    if (found) return found.id;
    throw new CommandError('failure.category_unknown', { name, known: known.map((category) => category.name) });
  });
}

function isSameName(one: string, other: string): boolean {
  return one.localeCompare(other, 'fr', { sensitivity: 'accent' }) === 0;
}

const list = defineCommand({
  name: 'categories list',
  options: {},
  async run(_values, { client, text }) {
    const all = await allCategories(await client());
    const head = [text('field.id'), text('field.totalContacts'), text('field.name')];
    const rows = all.map(({ id, name, contactCount }) => [id, String(contactCount), name]);
    return { data: all, words: rows.length === 0 ? text('list.empty') : table([head, ...rows]) };
  },
});

const add = defineCommand({
  name: 'categories add',
  options: { name: { type: 'string' }, color: { type: 'string' } },
  async run({ name, color }, { client, text }) {
    const input = { name: required('name', name), ...given({ color }) };
    const { categories } = await client();
    const category = await categories.create(input);
    return { data: category, words: text('category.added', category) };
  },
});

const edit = defineCommand({
  name: 'categories edit',
  operands: ['NAME'],
  options: { name: { type: 'string' }, color: { type: 'string' } },
  async run({ name, color }, { client, text }, [wanted = '']) {
    const api = await client();
    const [id = ''] = await categoryIds(api, [wanted]);
    const category = await api.categories.update({ id, ...given({ name, color }) });
    return { data: category, words: text('category.changed', category) };
  },
});

const remove = defineCommand({
  name: 'categories remove',
  operands: ['NAME'],
  options: {},
  async run(_values, { client, text }, [wanted = '']) {
    const api = await client();
    const [id = ''] = await categoryIds(api, [wanted]);
    await api.categories.remove({ id });
    return { data: { id, removed: true }, words: text('category.removed', { id }) };
  },
});

export const categoryCommands: Command[] = [list, add, edit, remove];
