import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../backend/contract/contacts.ts';
import { findContacts } from '../api/findContacts.ts';
import { keys } from '../api/queries.ts';
import { readablePhone } from '../format/format.ts';
import { Button } from './Button.tsx';
import { Field, TextInput } from './Field.tsx';

const MOST_SHOWN = 5;

type ContactLookupProps = {
  label: string;
  hint: string;
  /** Where the search begins. */
  initial?: string;
  /** Never offered. */
  exceptId?: string;
  /** On the button of each contact that is found. */
  choose: string;
  busy?: boolean;
  onChoose: (contact: Contact) => void;
};

/** Finds one contact by a part of its name or phone. */
export function ContactLookup({ label, hint, initial = '', exceptId, choose, busy, onChoose }: ContactLookupProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(initial);
  const q = typed.trim();
  const { data } = useQuery({
    queryKey: [...keys.contactLookup, 'one', q],
    queryFn: ({ signal }) => findContacts(q, MOST_SHOWN + 1, signal),
    enabled: q !== '',
  });
  const found = data?.filter(({ id }) => id !== exceptId).slice(0, MOST_SHOWN);
  return (
    <>
      <Field label={label} hint={hint}>
        {(described) => <TextInput {...described} value={typed} onChange={(event) => setTyped(event.target.value)} />}
      </Field>
      {q !== '' && found && (
        <ul className="mt-2 flex flex-col gap-1">
          {found.map((contact) => (
            <li key={contact.id} className="flex items-center justify-between gap-2">
              <span className="min-w-0 truncate">
                {contact.name} <span className="text-soft">{readablePhone(contact.phone)}</span>
              </span>
              <Button size="small" disabled={busy} onClick={() => onChoose(contact)}>
                {choose}
                <span className="sr-only"> {contact.name || readablePhone(contact.phone)}</span>
              </Button>
            </li>
          ))}
          {found.length === 0 && <li className="text-soft">{t('contacts.lookup.none')}</li>}
        </ul>
      )}
    </>
  );
}
