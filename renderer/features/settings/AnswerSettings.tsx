import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { Checkbox, Field, TextInput } from '../../components/Field.tsx';
import { SaveBar } from './SaveBar.tsx';
import { wordsIn } from './stopWords.ts';
import { useSaveSettings } from './useSaveSettings.ts';

/** What counts as an answer, and which answers opt out. */
export function AnswerSettings({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const save = useSaveSettings();
  const saved = {
    countReactions: settings.countReactions,
    countStickers: settings.countStickers,
    stopWords: settings.stopWords.join(', '),
  };
  const [edits, setEdits] = useState<Partial<typeof saved>>({});
  const typed = { ...saved, ...edits };
  const changed = (Object.keys(saved) as (keyof typeof saved)[]).some((key) => typed[key] !== saved[key]);
  return (
    <form
      className="mt-3 flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ ...typed, stopWords: wordsIn(typed.stopWords) }, { onSuccess: () => setEdits({}) });
      }}
    >
      <Checkbox
        label={t('settings.answers.reactions')}
        checked={typed.countReactions}
        onChange={(event) => setEdits({ ...edits, countReactions: event.target.checked })}
      />
      <Checkbox
        label={t('settings.answers.stickers')}
        checked={typed.countStickers}
        onChange={(event) => setEdits({ ...edits, countStickers: event.target.checked })}
      />
      <Field label={t('settings.answers.stopWords')} hint={t('settings.answers.stopWordsHint')}>
        {(described) => (
          <TextInput
            {...described}
            value={typed.stopWords}
            onChange={(event) => setEdits({ ...edits, stopWords: event.target.value })}
          />
        )}
      </Field>
      <SaveBar changed={changed} busy={save.isPending} onReset={() => setEdits({})} />
    </form>
  );
}
