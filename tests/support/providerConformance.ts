import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerWith, startRawServer, type RawServer } from './rawServer.ts';
import { systemClock } from '../../backend/core/clock.ts';
import type { OutgoingMessage, Provider } from '../../backend/sending/provider.ts';
import { LONGEST_RETRY_AFTER_MS } from '../../backend/sending/providers/http.ts';

/** What a provider brings to the suite: a client for a server that speaks its language, and that server's words. */
export type ConformanceSubject = {
  name: string;
  create(options: { baseUrl: string; timeoutMs: number }): Provider & { close(): Promise<void> };
  /** Body of an answer that takes the message. */
  accepted(message: OutgoingMessage): { body: object; providerIds: string[] };
  /** Refusals of single contacts, with the class that each must have. */
  refusals: { status: number; body: object; class: string }[];
  knowsCode(code: string): boolean;
};

export const MESSAGE: OutgoingMessage = {
  reference: 'campaign-1:contact-1:message_1',
  phone: '+33612345678',
  body: 'Bonjour « Zoé » 👋',
  media: null,
  template: null,
  priority: 4,
  expiresAt: null,
};
/** Long enough for a busy machine; where a test waits for it, it is short. */
const TIMEOUT_MS = 10_000;
const SHORT_TIMEOUT_MS = 300;
const NONSENSE = [
  '',
  '{"id":',
  'null',
  '[]',
  '{"ok":true}',
  '<html>200 OK</html>',
  '"queued"',
  '{"id":""}',
  '{"messages":[]}',
];

/** What every provider does alike, against real sockets (SND-6, SND-12). */
export function describeConformance(subject: ConformanceSubject): void {
  describe(`${subject.name} as a provider`, () => {
    let server: RawServer;
    let provider: Provider & { close(): Promise<void> };

    beforeEach(async () => {
      server = await startRawServer();
      provider = subject.create({ baseUrl: server.url, timeoutMs: TIMEOUT_MS });
    });
    afterEach(async () => {
      await provider.close();
      await server.close();
    });

    it('takes the ids of an acceptance (SND-1)', async () => {
      const { body, providerIds } = subject.accepted(MESSAGE);
      server.onRequest = (request) => answerWith(request, { body });
      expect(await provider.send(MESSAGE)).toEqual({ kind: 'accepted', providerIds });
    });

    it('repeats a message byte for byte, with its reference (SND-7)', async () => {
      const { body } = subject.accepted(MESSAGE);
      server.onRequest = (request) => answerWith(request, { body });
      const message = { ...MESSAGE, expiresAt: 1_800_000_000_000 };
      await provider.send(message);
      await provider.send(message);
      const [first, second] = server.requests;
      expect(second?.body).toBe(first?.body);
      expect(first?.body).toContain(MESSAGE.reference);
      expect(first?.body).toContain('Bonjour « Zoé » 👋');
    });

    it('never puts a credential in an address (SEC-4)', async () => {
      server.onRequest = (request) => answerWith(request, { status: 400, body: {} });
      await provider.send(MESSAGE);
      await provider.health();
      expect(server.requests).toHaveLength(2);
      for (const { head } of server.requests) expect(head.split('\r\n')[0]).not.toContain('secret');
    });

    describe('when nothing left (SND-6)', () => {
      it('says so for a refused connection', async () => {
        await server.close();
        expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'not_sent', code: 'provider_unreachable' });
      });

      it('says so for a name that does not resolve', async () => {
        const lost = subject.create({ baseUrl: 'http://provider.invalid', timeoutMs: 5_000 });
        expect(await lost.send(MESSAGE)).toMatchObject({ kind: 'not_sent' });
        await lost.close();
      });

      it('says so for TLS that fails before the first byte of the request', async () => {
        const secure = subject.create({ baseUrl: server.url.replace('http:', 'https:'), timeoutMs: 10_000 });
        const sending = secure.send(MESSAGE);
        // Not a TLS server: it hangs up on the handshake.
        await vi.waitFor(
          () => {
            expect(server.dropConnections()).toBeGreaterThan(0);
          },
          { timeout: 8_000 },
        );
        expect(await sending).toMatchObject({ kind: 'not_sent' });
        expect(server.requests).toHaveLength(0);
        await secure.close();
      });
    });

    describe('when the message may have left (SND-6)', () => {
      const sendImpatiently = async (): Promise<unknown> => {
        const impatient = subject.create({ baseUrl: server.url, timeoutMs: SHORT_TIMEOUT_MS });
        const outcome = await impatient.send(MESSAGE);
        await impatient.close();
        return outcome;
      };

      it('does not know after a time-out', async () => {
        expect(await sendImpatiently()).toMatchObject({ kind: 'unknown', code: 'timeout' });
        expect(server.requests).toHaveLength(1);
      });

      it('does not know after a time-out in the middle of the answer', async () => {
        server.onRequest = ({ socket }) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"id":');
        expect(await sendImpatiently()).toMatchObject({ kind: 'unknown', code: 'timeout' });
      });

      it('does not know after a reset before the answer', async () => {
        server.onRequest = ({ socket }) => socket.resetAndDestroy();
        expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
        expect(server.requests).toHaveLength(1);
      });

      it('does not know after a reset in the body of the answer', async () => {
        server.onRequest = ({ socket }) => {
          socket.write('HTTP/1.1 201 Created\r\ncontent-length: 500\r\n\r\n{"id":', () => socket.resetAndDestroy());
        };
        expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
      });

      it('does not send again when a connection that was kept open is closed under it', async () => {
        const { body } = subject.accepted(MESSAGE);
        server.onRequest = (request, index) => {
          if (index === 0) answerWith(request, { body });
          else request.socket.resetAndDestroy();
        };
        expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'accepted' });
        await turnOfTheLoop();
        expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
        expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0]);
      });

      it.each([500, 502, 503, 504, 520])('does not know after a %i', async (status) => {
        server.onRequest = (request) => answerWith(request, { status, body: { message: 'gateway' } });
        expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'unknown', code: 'server_error' });
      });

      it.each(NONSENSE)('does not know after a 200 with %j', async (body) => {
        server.onRequest = (request) => answerWith(request, { body });
        expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'unknown', code: 'unreadable_answer' });
      });

      it('does not follow a redirect', async () => {
        server.onRequest = (request) =>
          answerWith(request, { status: 307, headers: { location: `${server.url}/elsewhere` } });
        expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'unknown' });
        expect(server.requests).toHaveLength(1);
      });

      it('does not read an answer without end', async () => {
        server.onRequest = ({ socket }) => {
          socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
          const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
          for (let count = 0; count < 20; count += 1) socket.write(chunk);
        };
        expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'unknown', code: 'unreadable_answer' });
      });
    });

    describe('when it was refused (SND-5)', () => {
      it.each(subject.refusals)('classes $status $body as $class', async ({ status, body, class: expected }) => {
        server.onRequest = (request) => answerWith(request, { status, body });
        const outcome = await provider.send(MESSAGE);
        expect(outcome).toMatchObject({ kind: 'refused', class: expected });
        if (outcome.kind !== 'refused') return;
        expect(subject.knowsCode(outcome.code)).toBe(true);
        expect(provider.classify(outcome.code)).toBe(expected);
      });

      it.each([400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 418, 422, 429, 451])(
        'takes a %i for a refusal even when its body is a web page',
        async (status) => {
          server.onRequest = (request) => answerWith(request, { status, body: '<html>no</html>' });
          expect(await provider.send(MESSAGE)).toMatchObject({ kind: 'refused' });
        },
      );

      it('shows no whole phone in the detail (SEC-4)', async () => {
        const message = 'number +33612345678 is not on WhatsApp';
        server.onRequest = (request) => answerWith(request, { status: 400, body: { message, error: { message } } });
        expect(JSON.stringify(await provider.send(MESSAGE))).not.toContain('612345');
      });

      it.each([
        ['700', 700_000],
        ['7200', 7_200_000],
        [new Date(Date.now() + 3_600_000).toUTCString(), 3_600_000],
        ['999999999', LONGEST_RETRY_AFTER_MS],
        ['1e9', LONGEST_RETRY_AFTER_MS],
        ['-5', undefined],
        ['soon', undefined],
        ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
      ])('waits as Retry-After %j says, within reason (SND-4)', async (header, expected) => {
        server.onRequest = (request) =>
          answerWith(request, { status: 429, body: {}, headers: { 'retry-after': header } });
        const outcome = await provider.send(MESSAGE);
        expect(outcome).toMatchObject({ kind: 'refused', class: 'retry' });
        const waited = outcome.kind === 'refused' ? outcome.retryAfterMs : null;
        if (expected === undefined) expect(waited).toBeUndefined();
        else expect(Math.abs((waited ?? 0) - expected)).toBeLessThan(60_000);
      });
    });

    it('reports a sender that cannot be reached as offline (OPS-1)', async () => {
      await server.close();
      expect(await provider.health()).toMatchObject({ state: 'offline', detail: 'provider_unreachable' });
    });

    it('claims no absence that it cannot prove (SND-6)', async () => {
      server.onRequest = (request) => answerWith(request, { status: 503, body: {} });
      expect(await provider.lookUp(MESSAGE.reference)).toMatchObject({ kind: 'unavailable' });
    });

    it('survives garbage in place of a webhook', () => {
      const garbage: unknown[] = [
        null,
        42,
        'text',
        [],
        {},
        [[]],
        [null],
        { event: 3 },
        { entry: 'x' },
        { data: { __proto__: null } },
      ];
      for (const body of garbage) {
        try {
          expect(Array.isArray(provider.readWebhook(body))).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad_request' });
        }
      }
    });
  });
}

/** Real time: the deadlines of these tests are those of the machine. */
export const CONFORMANCE_CLOCK = systemClock;
