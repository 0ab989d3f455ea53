import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Category, Contact } from '../../../backend/contract/contacts.ts';
import { startInterfaceHost, type InterfaceHost } from '../../support/interfaceHost.ts';
import { settled } from '../../support/interfacePage.ts';

/** The rule for a change to be seen (UI-3), in milliseconds. */
const AT_ONCE_MS = 50;
/** One change may wait for something of the machine's own; each try is a whole change. */
const TRIES = 5;

let open: InterfaceHost;
let page: Page;
let contact: Contact;
let category: Category;
beforeAll(async () => {
  open = await startInterfaceHost();
  page = open.page;
});
afterAll(() => open.end());

const made = async <Made>(route: string, body: object): Promise<Made> =>
  (await open.host.call<Made>('POST', route, body)).body;
beforeEach(async () => {
  category = await made<Category>('/categories', { name: 'Clients' });
  contact = await made<Contact>('/contacts', { name: 'Awa Diop', phone: '+33639980001', categoryIds: [category.id] });
  await made('/contacts', { name: 'Paul Martin', phone: '+33639980002' });
  await made('/categories', { name: 'Prospects' });
  await open.go('/contacts');
  await page.reload();
  await settled(page);
  await row('Awa Diop').waitFor();
  await entry('Clients').waitFor();
});
afterEach(async () => {
  for (const kind of ['contacts', 'categories']) {
    const { body } = await open.host.call<{ items: { id: string }[] }>('GET', `/${kind}`);
    for (const { id } of body.items) await open.host.call('DELETE', `/${kind}/${id}`);
  }
});

const row = (name: string): Locator => page.getByRole('row', { name });
const entry = (name: string): Locator =>
  page.getByRole('navigation', { name: 'Catégories' }).getByText(name, { exact: true });
const dialog = (): Locator => page.getByRole('dialog');
const alert = (title: string): Locator => page.getByRole('alert').filter({ hasText: title });

type Change = {
  /** The call that carries it to the backend. */
  rpc: string;
  /** Everything before the last click. */
  prepare: () => Promise<void>;
  click: () => Locator;
  /** A text that the change brings or takes away, and where. */
  text: string;
  where: 'main table' | 'nav[aria-label="Catégories"]';
  appears: boolean;
  /** What stands there again once it is undone. */
  standing: string;
  failed: string;
  /** Whether the backend has it. */
  isStored: () => Promise<boolean>;
};

const contactsNow = async () => (await open.host.call<{ items: Contact[] }>('GET', '/contacts')).body.items;
const categoriesNow = async () => (await open.host.call<{ items: Category[] }>('GET', '/categories')).body.items;
async function openContact(): Promise<void> {
  await open.go(`/contacts/${contact.id}`);
  await page.getByRole('complementary').getByText('+33 6 39 98 00 01').waitFor();
}
async function openMenu(item: string): Promise<void> {
  await page.getByRole('button', { name: 'Actions sur la catégorie Clients' }).click({ force: true });
  await page.getByRole('menuitem', { name: item }).click();
}

const CHANGES: Record<string, Change> = {
  'a new contact': {
    rpc: 'contacts/create',
    prepare: async () => {
      await open.go('/contacts/new');
      await dialog().getByRole('textbox', { name: 'Nom', exact: true }).fill('Zoé Neuve');
      await dialog().getByRole('textbox', { name: 'Téléphone' }).fill('06 39 98 00 09');
    },
    click: () => dialog().getByRole('button', { name: 'Créer' }),
    ...{ text: 'Zoé Neuve', where: 'main table', appears: true },
    standing: 'Awa Diop',
    failed: 'Le contact n’est pas enregistré',
    isStored: async () => (await contactsNow()).some(({ name }) => name === 'Zoé Neuve'),
  },
  'a change of a contact': {
    rpc: 'contacts/update',
    prepare: async () => {
      await openContact();
      await page.getByRole('button', { name: 'Modifier', exact: true }).click();
      await dialog().getByRole('textbox', { name: 'Nom', exact: true }).fill('Awa Changée');
    },
    click: () => dialog().getByRole('button', { name: 'Enregistrer' }),
    ...{ text: 'Awa Changée', where: 'main table', appears: true },
    standing: 'Awa Diop',
    failed: 'Le contact n’est pas enregistré',
    isStored: async () => (await contactsNow()).some(({ name }) => name === 'Awa Changée'),
  },
  'the end of a contact': {
    rpc: 'contacts/remove',
    prepare: async () => {
      await openContact();
      await page.getByRole('button', { name: 'Supprimer' }).click();
    },
    click: () => page.getByRole('alertdialog').getByRole('button', { name: 'Supprimer' }),
    ...{ text: 'Awa Diop', where: 'main table', appears: false },
    standing: 'Awa Diop',
    failed: 'Le contact n’est pas supprimé',
    isStored: async () => (await contactsNow()).every(({ id }) => id !== contact.id),
  },
  'a new category': {
    rpc: 'categories/create',
    prepare: async () => {
      await page.getByRole('button', { name: 'Nouvelle catégorie' }).click();
      await dialog().getByRole('textbox', { name: 'Nom de la catégorie' }).fill('Adhérents');
    },
    click: () => dialog().getByRole('button', { name: 'Enregistrer' }),
    ...{ text: 'Adhérents', where: 'nav[aria-label="Catégories"]', appears: true },
    standing: 'Clients',
    failed: 'La catégorie n’est pas enregistrée',
    isStored: async () => (await categoriesNow()).some(({ name }) => name === 'Adhérents'),
  },
  'a change of a category': {
    rpc: 'categories/update',
    prepare: async () => {
      await openMenu('Modifier');
      await dialog().getByRole('textbox', { name: 'Nom de la catégorie' }).fill('Habitués');
    },
    click: () => dialog().getByRole('button', { name: 'Enregistrer' }),
    ...{ text: 'Habitués', where: 'nav[aria-label="Catégories"]', appears: true },
    standing: 'Clients',
    failed: 'La catégorie n’est pas enregistrée',
    isStored: async () => (await categoriesNow()).some(({ name }) => name === 'Habitués'),
  },
  'the end of a category': {
    rpc: 'categories/remove',
    prepare: () => openMenu('Supprimer'),
    click: () => page.getByRole('alertdialog').getByRole('button', { name: 'Supprimer' }),
    ...{ text: 'Clients', where: 'nav[aria-label="Catégories"]', appears: false },
    standing: 'Clients',
    failed: 'La catégorie n’est pas supprimée',
    isStored: async () => (await categoriesNow()).every(({ id }) => id !== category.id),
  },
};

/** Clicks, and gives the milliseconds from the click until the text is there, or gone, on the page. */
async function clickAndTime({ click, where, text, appears }: Change): Promise<number> {
  const seen = page.evaluate(
    ([place, wanted, shown]) =>
      new Promise<number>((resolve) => {
        document.addEventListener(
          'click',
          ({ timeStamp }) => {
            const look = (): void => {
              if (document.querySelector(place)?.textContent.includes(wanted) !== shown) return;
              observer.disconnect();
              resolve(performance.now() - timeStamp);
            };
            const observer = new MutationObserver(look);
            observer.observe(document.body, { subtree: true, childList: true, characterData: true });
          },
          { capture: true, once: true },
        );
      }),
    [where, text, appears] as const,
  );
  await click().click();
  return seen;
}

const shown = ({ where, text }: Change) => page.locator(where).getByText(text, { exact: true });

/** Holds the call of a change until it is let through to the real host, or fails as a host that is out of order. */
async function holdCall({ rpc }: Change) {
  let decide = (_how: 'through' | 'fail'): void => {};
  const decided = new Promise<'through' | 'fail'>((resolve) => (decide = resolve));
  await page.route(
    `**/rpc/${rpc}`,
    async (route) => {
      if ((await decided) === 'through') await route.continue();
      else await route.fulfill({ status: 503, contentType: 'application/json', body: '{}' });
    },
    { times: 1 },
  );
  return decide;
}

it.for(Object.entries(CHANGES))(
  '%s is seen within 50 ms of the click; a server that fails undoes it with an explanation, a slow one keeps it (UI-3)',
  async ([, change]) => {
    const times: number[] = [];
    while (times.length < TRIES && !times.some((time) => time <= AT_ONCE_MS)) {
      const decide = await holdCall(change);
      await change.prepare();
      times.push(await clickAndTime(change));
      decide('fail');
      await alert(change.failed).waitFor();
      // A title alone explains nothing.
      expect(await alert(change.failed).locator('p').count()).toBe(2);
      await expect.poll(() => shown(change).count()).toBe(change.appears ? 0 : 1);
      expect(await page.locator(change.where).getByText(change.standing, { exact: true }).count()).toBe(1);
      expect(await change.isStored()).toBe(false);
      await page.keyboard.press('Escape');
      await alert(change.failed).getByRole('button', { name: 'Fermer' }).click();
    }
    expect(Math.min(...times)).toBeLessThanOrEqual(AT_ONCE_MS);

    const decide = await holdCall(change);
    await change.prepare();
    await clickAndTime(change);
    expect(await change.isStored()).toBe(false);
    decide('through');
    await expect.poll(change.isStored).toBe(true);
    await expect.poll(() => shown(change).count()).toBe(change.appears ? 1 : 0);
    expect(await alert(change.failed).count()).toBe(0);
  },
);

describe('what the backend itself refuses (UI-3, CMP-1, CMP-2)', () => {
  it('a phone that another contact has: the contact goes back to what it was, and the reason is said', async () => {
    await openContact();
    await page.getByRole('button', { name: 'Modifier', exact: true }).click();
    await dialog().getByRole('textbox', { name: 'Nom', exact: true }).fill('Awa Changée');
    await dialog().getByRole('textbox', { name: 'Téléphone' }).fill('06 39 98 00 02');
    await dialog().getByRole('button', { name: 'Enregistrer' }).click();
    await alert('Le contact n’est pas enregistré').getByText('existe déjà').waitFor();
    await row('Awa Diop').waitFor();
    await page.getByRole('complementary').getByRole('heading', { name: 'Awa Diop' }).waitFor();
    await page.getByRole('complementary').getByText('+33 6 39 98 00 01').waitFor();
    expect(await row('Awa Changée').count()).toBe(0);
  });

  it('a name that another category has', async () => {
    await openMenu('Modifier');
    await dialog().getByRole('textbox', { name: 'Nom de la catégorie' }).fill('prospects');
    await dialog().getByRole('button', { name: 'Enregistrer' }).click();
    await alert('La catégorie n’est pas enregistrée').getByText('Prospects').waitFor();
    await expect.poll(() => entry('Clients').count()).toBe(1);
    expect(await entry('prospects').count()).toBe(0);
  });
});

describe('editing (CMP-1, CMP-2)', () => {
  it('a contact: name, phone, attributes and categories are stored as they were typed', async () => {
    await openContact();
    await page.getByRole('button', { name: 'Modifier', exact: true }).click();
    await dialog().getByRole('textbox', { name: 'Nom', exact: true }).fill('Aïssatou Diop');
    await dialog().getByRole('textbox', { name: 'Téléphone' }).fill('06 39 98 00 10');
    await dialog().getByRole('checkbox', { name: 'Clients' }).uncheck();
    await dialog().getByRole('checkbox', { name: 'Prospects' }).check();
    await dialog().getByRole('button', { name: 'Ajouter une information' }).click();
    await dialog().getByRole('textbox', { name: 'Nom de l’information' }).fill('ville');
    await dialog().getByRole('textbox', { name: 'Valeur' }).fill('Saint-Étienne');
    await dialog().getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByText('Contact modifié').waitFor();
    await page.getByRole('complementary').getByText('Saint-Étienne').waitFor();
    const stored = (await open.host.call<Contact>('GET', `/contacts/${contact.id}`)).body;
    const prospects = (await categoriesNow()).find(({ name }) => name === 'Prospects');
    expect(stored).toMatchObject({
      ...{ name: 'Aïssatou Diop', phone: '+33639980010', attributes: { ville: 'Saint-Étienne' } },
      categoryIds: [prospects?.id],
    });
    await page.getByRole('searchbox').fill('saint etienne');
    await expect.poll(() => page.locator('[data-row-link]').allTextContents()).toEqual(['Aïssatou Diop']);
  });

  it('a category: name and colour; its contacts stay when it goes', async () => {
    await openMenu('Modifier');
    await dialog().getByRole('textbox', { name: 'Nom de la catégorie' }).fill('Habitués');
    await dialog().getByRole('radio').nth(2).check({ force: true });
    await dialog().getByRole('button', { name: 'Enregistrer' }).click();
    await expect.poll(async () => (await categoriesNow())[0]?.name).toBe('Habitués');
    expect((await categoriesNow())[0]).toMatchObject({ id: category.id, contactCount: 1 });
    expect((await categoriesNow())[0]?.color).toMatch(/^#/);
    await page.getByRole('button', { name: 'Actions sur la catégorie Habitués' }).click({ force: true });
    await page.getByRole('menuitem', { name: 'Supprimer' }).click();
    await page.getByRole('alertdialog').getByText('Ses contacts restent').waitFor();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Supprimer' }).click();
    await page.getByText('Catégorie supprimée').waitFor();
    expect((await contactsNow()).map(({ name, categoryIds }) => [name, categoryIds])).toContainEqual(['Awa Diop', []]);
  });
});
