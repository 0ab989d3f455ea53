import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../../tests/support/fakeClock.ts';
import { META, startMetaServer, type MetaServer } from '../../../../tests/support/metaServer.ts';
import { providerSentenceKey } from '../../../contract/messages/providers.ts';
import { isSentenceKey } from '../../../contract/messages/sentence.ts';
import { DAY_MS, HOUR_MS } from '../../../core/days.ts';
import { CONFORMANCE_CLOCK, describeConformance, MESSAGE } from '../../../../tests/support/providerConformance.ts';
import { createMetaProvider, type MetaOptions, type MetaProvider } from './client.ts';
import { isMetaCode, META_ERRORS } from './errors.ts';

const ACCOUNT = { accessToken: META.accessToken, phoneNumberId: META.phoneNumberId, appSecrets: [META.appSecret] };

function create(options: Pick<MetaOptions, 'baseUrl' | 'timeoutMs'> & Partial<MetaOptions>): MetaProvider {
  return createMetaProvider({ ...ACCOUNT, clock: CONFORMANCE_CLOCK, ...options });
}

const refusal = (code: number, expected: string, status = 400) => ({
  status,
  body: { error: { message: 'no', type: 'OAuthException', code, error_data: { details: 'details' } } },
  class: expected,
});

describeConformance({
  name: 'Meta’s Cloud API',
  create,
  accepted: ({ phone }) => ({
    body: {
      messaging_product: 'whatsapp',
      contacts: [{ input: phone, wa_id: phone.slice(1) }],
      messages: [{ id: 'wamid.HBgL' }],
    },
    providerIds: ['wamid.HBgL'],
  }),
  knowsCode: isMetaCode,
  refusals: [
    ...[130429, 80007, 4, 17, 131000, 1, 2, 131016, 131057, 131056].map((code) => refusal(code, 'retry')),
    refusal(131053, 'retry_once'),
    refusal(131049, 'retry_next_day'),
    ...[131026, 130472].map((code) => refusal(code, 'final_contact')),
    refusal(131050, 'opted_out'),
    ...[131047, 470, 131051, 131021, 131008, 100, 131052].map((code) => refusal(code, 'final_content')),
    ...[132000, 132001, 132005, 132007, 132012, 132015, 132016].map((code) => refusal(code, 'pause_campaign')),
    ...[131048, 368, 131031, 130497, 131042, 190, 0, 10, 3, 200, 230, 299].map((code) => refusal(code, 'pause_line')),
    refusal(190, 'pause_line', 401),
    refusal(999_999, 'final_content'),
    // A cause that a try cannot change is a definite no, even in a 5xx.
    refusal(3, 'pause_line', 500),
    { status: 403, body: {}, class: 'pause_line' },
    { status: 429, body: {}, class: 'retry' },
  ],
});

describe('the Meta client', () => {
  let server: MetaServer;
  let provider: MetaProvider;

  beforeEach(async () => {
    server = await startMetaServer();
    provider = create({ baseUrl: server.url, timeoutMs: 10_000 });
  });
  afterEach(async () => {
    await provider.close();
    await server.close();
  });

  it('sends free text with the reference that comes back in statuses (SND-7)', async () => {
    expect(await provider.send(MESSAGE)).toEqual({ kind: 'accepted', providerIds: ['wamid.1'] });
    expect(server.ledger[0]!.body).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '+33612345678',
      type: 'text',
      text: { body: MESSAGE.body, preview_url: false },
      biz_opaque_callback_data: MESSAGE.reference,
    });
  });

  it('sends a template with its language and variables, and media as its header (SND-12)', async () => {
    const template = { name: 'rappel', language: 'fr_FR', parameters: ['Zoé', '20 h'] };
    await provider.send({ ...MESSAGE, template, media: { url: 'https://example.org/a.png', format: 'native' } });
    await provider.send({ ...MESSAGE, template: { ...template, parameters: [] } });
    expect(server.ledger[0]!.body['template']).toEqual({
      name: 'rappel',
      language: { code: 'fr_FR' },
      components: [
        { type: 'header', parameters: [{ type: 'image', image: { link: 'https://example.org/a.png' } }] },
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Zoé' },
            { type: 'text', text: '20 h' },
          ],
        },
      ],
    });
    expect(server.ledger[1]!.body['template']).toEqual({ name: 'rappel', language: { code: 'fr_FR' } });
  });

  it.each([
    ['https://example.org/photo.JPG?x=1', 'image'],
    ['https://example.org/film.mp4', 'video'],
    ['https://example.org/offre.pdf', 'document'],
    ['https://example.org/sans-fin', 'document'],
  ])('sends %s as %s with the text as its caption', async (url, type) => {
    await provider.send({ ...MESSAGE, media: { url, format: 'native' } });
    expect(server.ledger[0]!.body).toMatchObject({ type, [type]: { link: url, caption: MESSAGE.body } });
  });

  it('refuses an audio file with a text rather than lose the text', async () => {
    const outcome = await provider.send({ ...MESSAGE, media: { url: 'https://example.org/a.ogg', format: 'ptt' } });
    expect(outcome).toMatchObject({ kind: 'refused', code: 'caption_impossible', class: 'final_content' });
    expect(server.ledger).toHaveLength(0);
  });

  describe('with both clocks (CMP-6)', () => {
    const NOW = Date.parse('2026-11-20T08:00:00.000Z');
    const withLastIncoming = (at: number | null): MetaProvider =>
      create({ baseUrl: server.url, timeoutMs: 10_000, clock: createFakeClock(NOW), lastIncomingAt: () => at });

    it.each([
      ['never', null],
      ['24 hours ago', NOW - DAY_MS],
      ['within the last minute of the 24 hours', NOW - DAY_MS + 30_000],
    ])('sends no free text to a contact who wrote %s', async (_when, at) => {
      const line = withLastIncoming(at);
      expect(await line.send(MESSAGE)).toMatchObject({
        kind: 'refused',
        code: 'window_closed',
        class: 'final_content',
      });
      expect(server.ledger).toHaveLength(0);
      await line.close();
    });

    it('sends free text to a contact who wrote 23 hours ago, and a template to anybody', async () => {
      const open = withLastIncoming(NOW - 23 * HOUR_MS);
      expect(await open.send(MESSAGE)).toMatchObject({ kind: 'accepted' });
      const never = withLastIncoming(null);
      const template = { name: 'rappel', language: 'fr', parameters: [] };
      expect(await never.send({ ...MESSAGE, template })).toMatchObject({ kind: 'accepted' });
      await open.close();
      await never.close();
    });
  });

  it('waits at least 6 s for a contact that got too many messages (SND-4)', async () => {
    server.refusals.push({ status: 400, error: { code: 131056 } });
    expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'refused', class: 'retry', retryAfterMs: 6_000 });
  });

  it.each([
    ['CONNECTED', 'online'],
    ['FLAGGED', 'restricted'],
    ['BANNED', 'restricted'],
    ['DISCONNECTED', 'offline'],
  ])('reads the number’s state %s as %s (OPS-1)', async (status, state) => {
    server.health = { status };
    expect(await provider.health()).toMatchObject({ state });
  });

  it('says that it cannot look up a reference (SND-12)', async () => {
    expect(provider.capabilities).toMatchObject({ lookupByReference: false, needsTemplate: true, signsWebhooks: true });
    expect(await provider.lookUp(MESSAGE.reference)).toMatchObject({ kind: 'unavailable' });
  });

  it('adds the version to an address that has none', async () => {
    const plain = create({ baseUrl: server.url.replace('/v24.0', ''), timeoutMs: 10_000 });
    expect(await plain.send(MESSAGE)).toMatchObject({ kind: 'accepted' });
    await plain.close();
  });
});

it.each(Object.keys(META_ERRORS))('has a sentence for %s that says what to do (SND-5)', (code) => {
  expect(isSentenceKey(providerSentenceKey('meta', code))).toBe(true);
});
