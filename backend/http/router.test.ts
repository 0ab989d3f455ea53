import { createRouterClient, ORPCError } from '@orpc/server';
import { describe, expect, it, vi } from 'vitest';
import { someAttempt, someStats } from '../../tests/support/samples.ts';
import { readingImporter, stubServices } from '../../tests/support/stubServices.ts';
import type { Locale } from '../contract/common.ts';
import { VigieError } from '../contract/errors.ts';
import type { Services } from '../services.ts';
import { createRouter } from './router.ts';

type Overrides = Parameters<typeof stubServices>[0];

function clientOf(overrides: Overrides = {}, locale: Locale = 'fr', services: Services = stubServices(overrides)) {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const router = createRouter(services, { locale: () => locale, logger });
  return { client: createRouterClient(router, { context: { actor: 'operator' } }), logger, services };
}

async function errorOf(call: Promise<unknown>): Promise<ORPCError<string, unknown>> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ORPCError)) throw new Error('expected an ORPCError', { cause: error });
  return error;
}

describe('the router', () => {
  it('answers a send with 202, or 200 when the key was known (SND-7)', async () => {
    const send = vi.fn().mockReturnValueOnce({ attempt: someAttempt, known: false });
    const { client } = clientOf({ messages: { send } });
    expect(await client.messages.send({ to: '+33612345678', body: 'Bonjour' })).toMatchObject({ status: 202 });
    send.mockReturnValueOnce({ attempt: someAttempt, known: true });
    expect(await client.messages.send({ to: '+33612345678', body: 'Bonjour' })).toMatchObject({ status: 200 });
  });

  it('says to the services who acts, for the audit trail (SND-8)', async () => {
    const retry = vi.fn(() => someAttempt);
    const { client } = clientOf({ attempts: { retry } });
    await client.attempts.retry({ id: 'attempt-1' });
    expect(retry).toHaveBeenCalledWith('attempt-1', 'operator');
  });

  it('hands the bytes of a file on as they came (CMP-1)', async () => {
    const importer = readingImporter();
    const { client } = clientOf({ contacts: { import: importer.import } });
    const bytes = Buffer.from('nom;tel\nJos\xe9;0612345678\n', 'latin1');
    await client.contacts.import({ query: { dryRun: true }, body: new File([bytes], 'clients.csv') });
    const [{ bytes: received, query }] = importer.read as [(typeof importer.read)[0]];
    expect(received.equals(bytes)).toBe(true);
    expect(query).toEqual({ dryRun: true, fileName: 'clients.csv' });
  });

  it('answers a pause with the figures that follow from it (SND-14)', async () => {
    const pause = vi.fn();
    const { client } = clientOf({ sending: { pause } });
    expect(await client.sending.pause({ scope: 'all' })).toEqual(someStats);
    expect(pause).toHaveBeenCalledWith({ scope: 'all' }, 'operator');
  });

  it.each([
    ['fr', 'Limite quotidienne atteinte (180 sur 180). Les envois reprennent à 00:00 UTC (01:00 chez vous).'],
    ['en', 'Daily limit reached (180 of 180). Sending resumes at 00:00 UTC (01:00 your time).'],
  ] as const)(
    'renders an error in the language %s, with its code, status and values (API-2)',
    async (locale, message) => {
      const data = { sent: 180, limit: 180, resumeLocal: '01:00' };
      const send = () => {
        throw new VigieError('daily_limit_reached', data);
      };
      const { client } = clientOf({ messages: { send } }, locale);
      const error = await errorOf(client.messages.send({ to: '+33612345678', body: 'Bonjour' }));
      expect(error.toJSON()).toMatchObject({ code: 'daily_limit_reached', status: 422, message, data });
    },
  );

  it.each([
    [
      'fr',
      'La demande est incomplète ou mal formée\u202f: le champ «\u202fto\u202f» est obligatoire. Corrigez-la, puis recommencez.',
    ],
    ['en', 'The request is incomplete or malformed: the field “to” is required. Correct it, then try again.'],
  ] as const)('names the field that is wrong, in the language %s (API-2)', async (locale, message) => {
    const { client } = clientOf({}, locale);
    const error = await errorOf(client.messages.send({ body: 'Bonjour' } as never));
    expect(error).toMatchObject({ code: 'bad_request', status: 400, message });
    expect(error.data).toEqual({ issues: [{ path: 'to', message: expect.any(String) as string }] });
  });

  it.each([
    [{ to: 33, body: 'x' }, 'to', 'doit être un texte'],
    [{ to: '+33612345678', body: '' }, 'body', 'ne peut pas être vide'],
    [{ to: '+33612345678', body: 'x', priority: 9 }, 'priority', 'au plus 5'],
    [{ to: '+33612345678', body: 'x', priority: 1.5 }, 'priority', 'nombre entier'],
    [{ to: '+33612345678', body: 'x', type: 'message_1' }, 'type', 'account, otp'],
    [{ to: '+33612345678', body: 'x', sendAt: 'demain' }, 'sendAt', 'instant en UTC'],
    [{ to: '+33612345678', body: 'x', whenPossible: 'oui' }, 'whenPossible', 'true ou false'],
    [{ to: '+33612345678', body: 'x', media: { url: 'image' } }, 'media.url', 'adresse web'],
    [{ to: '+33612345678', body: 'x', context: [] }, 'context', 'objet'],
    [{ to: '+33612345678', body: 'x'.repeat(4097) }, 'body', 'dépasse 4096 caractères'],
  ])('says what is wrong with %o (API-2)', async (input, path, words) => {
    const { client } = clientOf();
    const error = await errorOf(client.messages.send(input as never));
    expect(error.data).toEqual({ issues: [{ path, message: expect.stringContaining(words) as string }] });
    expect(error.message).toContain(words);
  });

  it('never repeats the wrong value, which may be a phone (SEC-4)', async () => {
    const { client } = clientOf();
    const error = await errorOf(client.attempts.list({ state: '+33612345678' as never, phone: '9'.repeat(41) }));
    expect(JSON.stringify(error.toJSON())).not.toMatch(/33612345678|9999/);
  });

  it('hides what is unexpected, and logs where it happened without phones or quoted texts (SEC-4)', async () => {
    const stats = () => {
      throw new TypeError('cannot read "Bonjour Awa" of +33612345678');
    };
    const { client, logger } = clientOf({ monitoring: { stats } });
    const error = await errorOf(client.monitoring.stats());
    expect(error).toMatchObject({ code: 'internal_error', status: 500 });
    expect(JSON.stringify(error.toJSON())).not.toMatch(/Awa|336/);
    const [fields] = logger.error.mock.calls[0] as [{ place: string; error: string; stack: string[] }];
    expect(fields).toMatchObject({ place: 'monitoring.stats', error: 'TypeError' });
    expect(fields.stack[0]).toContain('router.test.ts');
    expect(JSON.stringify(fields)).not.toMatch(/Awa|33612345678/);
  });

  it('does not let an answer leave that breaks the contract, and names the field in the log only', async () => {
    const { client, logger } = clientOf({ monitoring: { stats: () => ({ ...someStats, sent: 'many' as never }) } });
    const error = await errorOf(client.monitoring.stats());
    expect(error).toMatchObject({ code: 'internal_error', data: undefined });
    expect(logger.error).toHaveBeenCalledWith(
      { place: 'monitoring.stats', fields: ['sent'] },
      'an answer does not fit the contract',
    );
  });

  it('gives the live events of the services (MON-11)', async () => {
    const { client, services } = clientOf();
    const events = await client.events();
    expect((await events.next()).value).toEqual({ type: 'stats', stats: someStats });
    services.live.events.emit({ type: 'changed', what: 'contacts' });
    expect((await events.next()).value).toEqual({ type: 'changed', what: 'contacts' });
    await events.return?.();
  });

  it('renders an error of the first live events like any other', async () => {
    const snapshot = () => {
      throw new VigieError('frozen', { reason: 'disk' });
    };
    const { client } = clientOf({ live: { snapshot } });
    expect(await errorOf(client.events())).toMatchObject({ code: 'frozen', status: 503 });
  });
});
