import type { Clock } from '../../../core/clock.ts';
import type { LineHealth, OutgoingMessage, Provider, SendOutcome } from '../../provider.ts';
import { createProviderHttp, type Exchange } from '../http.ts';
import { textAt, valueAt } from '../reading.ts';
import { checkSecrets, isSigned } from '../signature.ts';
import {
  classifyMeta,
  META_ERRORS,
  metaDetail,
  namedCode,
  refusalCode,
  shortestWait,
  type MetaErrorCode,
} from './errors.ts';
import { toMetaMessage } from './message.ts';
import { namesNumber, readMetaWebhook } from './webhook.ts';
import { takesFreeText } from './window.ts';

export type MetaOptions = {
  accessToken: string;
  phoneNumberId: string;
  /** Several while one is being replaced; without one no webhook is believed, since its path holds no token. */
  appSecrets: readonly string[];
  /** With the version, such as `https://graph.facebook.com/v24.0`; without one, that version is taken. */
  baseUrl: string;
  /** After this an unanswered send is `unknown`. */
  timeoutMs: number;
  clock: Clock;
  /** Called with what an answer's `Date` says, epoch ms. */
  seenDate?: (at: number) => void;
  /** When the contact last wrote to this line; without it Meta alone judges whether free text may leave. */
  lastIncomingAt?: (phone: string) => number | null;
};

export type MetaProvider = Provider & {
  close(): Promise<void>;
  /** Closes once the requests under way are answered. */
  retire(): Promise<void>;
};

const API_VERSION = 'v24.0';
const SIGNATURE_HEADER = 'x-hub-signature-256';

/** A sender of Meta's WhatsApp Cloud API. */
export function createMetaProvider(options: MetaOptions): MetaProvider {
  const { clock, phoneNumberId, lastIncomingAt } = options;
  const secrets = checkSecrets(options.appSecrets);
  const http = createProviderHttp({
    baseUrl: withVersion(options.baseUrl),
    headers: { authorization: `Bearer ${options.accessToken}` },
    timeoutMs: options.timeoutMs,
    clock,
    seenDate: options.seenDate,
  });
  const path = `/${encodeURIComponent(phoneNumberId)}`;

  /** What Meta would refuse for sure is refused here: it counts such tries against the sender. */
  function refusedHere(message: OutgoingMessage): MetaErrorCode | null {
    if (message.template !== null || lastIncomingAt === undefined) return null;
    return takesFreeText(lastIncomingAt(message.phone), clock.now()) ? null : 'window_closed';
  }

  return {
    name: 'meta',
    capabilities: {
      deliveryReports: true,
      readReports: true,
      reactions: true,
      lookupByReference: false,
      needsTemplate: true,
      signsWebhooks: true,
    },
    async send(message) {
      const body = toMetaMessage(message);
      if (body === null) return refused('caption_impossible', '');
      const code = refusedHere(message);
      if (code !== null) return refused(code, '');
      return toOutcome(await http.post(`${path}/messages`, body));
    },
    lookUp: async () => ({ kind: 'unavailable', detail: 'not_on_this_line' }),
    health: async () => toHealth(await http.get(path, { fields: 'status,quality_rating,name_status' })),
    classify: classifyMeta,
    verifyWebhook: (request) => isSigned(request, SIGNATURE_HEADER, secrets),
    readWebhook: (body) => readMetaWebhook(body, phoneNumberId),
    isNamedIn: (body) => namesNumber(body, phoneNumberId),
    close: () => http.close(),
    retire: () => http.retire(),
  };
}

function withVersion(baseUrl: string): string {
  return /\/v\d+(\.\d+)?\/*$/.test(baseUrl) ? baseUrl : `${baseUrl.replace(/\/+$/, '')}/${API_VERSION}`;
}

function toOutcome(exchange: Exchange): SendOutcome {
  switch (exchange.kind) {
    case 'not_sent':
      return { kind: 'not_sent', code: 'provider_unreachable', detail: exchange.detail };
    case 'lost':
      return { kind: 'unknown', code: exchange.code, detail: exchange.detail };
    case 'answer':
      return readAnswer(exchange);
  }
}

function readAnswer({ status, body, retryAfterMs }: Extract<Exchange, { kind: 'answer' }>): SendOutcome {
  const error = valueAt(body, 'error');
  const detail = metaDetail(status, error);
  if (status >= 500) {
    const named = namedCode(error);
    // A cause such as a missing permission is a definite no, whatever the status. "Try again" in a 5xx is not one.
    if (named !== null && META_ERRORS[named].class !== 'retry') return refused(named, detail);
    return { kind: 'unknown', code: 'server_error', detail };
  }
  if (status >= 400 && status !== 408) {
    const code = refusalCode(status, body);
    return refused(code, detail, Math.max(retryAfterMs ?? 0, shortestWait(code) ?? 0));
  }
  const id = textAt(body, 'messages.0.id');
  if (status < 200 || status >= 300 || id === null) return { kind: 'unknown', code: 'unreadable_answer', detail };
  return { kind: 'accepted', providerIds: [id] };
}

function refused(code: MetaErrorCode, detail: string, retryAfterMs = 0): SendOutcome {
  const refusal = { kind: 'refused' as const, code, class: META_ERRORS[code].class, detail };
  return retryAfterMs > 0 ? { ...refusal, retryAfterMs } : refusal;
}

function toHealth(exchange: Exchange): LineHealth {
  if (exchange.kind !== 'answer') return { state: 'offline', detail: 'provider_unreachable', sentToday: null };
  const { status, body } = exchange;
  if (status < 200 || status >= 300) return { state: 'offline', detail: `http_${status}`, sentToday: null };
  const state = textAt(body, 'status') ?? 'unknown';
  if (/^(FLAGGED|RESTRICTED|BANNED|RATE_LIMITED)$/.test(state))
    return { state: 'restricted', detail: state, sentToday: null };
  return { state: state === 'CONNECTED' ? 'online' : 'offline', detail: state, sentToday: null };
}
