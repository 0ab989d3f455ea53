import { createHash } from 'node:crypto';
import { z } from 'zod';
import { sleep, type Clock } from '../core/clock.ts';
import type { ContactBook } from './contactBook.ts';
import type { Device } from './device.ts';
import { happens, objectId, whatsAppId, within, type Draws } from './draws.ts';
import {
  faultByRules,
  isRefusal,
  refusalError,
  resetAtOnce,
  resetInBody,
  sendNonsense,
  strikesBefore,
  type Fault,
  type FaultQueue,
} from './faults.ts';
import { jsonBody, notFound, ProviderError, sendError, sendJson, type Call } from './http.ts';
import type { Ledger } from './ledger.ts';
import type { Line } from './line.ts';
import { messageJson, type Message } from './message.ts';
import { REFUSALS } from './refusals.ts';
import type { FaultKind, Rules } from './rules.ts';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const expiration = z.union([
  z.object({ seconds: z.number().positive() }).transform(({ seconds }) => ({ afterMs: seconds * 1000 })),
  z.object({ duration: z.string().regex(/^\d+[smhd]$/) }).transform(({ duration }) => ({
    afterMs: Number.parseInt(duration, 10) * UNIT_MS[duration.slice(-1) as keyof typeof UNIT_MS],
  })),
  z.object({ date: instant }).transform(({ date }) => ({ at: date })),
]);

const sendBody = z
  .object({
    device: z.string().regex(/^[0-9a-f]{24}$/i, 'must be 24 hexadecimal digits'),
    phone: z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be E.164 with +'),
    message: z.string().min(1).max(4096).optional(),
    media: z
      .object({
        url: z.url().optional(),
        file: z.string().optional(),
        format: z.enum(['native', 'gif', 'ptt']).optional(),
      })
      .refine(({ url, file }) => (url === undefined) !== (file === undefined), 'needs either url or file')
      .optional(),
    template: z.looseObject({ name: z.string().min(1) }).optional(),
    reference: z.string().min(1).max(300).optional(),
    priority: z.enum(['low', 'normal', 'high', 'urgent']).default('normal'),
    enqueue: z.enum(['always', 'never', 'opportunistic']).default('always'),
    deliverAt: instant.optional(),
    expiration: expiration.optional(),
    retries: z.int().min(0).max(25).optional(),
    quote: z.string().optional(),
  })
  .refine((body) => body.message ?? body.media ?? body.template, { message: 'message, media or template is needed' });
type SendBody = z.infer<typeof sendBody>;

function parseSend(call: Call): SendBody {
  const parsed = sendBody.safeParse(jsonBody(call));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue?.path[0] === 'phone') throw new ProviderError(REFUSALS.invalid_phone);
  const where = issue?.path.join('.') ?? '';
  throw new ProviderError({ status: 400, code: 'bad_request', message: `Invalid ${where}: ${issue?.message ?? ''}` });
}

/** One `POST /messages`, kept so that tests see pace and repetitions. */
export type SendRequest = {
  at: number;
  phone: string;
  reference: string | null;
  requestHash: string;
  fault: FaultKind;
  accepted: boolean;
};

export type SendApi = {
  send(call: Call): Promise<void>;
  /** The last requests that were understood, oldest first. */
  requests(): SendRequest[];
  /** How many requests met each fault, `none` among them. */
  counts(): Partial<Record<FaultKind, number>>;
};

export function createSendApi(deps: {
  clock: Clock;
  draws: Draws;
  rules: () => Rules;
  device: () => Device;
  faults: FaultQueue;
  contacts: ContactBook;
  ledger: Ledger;
  line: Line;
  /** Requests that are remembered. */
  limit: number;
  /** Aborted when the simulator stops: nobody waits any longer. */
  signal: () => AbortSignal;
}): SendApi {
  const { clock, draws, rules, device, faults, contacts, ledger, line, limit, signal } = deps;
  const requests: SendRequest[] = [];
  const counts: Partial<Record<FaultKind, number>> = {};

  function checkDevice(body: SendBody): void {
    const { id, status, queue, session } = device();
    if (body.device.toLowerCase() !== id) throw notFound('Device not found');
    if (status !== 'operative' || queue === 'reject') throw new ProviderError(REFUSALS.conflict);
    if (session !== 'online' && body.enqueue === 'never') throw new ProviderError(REFUSALS.conflict);
  }

  function expiresAt(body: SendBody, now: number): number | null {
    if (!body.expiration) return null;
    return 'at' in body.expiration ? body.expiration.at : now + body.expiration.afterMs;
  }

  function accept(body: SendBody, request: { key: string; requestHash: string; fault: FaultKind }): Message {
    const now = clock.now();
    const id = objectId(draws, now, 'message', request.key);
    const message: Message = {
      id,
      waId: whatsAppId(draws, id),
      device: device().id,
      phone: body.phone,
      reference: body.reference ?? null,
      body: body.message ?? '',
      media: body.media ?? null,
      template: body.template ?? null,
      quote: body.quote ?? null,
      priority: body.priority,
      acceptedAt: now,
      requestHash: request.requestHash,
      fault: request.fault,
      status: 'queued',
      deliveryStatus: 'queued',
      failureReason: null,
      deliverAt: Math.max(now, body.deliverAt ?? now),
      expiresAt: expiresAt(body, now),
      sentAt: null,
      deliveredAt: null,
      readAt: null,
      failedAt: null,
      lookups: 0,
      visibleAt: now + within(draws.stream('hidden', id), rules().lookup.hiddenMs),
    };
    ledger.add(message);
    return message;
  }

  function note(body: SendBody, requestHash: string, fault: FaultKind): void {
    const { phone, reference = null } = body;
    counts[fault] = (counts[fault] ?? 0) + 1;
    requests.push({ at: clock.now(), phone, reference, requestHash, fault, accepted: !strikesBefore(fault) });
    if (requests.length > limit) requests.splice(0, requests.length - limit);
  }

  function refuse(call: Call, fault: Fault, key: string): void {
    if (isRefusal(fault.kind)) {
      const context = { random: draws.stream('refusal', key), rules: rules(), now: clock.now() };
      sendError(call.response, refusalError({ ...fault, kind: fault.kind }, context));
    } else if (fault.kind === 'reset_unaccepted') {
      resetAtOnce(call.response);
    }
  }

  async function answer(call: Call, message: Message, answered: Record<string, unknown>): Promise<void> {
    const random = draws.stream('answer', message.id);
    switch (message.fault) {
      case 'hang':
        return;
      case 'reset':
        resetInBody(call.response, answered);
        return;
      case 'bad_gateway_accepted':
        sendError(call.response, new ProviderError(REFUSALS.bad_gateway));
        return;
      case 'nonsense':
        sendNonsense(call.response, random);
        return;
      case 'slow':
        await sleep(clock, rules().slowMs, signal());
        break;
      default:
    }
    sendJson(call.response, { status: 201, body: answered });
  }

  function answerJson(message: Message, before: Message | undefined): Record<string, unknown> {
    const json = messageJson(message);
    if (message.fault === 'same_id' && before) return { ...json, id: before.id, waId: before.waId };
    const { waId: _waId, ...withoutWaId } = json;
    return happens(draws.stream('omit', message.id), rules().omitWaIdShare) ? withoutWaId : json;
  }

  return {
    async send(call) {
      const body = parseSend(call);
      checkDevice(body);
      const contact = contacts.get(body.phone);
      const number = ++contact.requests;
      const key = `${body.phone}/${number}`;
      const chance = draws.stream('fault', key);
      const latencyMs = within(chance, rules().latencyMs);
      const fault = faults.take('send', body.phone) ?? faultByRules(chance, rules(), { phone: body.phone, number });
      if (latencyMs > 0) await sleep(clock, latencyMs, signal());
      if (signal().aborted) return;

      const requestHash = createHash('sha256').update(call.body).digest('hex');
      note(body, requestHash, fault.kind);
      if (strikesBefore(fault.kind)) {
        refuse(call, fault, key);
        return;
      }
      const before = ledger.last();
      const message = accept(body, { key, requestHash, fault: fault.kind });
      const answered = answerJson(message, before);
      await line.take(message);
      await answer(call, message, answered);
    },
    requests: () => [...requests],
    counts: () => ({ ...counts }),
  };
}
