import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Line } from '../../../backend/contract/lines.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Checkbox, Field, Segmented, TextInput } from '../../components/Field.tsx';
import { useWords } from '../../locales/i18n.ts';
import {
  draftOfLine,
  emptyLine,
  endingsOf,
  makeToken,
  problemsOfLine,
  secretList,
  toLineInput,
  toLinePatch,
  type DraftField,
  type LineDraft,
} from './lineDraft.ts';
import { useLineChanges } from './useLineChanges.ts';

type LineFormProps = { line: Line | null; demo: boolean; onClose: () => void };

/** A line at its provider: a new one, or the present one changed. Keys are typed and never shown again. */
export function LineForm({ line, demo, onClose }: LineFormProps) {
  const { t } = useTranslation();
  const words = useWords().settings.lines;
  const { add, update } = useLineChanges();
  const [draft, setDraft] = useState(line ? draftOfLine(line) : emptyLine);
  const [checked, setChecked] = useState(false);
  const hasKeys = line !== null && line.use !== 'keys_missing';
  const problems = problemsOfLine(draft, hasKeys);
  const change = (part: Partial<LineDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const error = (field: DraftField): string | undefined =>
    checked && problems.includes(field) ? words.wrong[field] : undefined;
  const own = words.fields[draft.provider];
  const busy = add.isPending || update.isPending;

  const save = (): void => {
    setChecked(true);
    if (problems.length > 0) return;
    const patch = line && toLinePatch(draft, line);
    if (line === null) add.mutate(toLineInput(draft), { onSuccess: onClose });
    else if (patch === null) onClose();
    else update.mutate(patch, { onSuccess: onClose });
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={line ? t('settings.lines.editTitle', { line: line.label }) : t('settings.lines.addTitle')}
      text={t(demo ? 'settings.lines.addInDemo' : 'settings.lines.addText')}
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        {line === null && (
          <Segmented
            label={t('settings.lines.providerLabel')}
            value={draft.provider}
            choices={(['wassenger', 'meta'] as const).map((value) => ({ value, label: words.provider[value] }))}
            onChange={(provider) => setDraft({ ...emptyLine, provider, label: draft.label })}
          />
        )}
        <Field label={t('settings.lines.name')} hint={t('settings.lines.nameHint')} error={error('label')}>
          {(described) => (
            <TextInput
              {...described}
              maxLength={60}
              value={draft.label}
              onChange={(event) => change({ label: event.target.value })}
            />
          )}
        </Field>
        <Field label={own.sender} hint={own.senderHint} error={error('sender')}>
          {(described) => (
            <TextInput
              {...described}
              className="font-mono"
              spellCheck={false}
              value={draft.sender}
              onChange={(event) => change({ sender: event.target.value })}
            />
          )}
        </Field>
        <SecretField
          label={own.key}
          error={error('key')}
          ending={hasKeys ? (endingsOf(line, draft.provider === 'meta' ? 'accessToken' : 'apiKey')[0] ?? '') : null}
          value={draft.key}
          onChange={(key) => change({ key })}
        />
        <WebhookSecrets line={line} draft={draft} error={error('newSecret')} change={change} />
        {draft.provider === 'meta' ? (
          <div className="flex items-start gap-2">
            <div className="min-w-0 flex-1">
              <SecretField
                shown
                label={t('settings.lines.verifyToken')}
                hint={t('settings.lines.verifyTokenHint')}
                error={error('verifyToken')}
                ending={hasKeys ? (endingsOf(line, 'verifyToken')[0] ?? '') : null}
                value={draft.verifyToken}
                onChange={(verifyToken) => change({ verifyToken })}
              />
            </div>
            <Button className="mt-[21px]" onClick={() => change({ verifyToken: makeToken() })}>
              {t('settings.lines.makeToken')}
            </Button>
          </div>
        ) : (
          <Checkbox
            label={t('settings.lines.hasReports')}
            hint={t('settings.lines.hasReportsHint')}
            checked={draft.deliveryReports}
            onChange={(event) => change({ deliveryReports: event.target.checked })}
          />
        )}
        <Field
          label={t('settings.lines.baseUrl')}
          optional={t('common.optional')}
          hint={t('settings.lines.baseUrlHint')}
          error={error('baseUrl')}
        >
          {(described) => (
            <TextInput
              {...described}
              className="font-mono"
              spellCheck={false}
              placeholder={own.baseUrl}
              value={draft.baseUrl}
              onChange={(event) => change({ baseUrl: event.target.value })}
            />
          )}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" type="submit" disabled={busy}>
            {line ? t('common.save') : t('settings.lines.addAndTest')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type SecretFieldProps = {
  label: string;
  hint?: string;
  error: string | undefined;
  /** How the present one ends; null when there is none. */
  ending: string | null;
  value: string;
  onChange: (value: string) => void;
  /** What is typed may be read, as it has to be copied elsewhere. */
  shown?: boolean;
};

function SecretField({ label, hint, error, ending, value, onChange, shown = false }: SecretFieldProps) {
  const { t } = useTranslation();
  return (
    <Field label={label} hint={hint ?? (ending === null ? undefined : t('settings.lines.emptyKeeps'))} error={error}>
      {(described) => (
        <TextInput
          {...described}
          type={shown ? 'text' : 'password'}
          autoComplete="new-password"
          className="font-mono"
          spellCheck={false}
          placeholder={ending === null ? '' : `••••••••${ending}`}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

type WebhookSecretsProps = {
  line: Line | null;
  draft: LineDraft;
  error: string | undefined;
  change: (part: Partial<LineDraft>) => void;
};

/** Several while one is being replaced: the old one is taken out once the provider signs with the new one. */
function WebhookSecrets({ line, draft, error, change }: WebhookSecretsProps) {
  const { t } = useTranslation();
  const words = useWords().settings.lines.fields[draft.provider];
  const endings = endingsOf(line, secretList(draft.provider));
  return (
    <div className="flex flex-col gap-2">
      {draft.kept.length > 0 && (
        <ul aria-label={words.secrets} className="flex flex-wrap gap-2">
          {draft.kept.map((place) => (
            <li
              key={place}
              className="flex items-center gap-1 rounded-field border border-line bg-canvas py-0.5 pr-0.5 pl-2"
            >
              <code className="font-mono text-12">••••{endings[place]}</code>
              <IconButton
                label={t('settings.lines.dropSecret', { ending: endings[place] ?? '' })}
                className="!size-6"
                onClick={() => change({ kept: draft.kept.filter((other) => other !== place) })}
              >
                <Trash2 size={13} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <SecretField
        label={draft.kept.length > 0 ? words.anotherSecret : words.secrets}
        hint={words.secretsHint}
        error={error}
        ending={null}
        value={draft.newSecret}
        onChange={(newSecret) => change({ newSecret })}
      />
    </div>
  );
}
