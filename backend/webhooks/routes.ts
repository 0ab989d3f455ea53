import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { ERROR_STATUS, type ErrorCode } from '../contract/errors.ts';
import { sentence } from '../contract/messages/sentence.ts';
import type { Logger } from '../core/logger.ts';
import { discard, readBody } from './body.ts';
import type { createIntake, IntakeAnswer } from './intake.ts';
import type { WebhookLine } from './dependencies.ts';

type Routes = {
  intake: ReturnType<typeof createIntake>;
  logger: Logger;
  maxBodyBytes: number;
  /** False while nothing can be stored, or the port is closing. */
  isReady: () => boolean;
  /** Called after the answer to a request that was stored. */
  stored: () => void;
};

export const WASSENGER_PATH = '/webhooks/wassenger/';
export const META_PATH = '/webhooks/meta';
export const JSON_TYPE = /^application\/json\s*(;|$)/i;
const CHALLENGE = /^[\w.-]{1,256}$/;
/** Bodies that are held in memory at once; a sender beyond that comes again. */
const MOST_BUFFERED = 64 * 1024 * 1024;
const STORAGE_RETRY_SECONDS = 5;
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** The few things that the webhook port answers (WHK-1). Paths are compared as they come: nothing is decoded or resolved. */
export function createRoutes({ intake, logger, maxBodyBytes, isReady, stored }: Routes) {
  let buffered = 0;

  async function take(
    request: IncomingMessage,
    response: ServerResponse,
    lines: readonly WebhookLine[],
  ): Promise<void> {
    const source = { lines, address: request.socket.remoteAddress ?? '' };
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (!JSON_TYPE.test(request.headers['content-type'] ?? '') || encoding !== 'identity') {
      discard(request);
      const refusal = { code: 'unsupported_media_type', reason: 'content_type' } as const;
      answer(response, await intake.refuse(source, refusal, Buffer.alloc(0)));
      return;
    }
    if (buffered > MOST_BUFFERED) {
      discard(request);
      answer(response, { kind: 'refused', code: 'too_many_requests', reason: 'memory', retryAfterSeconds: 1 });
      return;
    }
    const body = await readBody(request, maxBodyBytes);
    if (body === 'cut_off') return;
    if (body === 'too_large') {
      const refusal = { code: 'payload_too_large', reason: 'too_large' } as const;
      answer(response, await intake.refuse(source, refusal, Buffer.alloc(0)));
      return;
    }
    buffered += body.length;
    try {
      const result = await intake.receive(source, { headers: request.headers, body });
      answer(response, result);
      if (result.kind === 'received' || result.stored === true) stored();
    } finally {
      buffered -= body.length;
    }
  }

  function handshake(response: ServerResponse, query: URLSearchParams, address: string): void {
    const challenge = query.get('hub.challenge') ?? '';
    if (!intake.isVerifyToken(query.get('hub.verify_token') ?? '')) {
      answer(response, intake.distrust(address, 'bad_verify_token'));
    } else if (query.get('hub.mode') !== 'subscribe' || !CHALLENGE.test(challenge)) {
      refuse(response, 'bad_request', { detail: 'hub.challenge' });
    } else {
      response.writeHead(200, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end(challenge);
    }
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const { method } = request;
    if (path === '/health' && method === 'GET') {
      send(
        response,
        isReady() ? { status: 200, body: { status: 'ok' } } : { status: 503, body: { status: 'unavailable' } },
      );
    } else if (path.startsWith(WASSENGER_PATH) && method === 'POST') {
      const line = intake.lineOfToken(path.slice(WASSENGER_PATH.length));
      if (line !== null) return take(request, response, [line]);
      discard(request);
      answer(response, intake.distrust(request.socket.remoteAddress ?? '', 'bad_token'));
    } else if (path === META_PATH && intake.metaLines().length > 0 && method === 'POST') {
      return take(request, response, intake.metaLines());
    } else if (path === META_PATH && intake.metaLines().length > 0 && method === 'GET') {
      handshake(response, new URLSearchParams(query), request.socket.remoteAddress ?? '');
    } else {
      discard(request);
      refuse(response, 'not_found');
    }
  }

  return function handle(request: IncomingMessage, response: ServerResponse): void {
    route(request, response).catch((error: unknown) => {
      // Not stored, so not received: the sender comes again (WHK-2).
      logger.error({ error }, 'webhook could not be stored');
      const body = { code: 'internal_error', message: sentence('en', 'error.internal_error') };
      if (!response.headersSent) send(response, { status: 503, body, retryAfterSeconds: STORAGE_RETRY_SECONDS });
    });
  };
}

function answer(response: ServerResponse, result: IntakeAnswer): void {
  if (result.kind === 'received') {
    send(response, { status: 200, body: { received: result.events } });
    return;
  }
  const { code, reason, retryAfterSeconds } = result;
  // Why somebody is not believed is not told.
  refuse(response, code, { detail: code === 'bad_request' ? reason : '', seconds: retryAfterSeconds });
}

type RefusalValues = { detail?: string; seconds?: number | undefined };

function refuse(response: ServerResponse, code: ErrorCode, values: RefusalValues = {}): void {
  const body = { code, message: sentence('en', `error.${code}`, values) };
  send(response, { status: ERROR_STATUS[code], body, retryAfterSeconds: values.seconds });
}

function send(
  response: ServerResponse,
  content: { status: number; body: object; retryAfterSeconds?: number | undefined },
): void {
  const text = JSON.stringify(content.body);
  const headers: OutgoingHttpHeaders = {
    ...HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  };
  if (content.retryAfterSeconds !== undefined) headers['retry-after'] = String(content.retryAfterSeconds);
  response.writeHead(content.status, headers).end(text);
}
