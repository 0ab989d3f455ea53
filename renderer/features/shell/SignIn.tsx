import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { signIn, type SignInResult } from '../../api/session.ts';
import { retryConnection } from '../../api/startLive.ts';
import { Button } from '../../components/Button.tsx';
import { Field, TextInput } from '../../components/Field.tsx';

/** Asks for the password where the installation has one. */
export function SignIn() {
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const [result, setResult] = useState<SignInResult | 'asking' | null>(null);
  const sentences: Partial<Record<SignInResult, string>> = {
    wrong_password: t('signIn.wrong'),
    too_many: t('signIn.tooMany'),
    unreachable: t('signIn.unreachable'),
  };

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setResult('asking');
    const answer = await signIn(password);
    setResult(answer);
    if (answer === 'signed_in') retryConnection();
  };

  return (
    <main className="flex h-dvh items-center justify-center bg-canvas p-4">
      <form onSubmit={(event) => void submit(event)} className="card w-full max-w-sm p-6">
        <h1 className="text-20 font-semibold tracking-tight">{t('signIn.title')}</h1>
        <p className="mt-1 mb-5 text-soft">{t('signIn.text')}</p>
        <Field label={t('signIn.password')} error={result && result !== 'asking' ? sentences[result] : undefined}>
          {(described) => (
            <TextInput
              {...described}
              type="password"
              autoComplete="current-password"
              autoFocus
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <Button look="primary" type="submit" className="mt-4 w-full" disabled={result === 'asking' || password === ''}>
          {t('signIn.submit')}
        </Button>
      </form>
    </main>
  );
}
