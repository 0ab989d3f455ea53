/** How a sign-in ended. */
export type SignInResult = 'signed_in' | 'wrong_password' | 'too_many' | 'unreachable';

/** Opens a session of this browser: the answer sets a cookie that scripts cannot read. */
export async function signIn(password: string): Promise<SignInResult> {
  try {
    const answer = await fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password }),
    });
    if (answer.ok) return 'signed_in';
    if (answer.status === 429) return 'too_many';
    return answer.status >= 500 ? 'unreachable' : 'wrong_password';
  } catch {
    return 'unreachable';
  }
}
