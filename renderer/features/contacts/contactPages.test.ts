import { expect, it } from 'vitest';
import { someContact } from '../../../tests/support/samples.ts';
import { withAdded, withChanged, withRemoved, type ContactPages } from './contactPages.ts';

const zoe = { ...someContact, id: 'contact-2', name: 'Zoé' };
const data: ContactPages = {
  pageParams: [undefined, '1'],
  pages: [
    { items: [someContact], nextCursor: '1' },
    { items: [zoe], nextCursor: null },
  ],
};
const names = ({ pages }: ContactPages): string[] => pages.flatMap(({ items }) => items.map(({ name }) => name));

it('shows a new, a changed and a deleted contact before the backend has answered (UI-3)', () => {
  expect(names(withAdded(data, { ...someContact, id: 'new', name: 'Karim' }))).toEqual(['Karim', 'Awa', 'Zoé']);
  expect(names(withChanged(data, 'contact-2', { name: 'Zoé Martin' }))).toEqual(['Awa', 'Zoé Martin']);
  expect(names(withRemoved(data, 'contact-1'))).toEqual(['Zoé']);
});

it('leaves what it was given as it is, so that a refusal can put it back (UI-3)', () => {
  withAdded(data, zoe);
  withChanged(data, 'contact-2', { name: 'x' });
  withRemoved(data, 'contact-2');
  expect(names(data)).toEqual(['Awa', 'Zoé']);
});
