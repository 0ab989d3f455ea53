import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LEAST_PASSPHRASE, type Protection } from '../../../backend/contract/protection.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Field, TextInput } from '../../components/Field.tsx';
import { useWords } from '../../locales/i18n.ts';

/** A first passphrase, another one in place of the one in force, or none any more. */
export type PassphraseStep = 'choose' | 'change' | 'remove';
export type PassphraseInput = { step: PassphraseStep; passphrase: string; current: string };
type Change = {
  isPending: boolean;
  mutate(input: PassphraseInput, options: { onSuccess: (standing: Protection) => void }): void;
};
type Step = { step: PassphraseStep; change: Change };

/** One step of the passphrase; in the desktop app alone, which asks for it at each start (DSK-6). */
export function Passphrase({ step, change }: Step) {
  const [open, setOpen] = useState(false);
  const words = useWords().settings.protection.steps[step];
  const close = (): void => setOpen(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {words.title}
      </Button>
      <Dialog open={open} onClose={close} title={words.title} text={words.text}>
        <Form step={step} change={change} onClose={close} />
      </Dialog>
    </>
  );
}

function Form({ step, change, onClose }: Step & { onClose: () => void }) {
  const { t } = useTranslation();
  const words = useWords().settings.protection.steps[step];
  const [current, setCurrent] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [checked, setChecked] = useState(false);
  const missing = step !== 'choose' && current === '';
  const tooShort = step !== 'remove' && passphrase.length < LEAST_PASSPHRASE;
  const differs = step !== 'remove' && passphrase !== again;
  const error = (wrong: boolean, sentence: string): string | undefined => (checked && wrong ? sentence : undefined);
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (!missing && !tooShort && !differs) change.mutate({ step, passphrase, current }, { onSuccess: onClose });
      }}
    >
      {step !== 'choose' && (
        <Secret
          label={t('settings.protection.currentPassphrase')}
          error={error(missing, t('settings.protection.currentMissing'))}
          value={current}
          onChange={setCurrent}
          known
        />
      )}
      {step !== 'remove' && (
        <>
          <Secret
            label={t(step === 'choose' ? 'settings.protection.passphrase' : 'settings.protection.newPassphrase')}
            hint={t('settings.protection.passphraseHint')}
            error={error(tooShort, t('settings.protection.passphraseShort', { count: LEAST_PASSPHRASE }))}
            value={passphrase}
            onChange={setPassphrase}
          />
          <Secret
            label={t('settings.protection.passphraseAgain')}
            error={error(differs, t('settings.protection.passphraseDiffers'))}
            value={again}
            onChange={setAgain}
          />
        </>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button type="submit" look="primary" disabled={change.isPending}>
          {words.confirm}
        </Button>
      </div>
    </form>
  );
}

type SecretProps = {
  label: string;
  hint?: string;
  error: string | undefined;
  value: string;
  onChange: (text: string) => void;
  /** One that is in force, which a password manager may fill in. */
  known?: boolean;
};

function Secret({ label, hint, error, value, onChange, known = false }: SecretProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(described) => (
        <TextInput
          {...described}
          type="password"
          autoComplete={known ? 'current-password' : 'new-password'}
          maxLength={500}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
