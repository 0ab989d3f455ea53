import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LEAST_PASSPHRASE, type Protection } from '../../../backend/contract/protection.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Field, TextInput } from '../../components/Field.tsx';

type Choice = {
  isPending: boolean;
  mutate(passphrase: string, options: { onSuccess: (standing: Protection) => void }): void;
};

/** Protects secrets that lie in clear; in the desktop app alone, which asks for the passphrase at each start (DSK-6). */
export function ChoosePassphrase({ choice }: { choice: Choice }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('settings.protection.choosePassphrase')}
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={t('settings.protection.choosePassphrase')}
        text={t('settings.protection.passphraseText')}
      >
        <Form choice={choice} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

const SECRET = { type: 'password', autoComplete: 'new-password', maxLength: 500 } as const;

function Form({ choice, onClose }: { choice: Choice; onClose: () => void }) {
  const { t } = useTranslation();
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [checked, setChecked] = useState(false);
  const tooShort = passphrase.length < LEAST_PASSPHRASE;
  const differs = passphrase !== again;
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (!tooShort && !differs) choice.mutate(passphrase, { onSuccess: onClose });
      }}
    >
      <Field
        label={t('settings.protection.passphrase')}
        hint={t('settings.protection.passphraseHint')}
        error={checked && tooShort ? t('settings.protection.passphraseShort', { count: LEAST_PASSPHRASE }) : undefined}
      >
        {(described) => (
          <TextInput
            {...described}
            {...SECRET}
            value={passphrase}
            onChange={({ target }) => setPassphrase(target.value)}
          />
        )}
      </Field>
      <Field
        label={t('settings.protection.passphraseAgain')}
        error={checked && differs ? t('settings.protection.passphraseDiffers') : undefined}
      >
        {(described) => (
          <TextInput {...described} {...SECRET} value={again} onChange={({ target }) => setAgain(target.value)} />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button type="submit" look="primary" disabled={choice.isPending}>
          {t('settings.protection.protect')}
        </Button>
      </div>
    </form>
  );
}
