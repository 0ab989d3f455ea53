import type { Clock } from '../../../core/clock.ts';
import type { Capabilities, ProviderName } from '../../../contract/lines.ts';
import type { LineHealth, OutgoingMessage, Provider, SendOutcome } from '../../provider.ts';
import { createProviderHttp, type Exchange } from '../http.ts';
import { textAt, valueAt } from '../reading.ts';
import { checkSecrets, isSigned } from '../signature.ts';
import {
  classifyWassenger,
  readRefusalCode,
  refusalDetail,
  WASSENGER_ERRORS,
  whenRepeatedWassenger,
} from './errors.ts';
import { readIds } from './ids.ts';
import { findByReference } from './lookup.ts';
import { toWassengerMessage } from './message.ts';
import { readSession } from './session.ts';
import { readWassengerWebhook } from './webhook.ts';

export type WassengerOptions = {
  name?: Extract<ProviderName, 'wassenger' | 'simulator'>;
  apiKey: string;
  /** 24 hex digits. */
  deviceId: string;
  baseUrl: string;
  /** Several while one is being replaced; none where the account has no signatures. */
  webhookSecrets: readonly string[];
  /** After this an unanswered send is `unknown`. */
  timeoutMs: number;
  clock: Clock;
  /** Called with what an answer's `Date` says, epoch ms. */
  seenDate?: (at: number) => void;
  /** The device is connected through the official API (`connector: cloud`): templates and the 24 h rule apply. */
  officialApi?: boolean;
  /** Devices of the account's other lines: a webhook without a device filter brings their events too, which are theirs. */
  otherDevices?: () => readonly string[];
  /** False where the plan of the account reports no deliveries. */
  deliveryReports?: boolean;
};

export type QueueStatus = 'active' | 'pause' | 'reject' | 'freeze';

export type WassengerProvider = Provider & {
  /** The emergency stop at the provider's side; false when it was not confirmed. */
  setQueue(status: QueueStatus): Promise<boolean>;
  /** What a code on several contacts running asks for. */
  whenRepeated(code: string): 'pause_line' | 'pause_message_1' | null;
  close(): Promise<void>;
  /** Closes once the requests under way are answered. */
  retire(): Promise<void>;
};

const SIGNATURE_HEADER = 'x-wassenger-signature';
/** Words of a 409 that mean "I have this one already", which is for the look-up to settle. */
const ABOUT_DUPLICATE = /duplicat|already|exist/i;

/** A sender at Wassenger, or at the built-in simulator, which speaks the same API. */
export function createWassengerProvider(options: WassengerOptions): WassengerProvider {
  const { deviceId, officialApi = false, deliveryReports = true } = options;
  const secrets = checkSecrets(options.webhookSecrets);
  const http = createProviderHttp({
    baseUrl: options.baseUrl,
    headers: { token: options.apiKey },
    timeoutMs: options.timeoutMs,
    clock: options.clock,
    seenDate: options.seenDate,
  });
  const capabilities: Capabilities = {
    deliveryReports,
    readReports: deliveryReports,
    reactions: true,
    lookupByReference: true,
    needsTemplate: officialApi,
    signsWebhooks: secrets.length > 0,
  };
  return {
    name: options.name ?? 'wassenger',
    capabilities,
    // Its own and that of WhatsApp.
    idsPerMessage: 2,
    async send(message) {
      const exchange = await http.post('/messages', toWassengerMessage(message, { deviceId, officialApi }));
      return toOutcome(exchange, message);
    },
    lookUp: (reference) => findByReference(http, { deviceId, reference }),
    health: async () => toHealth(await http.get(`/devices/${encodeURIComponent(deviceId)}`)),
    classify: classifyWassenger,
    whenRepeated: whenRepeatedWassenger,
    verifyWebhook: (request) => secrets.length === 0 || isSigned(request, SIGNATURE_HEADER, secrets),
    readWebhook: (body) => readWassengerWebhook(body, options.otherDevices?.()),
    async setQueue(status) {
      const exchange = await http.post(`/devices/${encodeURIComponent(deviceId)}/queue`, { status });
      return exchange.kind === 'answer' && exchange.status >= 200 && exchange.status < 300;
    },
    close: () => http.close(),
    retire: () => http.retire(),
  };
}

function toOutcome(exchange: Exchange, message: OutgoingMessage): SendOutcome {
  switch (exchange.kind) {
    case 'not_sent':
      return { kind: 'not_sent', code: 'provider_unreachable', detail: exchange.detail };
    case 'lost':
      return { kind: 'unknown', code: exchange.code, detail: exchange.detail };
    case 'answer':
      return readAnswer(exchange, message);
  }
}

function readAnswer(answer: Extract<Exchange, { kind: 'answer' }>, message: OutgoingMessage): SendOutcome {
  const { status, body } = answer;
  if (status >= 500) return { kind: 'unknown', code: 'server_error', detail: refusalDetail(status, body) };
  if (status === 408 || (status === 409 && ABOUT_DUPLICATE.test(textAt(body, 'message', 'errorCode') ?? ''))) {
    return { kind: 'unknown', code: 'unreadable_answer', detail: refusalDetail(status, body) };
  }
  if (status >= 400) {
    const code = readRefusalCode(status, body);
    const refusal = {
      kind: 'refused',
      code,
      class: WASSENGER_ERRORS[code].class,
      detail: refusalDetail(status, body),
    } as const;
    return answer.retryAfterMs === undefined ? refusal : { ...refusal, retryAfterMs: answer.retryAfterMs };
  }
  const providerIds = readIds(body);
  const echoed = textAt(body, 'reference');
  // An answer that belongs to another message, or to none, proves nothing about this one.
  if (status < 200 || status >= 300 || providerIds.length === 0 || (echoed !== null && echoed !== message.reference)) {
    return { kind: 'unknown', code: 'unreadable_answer', detail: `HTTP ${status}` };
  }
  return { kind: 'accepted', providerIds };
}

function toHealth(exchange: Exchange): LineHealth {
  if (exchange.kind !== 'answer') return { state: 'offline', detail: 'provider_unreachable', sentToday: null };
  const { status, body } = exchange;
  if (status < 200 || status >= 300) return { state: 'offline', detail: `http_${status}`, sentToday: null };
  const sent = valueAt(body, 'stats.day.sent');
  return { ...readSession(body), sentToday: typeof sent === 'number' && sent >= 0 ? Math.floor(sent) : null };
}
