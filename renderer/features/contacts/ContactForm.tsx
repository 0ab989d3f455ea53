import { useQuery } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact, ContactInput } from '../../../backend/contract/contacts.ts';
import { categoriesQuery } from '../../api/queries.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { Checkbox, Field, TextInput } from '../../components/Field.tsx';
import { Strip } from '../../components/Notices.tsx';

export const emptyContact: ContactInput = { name: '', phone: '', attributes: {}, categoryIds: [] };

export function contactInputOf({ name, phone, attributes, categoryIds }: Contact): ContactInput {
  return { name, phone, attributes, categoryIds };
}

type ContactFormProps = {
  initial: ContactInput;
  /** Why the last try was refused. */
  refusal?: string | undefined;
  submit: string;
  onSubmit: (input: ContactInput) => void;
  onCancel: () => void;
};

export function ContactForm({ initial, refusal, submit, onSubmit, onCancel }: ContactFormProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(initial.name);
  const [phone, setPhone] = useState(initial.phone);
  const [attributes, setAttributes] = useState(() => Object.entries(initial.attributes));
  const [categoryIds, setCategoryIds] = useState(initial.categoryIds);
  const [checked, setChecked] = useState(false);
  const { data: categories } = useQuery(categoriesQuery());
  const phoneMissing = checked && phone.trim() === '';

  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (phone.trim() === '') return;
        const named = attributes.map(([key, value]): [string, string] => [key.trim(), value.trim()]);
        onSubmit({
          name: name.trim(),
          phone: phone.trim(),
          attributes: Object.fromEntries(named.filter(([key]) => key !== '')),
          categoryIds,
        });
      }}
    >
      {refusal && <Strip tone="danger">{refusal}</Strip>}
      <div className="grid grid-cols-2 gap-3">
        <Field label={t('contacts.form.name')}>
          {(described) => (
            <TextInput
              {...described}
              autoFocus
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field
          label={t('contacts.form.phone')}
          hint={t('contacts.form.phoneHint')}
          error={phoneMissing ? t('contacts.form.phoneMissing') : undefined}
        >
          {(described) => (
            <TextInput
              {...described}
              type="tel"
              maxLength={40}
              value={phone}
              onChange={(event) => setPhone(event.target.value)}
            />
          )}
        </Field>
      </div>
      {categories && categories.length > 0 && (
        <fieldset>
          <legend className="mb-1.5 font-medium">{t('contacts.form.categories')}</legend>
          <div className="grid max-h-36 grid-cols-2 gap-x-3 gap-y-1.5 overflow-auto">
            {categories.map(({ id, name: label }) => (
              <Checkbox
                key={id}
                label={label}
                checked={categoryIds.includes(id)}
                onChange={() =>
                  setCategoryIds(
                    categoryIds.includes(id) ? categoryIds.filter((other) => other !== id) : [...categoryIds, id],
                  )
                }
              />
            ))}
          </div>
        </fieldset>
      )}
      <Attributes attributes={attributes} onChange={setAttributes} />
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>{t('common.cancel')}</Button>
        <Button look="primary" type="submit">
          {submit}
        </Button>
      </div>
    </form>
  );
}

type AttributesProps = { attributes: [string, string][]; onChange: (attributes: [string, string][]) => void };

/** What messages can be personalised with: name and value, as many as needed. */
function Attributes({ attributes, onChange }: AttributesProps) {
  const { t } = useTranslation();
  const set = (place: number, entry: [string, string]): void =>
    onChange(attributes.map((before, index) => (index === place ? entry : before)));
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">{t('contacts.form.attributes')}</legend>
      <div className="flex flex-col gap-2">
        {attributes.map(([key, value], index) => (
          <div key={index} className="flex items-center gap-2">
            <TextInput
              aria-label={t('contacts.form.attributeName')}
              placeholder={t('contacts.form.attributeName')}
              maxLength={64}
              value={key}
              onChange={(event) => set(index, [event.target.value, value])}
            />
            <TextInput
              aria-label={t('contacts.form.attributeValue')}
              placeholder={t('contacts.form.attributeValue')}
              maxLength={2000}
              value={value}
              onChange={(event) => set(index, [key, event.target.value])}
            />
            <IconButton
              label={t('contacts.form.removeAttribute', { name: key })}
              onClick={() => onChange(attributes.filter((_, place) => place !== index))}
            >
              <X size={14} />
            </IconButton>
          </div>
        ))}
        <Button
          look="quiet"
          size="small"
          icon={<Plus size={14} />}
          className="self-start"
          onClick={() => onChange([...attributes, ['', '']])}
        >
          {t('contacts.form.addAttribute')}
        </Button>
      </div>
    </fieldset>
  );
}
