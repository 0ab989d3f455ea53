/** A request as it is kept; nothing of it is read here. */
export type KeptRequest = {
  provider: 'wassenger' | 'meta';
  /** From `/webhooks` on, with its token. */
  path: string;
  headers: Record<string, string>;
  /** The bytes as they came, in base64. */
  body: string;
};

/** Resolves with `stored` when the request is committed; rejects when that is not known. */
export type Keep = (request: KeptRequest) => Promise<'stored' | 'full' | 'busy'>;

export type RelayOptions = {
  /** Of the path; with none configured every path is taken, within the bounds of the table. */
  tokens: readonly string[];
  /** Meta's handshake; null: no line at Meta. */
  verifyToken: string | null;
  store: Keep;
};

const PATH =
  /^(?:\/functions\/v1)?(?:\/relay)?(\/webhooks\/(?:(wassenger)\/([\w.~%-]{1,200})|(meta)(?:\/([\w.~%-]{1,200}))?))$/;
const JSON_TYPE = /^application\/json\s*(;|$)/i;
const META_SIGNATURE = /^sha256=[0-9a-f]{64}$/i;
const CHALLENGE = /^[\w.-]{1,256}$/;
const KEPT_HEADERS = ['content-type', 'x-wassenger-signature', 'x-hub-signature-256'];
const LONGEST_HEADER = 1_024;
const MOST_BYTES = 256 * 1024;
const WAIT_SECONDS = { busy: 60, full: 300, failed: 10 };

/**
 * Takes webhooks for a machine that sleeps, and keeps them as they came. It holds no secret of a provider: whether a
 * signature is right is for Vigie to say, which has the bytes. What it answers 2xx is committed.
 */
export function createRelay({ tokens, verifyToken, store }: RelayOptions): (request: Request) => Promise<Response> {
  async function take(request: Request, { provider, path, token }: Target): Promise<Response> {
    if (!(await isAllowed(request, { provider, token }))) return refuse(401, 'unauthorized');
    const { headers } = request;
    const encoding = headers.get('content-encoding') ?? 'identity';
    if (!JSON_TYPE.test(headers.get('content-type') ?? '') || encoding !== 'identity') {
      return refuse(415, 'unsupported_media_type');
    }
    const body = await readBody(request);
    if (body === null) return refuse(413, 'payload_too_large');
    const kept = KEPT_HEADERS.map((name) => [name, headers.get(name)?.slice(0, LONGEST_HEADER)] as const);
    const outcome = await store({
      provider,
      path,
      headers: Object.fromEntries(kept.filter((pair): pair is readonly [string, string] => pair[1] !== undefined)),
      body: toBase64(body),
    });
    if (outcome === 'stored') return json(200, { received: 1 });
    return outcome === 'busy'
      ? refuse(429, 'too_many_requests', WAIT_SECONDS.busy)
      : refuse(503, 'unavailable', WAIT_SECONDS.full);
  }

  /** Keeps strangers from filling the table. Meta's path may have no token: then at least its signature has to be there. */
  async function isAllowed(
    request: Request,
    { provider, token }: Pick<Target, 'provider' | 'token'>,
  ): Promise<boolean> {
    if (token !== null && tokens.length > 0) return isOneOf(token, tokens);
    return provider === 'wassenger' || META_SIGNATURE.test(request.headers.get('x-hub-signature-256') ?? '');
  }

  async function handshake(query: URLSearchParams): Promise<Response> {
    if (verifyToken === null || !(await isOneOf(query.get('hub.verify_token') ?? '', [verifyToken]))) {
      return refuse(401, 'unauthorized');
    }
    const challenge = query.get('hub.challenge') ?? '';
    if (query.get('hub.mode') !== 'subscribe' || !CHALLENGE.test(challenge)) return refuse(400, 'bad_request');
    return new Response(challenge, {
      status: 200,
      headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' },
    });
  }

  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const target = readPath(pathname);
    try {
      if (target !== null && request.method === 'POST') return await take(request, target);
      if (target?.provider === 'meta' && request.method === 'GET') return await handshake(searchParams);
    } catch {
      // Not known to be stored, so not received: the sender comes again. The cause may name what nobody should read.
      return refuse(503, 'unavailable', WAIT_SECONDS.failed);
    }
    await request.body?.cancel();
    return target === null ? refuse(404, 'not_found') : refuse(405, 'method_not_allowed');
  };
}

type Target = { provider: KeptRequest['provider']; path: string; token: string | null };

function readPath(pathname: string): Target | null {
  const [, path, wassenger, wassengerToken, , metaToken] = PATH.exec(pathname) ?? [];
  if (path === undefined) return null;
  return wassenger === undefined
    ? { provider: 'meta', path, token: metaToken ?? null }
    : { provider: 'wassenger', path, token: wassengerToken ?? null };
}

/** The body, read no further than the limit whatever length it declares; null when it is larger. */
async function readBody(request: Request): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > MOST_BYTES) {
    await request.body?.cancel();
    return null;
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true as const, value: undefined };
    if (done || value === undefined) break;
    size += value.length;
    if (size > MOST_BYTES) {
      await reader?.cancel();
      return null;
    }
    parts.push(value);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

/** In pieces: a call with 256 Ki arguments would not fit on the stack. */
function toBase64(bytes: Uint8Array): string {
  const PIECE = 8_192;
  let binary = '';
  for (let at = 0; at < bytes.length; at += PIECE) {
    binary += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return btoa(binary);
}

/** In a time that does not depend on how much of it is right, nor on which of several it is. */
async function isOneOf(given: string, expected: readonly string[]): Promise<boolean> {
  const digest = await sha256(given);
  let found = 0;
  for (const one of expected) {
    const other = await sha256(one);
    let difference = 0;
    for (const [index, byte] of digest.entries()) difference |= byte ^ (other[index] ?? 0);
    if (difference === 0) found += 1;
  }
  return found > 0;
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function json(status: number, body: object, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...HEADERS, 'content-type': 'application/json; charset=utf-8', ...headers },
  });
}

function refuse(status: number, code: string, seconds?: number): Response {
  return json(status, { code }, seconds === undefined ? {} : { 'retry-after': String(seconds) });
}
