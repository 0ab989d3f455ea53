import { useQuery } from '@tanstack/react-query';
import { Dialog } from 'radix-ui';
import { useId, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { findContacts } from '../../api/findContacts.ts';
import { keys } from '../../api/queries.ts';
import { closePalette, usePalette } from '../../state/palette.ts';
import { useCommands, type Command } from './useCommands.ts';

const MOST_CONTACTS = 5;
const FROM_LETTERS = 2;

/** Ctrl or Cmd K: pages, actions and contacts by a few letters. */
export function CommandPalette() {
  const { t } = useTranslation();
  const open = usePalette((palette) => palette.open);

  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && closePalette()}>
      <Dialog.Portal>
        <Dialog.Overlay className="appear fixed inset-0 z-40 bg-shade" />
        <Dialog.Content
          aria-describedby={undefined}
          className="appear fixed top-[14vh] left-1/2 z-50 flex max-h-[60vh] w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 flex-col overflow-hidden rounded-card border border-line bg-raised shadow-over"
        >
          <Dialog.Title className="sr-only">{t('palette.title')}</Dialog.Title>
          <Finder />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Finder() {
  const { t } = useTranslation();
  const listId = useId();
  const [text, setText] = useState('');
  const [marked, setMarked] = useState(0);
  const { data: contacts } = useQuery({
    queryKey: [...keys.contactLookup, 'palette', text],
    queryFn: ({ signal }) => findContacts(text, MOST_CONTACTS, signal),
    enabled: text.trim().length >= FROM_LETTERS,
  });
  const commands = useCommands(text, contacts ?? []);
  const current = commands[Math.min(marked, commands.length - 1)];

  const run = (command: Command | undefined): void => {
    if (!command) return;
    closePalette();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0)
      setMarked((before) => (Math.min(before, commands.length - 1) + step + commands.length) % commands.length);
    else if (event.key === 'Enter') run(current);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={current ? `${listId}-${current.id}` : undefined}
        aria-label={t('palette.title')}
        placeholder={t('palette.placeholder')}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setMarked(0);
        }}
        onKeyDown={onKeyDown}
        className="h-12 shrink-0 border-b border-line bg-transparent px-4 text-15 outline-none"
      />
      <div id={listId} role="listbox" aria-label={t('palette.title')} className="min-h-0 flex-1 overflow-auto p-1">
        {commands.map((command) => (
          <Choice
            key={command.id}
            id={`${listId}-${command.id}`}
            command={command}
            marked={command === current}
            onRun={run}
          />
        ))}
        {commands.length === 0 && <p className="px-3 py-6 text-center text-soft">{t('palette.nothing')}</p>}
      </div>
      <p className="shrink-0 border-t border-line px-4 py-2 text-12 text-soft">{t('palette.hint')}</p>
    </>
  );
}

type ChoiceProps = { id: string; command: Command; marked: boolean; onRun: (command: Command) => void };

function Choice({ id, command, marked, onRun }: ChoiceProps) {
  const Icon = command.icon;
  return (
    <div
      id={id}
      role="option"
      aria-selected={marked}
      ref={(element) => {
        if (marked) element?.scrollIntoView({ block: 'nearest' });
      }}
      onClick={() => onRun(command)}
      className="flex h-9 cursor-pointer items-center gap-2.5 rounded-field px-3 text-13 hover:bg-hover aria-selected:bg-fill"
    >
      <Icon size={15} className="shrink-0 text-soft" aria-hidden="true" />
      <span className="truncate font-medium">{command.title}</span>
      <span className="ml-auto shrink-0 text-12 text-soft">{command.detail}</span>
    </div>
  );
}
