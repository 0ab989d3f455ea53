import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Line, LinePatch } from '../../../backend/contract/lines.ts';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { Field, Select, TextInput } from '../../components/Field.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { toast } from '../../state/toasts.ts';
import { readPace, readSteps, typedPaceOf, type PaceField, type TypedPace } from './linePace.ts';
import { SaveBar } from './SaveBar.tsx';

/** How fast a line sends, how it is warmed up, and when it lets people sleep (SND-13). */
export function LinePaceForm({ line, settings }: { line: Line; settings: Settings }) {
  const { t } = useTranslation();
  const format = useFormat();
  const save = useSaveLine(line.id);
  const saved = typedPaceOf(line);
  const [edits, setEdits] = useState<Partial<TypedPace>>({});
  const typed = { ...saved, ...edits };
  const changed = (Object.keys(saved) as (keyof TypedPace)[]).some((name) => typed[name] !== saved[name]);
  const read = readPace(typed);
  const wrong = (field: PaceField, sentence: string): string | undefined =>
    'wrong' in read && read.wrong.includes(field) ? sentence : undefined;
  const input = (name: keyof TypedPace) => ({
    value: typed[name],
    onChange: (event: { target: { value: string } }) => setEdits({ ...edits, [name]: event.target.value }),
  });
  const zones = Intl.supportedValuesOf('timeZone');

  return (
    <form
      noValidate
      aria-label={t('settings.pace.label', { line: line.label })}
      onSubmit={(event) => {
        event.preventDefault();
        if ('patch' in read) save.mutate(read.patch, { onSuccess: () => setEdits({}) });
      }}
    >
      <div className="grid grid-cols-1 gap-4 mid:grid-cols-2">
        <Field
          label={t('settings.pace.perMinute')}
          hint={t('settings.pace.perMinuteHint', { count: settings.sendsPerMinute })}
          error={wrong('perMinute', t('settings.limits.outOfRange', { min: 1, max: 600 }))}
        >
          {(described) => (
            <TextInput
              {...described}
              inputMode="numeric"
              placeholder={`${settings.sendsPerMinute}`}
              {...input('perMinute')}
            />
          )}
        </Field>
        <Field
          label={t('settings.pace.gap')}
          hint={t('settings.pace.gapHint')}
          error={wrong('gap', t('settings.pace.gapWrong'))}
        >
          {(described) => (
            <div className="flex items-center gap-2">
              <TextInput
                {...described}
                inputMode="decimal"
                aria-label={t('settings.pace.gapMin')}
                placeholder={format.number(settings.sendGapMs.min / 1000)}
                {...input('gapMin')}
              />
              <span className="text-soft">{t('settings.pace.to')}</span>
              <TextInput
                inputMode="decimal"
                aria-label={t('settings.pace.gapMax')}
                placeholder={format.number(settings.sendGapMs.max / 1000)}
                {...input('gapMax')}
              />
            </div>
          )}
        </Field>
        <Field
          label={t('settings.pace.warmup')}
          hint={<WarmupHint typed={typed.warmup} startedDay={line.warmup?.startedDay ?? null} />}
          error={wrong('warmup', t('settings.pace.warmupWrong'))}
        >
          {(described) => <TextInput {...described} placeholder="20, 40, 80, 120" {...input('warmup')} />}
        </Field>
        <Field
          label={t('settings.pace.quiet')}
          hint={t('settings.pace.quietHint')}
          error={wrong('quiet', t('settings.pace.quietWrong'))}
        >
          {(described) => (
            <div className="flex items-center gap-2">
              <TextInput {...described} type="time" aria-label={t('settings.pace.quietFrom')} {...input('quietFrom')} />
              <span className="text-soft">{t('settings.pace.to')}</span>
              <TextInput type="time" aria-label={t('settings.pace.quietTo')} {...input('quietTo')} />
            </div>
          )}
        </Field>
        {typed.quietFrom !== '' && typed.quietTo !== '' && (
          <Field
            label={t('settings.pace.quietZone')}
            hint={t('settings.pace.quietZoneHint')}
            className="mid:col-start-2"
          >
            {(described) => (
              <Select {...described} {...input('quietZone')}>
                <option value="">{t('settings.pace.sharedZone', { zone: settings.timeZone })}</option>
                {[...new Set([...(typed.quietZone === '' ? [] : [typed.quietZone]), 'UTC', ...zones])].map((zone) => (
                  <option key={zone}>{zone}</option>
                ))}
              </Select>
            )}
          </Field>
        )}
      </div>
      <SaveBar changed={changed} busy={save.isPending} onReset={() => setEdits({})} />
    </form>
  );
}

/** The steps as days, so that a slip is seen before it is saved. */
function WarmupHint({ typed, startedDay }: { typed: string; startedDay: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const steps = readSteps(typed);
  if (!steps) return t('settings.pace.warmupHint');
  const days = steps.map((count, index) => t('settings.pace.warmupDay', { day: index + 1, count }));
  const started =
    startedDay === null
      ? t('settings.pace.warmupToStart')
      : t('settings.pace.warmupSince', { day: format.longDay(startedDay) });
  return `${days.join(' · ')}. ${started}`;
}

function useSaveLine(id: string) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (patch: Omit<LinePatch, 'id'>) => api.lines.update({ id, ...patch }),
    onSuccess: (line) => {
      queryClient.setQueryData<Settings>(
        keys.settings,
        (known) => known && { ...known, lines: known.lines.map((other) => (other.id === line.id ? line : other)) },
      );
      toast({ tone: 'success', title: t('settings.pace.saved') });
    },
    onError: (error) => toast({ tone: 'failure', title: t('settings.notSaved'), body: sentence(error) }),
  });
}
