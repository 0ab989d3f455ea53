import { useQuery } from '@tanstack/react-query';
import { Ellipsis, Pencil, Plus, Trash2, Users } from 'lucide-react';
import { DropdownMenu as Menu } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Category } from '../../../backend/contract/contacts.ts';
import { categoriesQuery } from '../../api/queries.ts';
import { IconButton } from '../../components/Button.tsx';
import { CategoryDot } from '../../components/CategoryDot.tsx';
import { Confirm, Dialog } from '../../components/Dialog.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { href, navigate } from '../../state/router.ts';
import { CategoryForm } from './CategoryForm.tsx';
import { useCategoryChanges } from './useCategoryChanges.ts';

type Asked = { what: 'create' } | { what: 'edit' | 'remove'; category: Category };

/** Categories beside the list: choose one, make one, change one. */
export function CategoryColumn({ chosen, q }: { chosen: string | undefined; q: string }) {
  const { t } = useTranslation();
  const { data: categories } = useQuery(categoriesQuery());
  const [asked, setAsked] = useState<Asked | null>(null);
  const changes = useCategoryChanges();
  const close = (): void => setAsked(null);

  return (
    <nav aria-label={t('contacts.category.title')} className="flex w-56 shrink-0 flex-col overflow-y-auto pb-4 pl-4">
      <ul className="flex flex-col gap-0.5">
        <Entry
          to={href(['contacts'], { q })}
          current={!chosen}
          sign={<Users size={14} className="text-faint" aria-hidden="true" />}
          name={t('contacts.category.all')}
        />
        {categories?.map((category) => (
          <Entry
            key={category.id}
            to={href(['contacts'], { q, category: category.id })}
            current={chosen === category.id}
            sign={<CategoryDot color={category.color} />}
            name={category.name}
            count={category.contactCount}
            actions={<CategoryMenu category={category} onAsk={(what) => setAsked({ what, category })} />}
          />
        ))}
      </ul>
      <button
        type="button"
        onClick={() => setAsked({ what: 'create' })}
        className="mt-1 flex h-8 items-center gap-2 rounded-field px-2 text-left text-soft hover:bg-fill hover:text-ink"
      >
        <Plus size={14} aria-hidden="true" />
        {t('contacts.category.create')}
      </button>
      <Dialog
        open={asked?.what === 'create' || asked?.what === 'edit'}
        onClose={close}
        title={asked?.what === 'edit' ? t('contacts.category.editTitle') : t('contacts.category.create')}
      >
        <CategoryForm
          initial={asked?.what === 'edit' ? asked.category : { name: '', color: null }}
          onCancel={close}
          onSubmit={(values) => {
            close();
            if (asked?.what === 'edit') changes.update.mutate({ id: asked.category.id, ...values });
            else changes.create.mutate(values);
          }}
        />
      </Dialog>
      <Confirm
        open={asked?.what === 'remove'}
        onClose={close}
        danger
        title={t('contacts.category.removeTitle', { name: asked?.what === 'remove' ? asked.category.name : '' })}
        text={t('contacts.category.removeText')}
        confirm={t('common.remove')}
        onConfirm={() => {
          if (asked?.what !== 'remove') return;
          changes.remove.mutate(asked.category.id);
          if (chosen === asked.category.id) navigate(href(['contacts'], { q }));
          close();
        }}
      />
    </nav>
  );
}

type EntryProps = { to: string; current: boolean; sign: ReactNode; name: string; count?: number; actions?: ReactNode };

function Entry({ to, current, sign, name, count, actions }: EntryProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li className="group flex items-center gap-1 rounded-field hover:bg-fill has-aria-[current]:bg-fill">
      <a
        href={to}
        aria-current={current ? 'page' : undefined}
        className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-field pl-2 aria-[current]:font-medium"
      >
        <span className="flex w-4 shrink-0 justify-center">{sign}</span>
        <span className="min-w-0 flex-1 truncate">{name}</span>
        {count !== undefined && (
          <span className="pr-1 text-12 text-soft">
            <span aria-hidden="true">{format.number(count)}</span>
            <span className="sr-only">{t('contacts.category.count', { count })}</span>
          </span>
        )}
      </a>
      {actions ?? <span className="w-1" />}
    </li>
  );
}

function CategoryMenu({ category, onAsk }: { category: Category; onAsk: (what: 'edit' | 'remove') => void }) {
  const { t } = useTranslation();
  const item = 'flex h-8 items-center gap-2.5 rounded-field px-2.5 outline-none data-[highlighted]:bg-fill';
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger asChild>
        <IconButton
          label={t('contacts.category.actions', { name: category.name })}
          className="size-6 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100"
        >
          <Ellipsis size={14} />
        </IconButton>
      </Menu.Trigger>
      <Menu.Content
        align="start"
        className="appear z-50 min-w-40 rounded-card border border-line bg-raised p-1 text-13 shadow-over"
      >
        <Menu.Item className={item} onSelect={() => onAsk('edit')}>
          <Pencil size={14} className="text-soft" aria-hidden="true" />
          {t('contacts.category.rename')}
        </Menu.Item>
        <Menu.Item className={`${item} text-danger`} onSelect={() => onAsk('remove')}>
          <Trash2 size={14} aria-hidden="true" />
          {t('common.remove')}
        </Menu.Item>
      </Menu.Content>
    </Menu.Root>
  );
}
