import { Plus } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, TextArea } from '../../components/Field.tsx';
import { inserted, MAX_MESSAGE_LENGTH } from './campaignDraft.ts';

type MessageFieldProps = {
  value: string;
  variables: readonly string[];
  onChange: (value: string) => void;
  error?: string | undefined;
};

/** The text of a message, with variables put in at the caret. */
export function MessageField({ value, variables, onChange, error }: MessageFieldProps) {
  const { t } = useTranslation();
  const area = useRef<HTMLTextAreaElement>(null);

  const insert = (variable: string): void => {
    const from = area.current?.selectionStart ?? value.length;
    const to = area.current?.selectionEnd ?? value.length;
    const { text, caret } = inserted(value, { from, to }, `{{${variable}}}`);
    onChange(text);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(caret, caret);
    });
  };

  return (
    <div>
      <Field
        label={t('campaigns.form.body')}
        error={error}
        hint={
          <span className="flex justify-between gap-4">
            <span>
              {t('campaigns.form.fallbackHint', {
                example: `{{${variables[0] ?? ''}|${t('campaigns.form.fallback')}}}`,
              })}
            </span>
            <span className="whitespace-nowrap">
              {t('campaigns.form.length', { used: value.length, max: MAX_MESSAGE_LENGTH })}
            </span>
          </span>
        }
      >
        {(described) => (
          <TextArea
            {...described}
            ref={area}
            rows={4}
            maxLength={MAX_MESSAGE_LENGTH}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      <div role="group" aria-label={t('campaigns.form.variables')} className="mt-2 flex flex-wrap gap-1.5">
        {variables.map((variable) => (
          <button
            key={variable}
            type="button"
            onClick={() => insert(variable)}
            className="inline-flex h-6 items-center gap-1 rounded-full border border-line bg-canvas px-2 text-12 text-soft transition-colors hover:border-edge hover:text-ink"
          >
            <Plus size={12} aria-hidden="true" />
            {variable}
          </button>
        ))}
      </div>
    </div>
  );
}
