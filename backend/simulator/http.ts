import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorBody, REFUSALS, type ErrorShape, type Refusal } from './refusals.ts';

/** Largest request body that is read. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** One request, read whole. */
export type Call = {
  method: string;
  /** Path without the `/v1` in front, split at the slashes. */
  path: string[];
  query: URLSearchParams;
  token: string | null;
  body: Buffer;
  response: ServerResponse;
};

/** Ends a request with the provider's JSON for an error. */
export class ProviderError extends Error {
  readonly refusal: Refusal;
  readonly headers: Record<string, string>;
  readonly shape: ErrorShape;

  constructor(refusal: Refusal, options: { headers?: Record<string, string>; shape?: ErrorShape } = {}) {
    super(refusal.message);
    this.name = 'ProviderError';
    this.refusal = refusal;
    this.headers = options.headers ?? {};
    this.shape = options.shape ?? 'full';
  }
}

export function badRequest(message: string, code = 'bad_request'): ProviderError {
  return new ProviderError({ status: 400, code, message });
}

export function notFound(message: string = REFUSALS.not_found.message): ProviderError {
  return new ProviderError({ ...REFUSALS.not_found, message });
}

type JsonAnswer = { status?: number; body: unknown; headers?: Record<string, string> };

/** Answers, unless the client has gone or something was answered already. */
export function sendJson(response: ServerResponse, { status = 200, body, headers = {} }: JsonAnswer): void {
  if (response.destroyed || response.headersSent) return;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    ...headers,
  });
  response.end(bytes);
}

export function sendError(response: ServerResponse, { refusal, shape, headers }: ProviderError): void {
  sendJson(response, { status: refusal.status, body: errorBody(refusal, shape), headers });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new ProviderError(REFUSALS.payload_too_large);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws ProviderError 413 when the body is too large */
export async function readCall(request: IncomingMessage, response: ServerResponse): Promise<Call> {
  const url = new URL(request.url ?? '/', 'http://simulator');
  const path = url.pathname.split('/').filter((part) => part !== '');
  if (path[0] === 'v1') path.shift();
  const token = request.headers.token;
  return {
    method: request.method ?? 'GET',
    path,
    query: url.searchParams,
    token: typeof token === 'string' ? token : null,
    body: await readBody(request),
    response,
  };
}

/** @throws ProviderError 400 when the body is no JSON */
export function jsonBody(call: Call): unknown {
  if (call.body.length === 0) return {};
  try {
    return JSON.parse(call.body.toString('utf8')) as unknown;
  } catch (error) {
    throw badRequest(`The body is not JSON: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}
