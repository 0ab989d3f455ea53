import { Agent, request } from 'undici';

/** Posts a message as the product would, without anything around it. */
export function createPost(provider: string | null): () => Promise<void> {
  if (provider === null) return () => Promise.resolve();
  const dispatcher = new Agent({ pipelining: 1 });
  const body = JSON.stringify({ device: 'device', phone: '+33639980001', message: 'Bonjour', reference: 'reference' });
  const headers = { accept: 'application/json', 'content-type': 'application/json', token: 'key' };
  return async () => {
    const answer = await request(`${provider}/messages`, { method: 'POST', headers, body, dispatcher });
    await answer.body.json();
  };
}
