import { z } from 'zod';
import { devicePatch, type DevicePatch } from './device.ts';
import { faultRequest, type FaultRequest } from './faults.ts';
import { badRequest, jsonBody, notFound, sendJson, type Call } from './http.ts';
import type { AnswerReceipt, AnswerRequest } from './line.ts';
import type { PublisherCounts } from './publisher.ts';
import { answerType, envelope, type AnswerType, type FaultKind, type Rules, type RulesPatch } from './rules.ts';
import type { SendRequest } from './sendApi.ts';
import type { WebhookCounts, WebhookDelivery } from './webhookSender.ts';

/** Figures since the start of the process. */
export type SimulatorCounts = {
  /** Sends that were understood, by the fault that befell them. */
  requests: Partial<Record<FaultKind, number>>;
  accepted: number;
  acceptedToday: number;
  /** Accepted, and no longer in the ledger's memory. */
  forgotten: number;
  faultsWaiting: number;
  /** Messages that the device's state keeps from leaving. */
  held: number;
  answers: Partial<Record<AnswerType, number>>;
  webhooks: PublisherCounts & WebhookCounts & { waiting: number; inFlight: number };
  /** Steps still to come. */
  timers: number;
};

/** What the control API moves; the same things that a simulator offers in its own process. */
export type Controls = {
  rules(): Rules;
  changeRules(patch: RulesPatch): void;
  addFaults(faults: FaultRequest[]): void;
  clearFaults(): void;
  answer(request: AnswerRequest & { delayMs?: number }): AnswerReceipt;
  sendRaw(body: string, names: string[]): Promise<WebhookDelivery[]>;
  changeDevice(patch: DevicePatch): void;
  setWebhook(url: string | null, secret?: string | null): void;
  /** Refuses connections for so long. */
  goDown(forMs: number): void;
  counts(): SimulatorCounts;
  deliveries(): WebhookDelivery[];
  requests(): SendRequest[];
};

const answerBody = z.strictObject({
  phone: z.string().min(1),
  type: answerType.default('text'),
  text: z.string().optional(),
  name: z.string().optional(),
  /** Epoch milliseconds or ISO 8601: the time that the message shows. */
  at: z
    .union([z.number(), z.iso.datetime({ offset: true })])
    .transform((at) => (typeof at === 'number' ? at : Date.parse(at)))
    .optional(),
  delayMs: z.number().min(0).default(0),
  quotedWaId: z.string().optional(),
  hiddenSender: z.boolean().default(false),
  envelope: envelope.optional(),
  times: z.int().min(1).max(1000).default(1),
});

const eventBody = z.strictObject({
  /** Posted as it is: a string byte for byte, anything else as JSON. */
  body: z.unknown(),
  times: z.int().min(1).max(1000).default(1),
});
const webhookBody = z.strictObject({ url: z.url().nullable(), secret: z.string().nullable().optional() });
const outageBody = z.strictObject({ ms: z.number().positive() });

function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (!result.success) throw badRequest(z.prettifyError(result.error));
  return result.data;
}

/** What a test gets to know about the first try of a webhook. */
function deliveryJson({ target, state, status, tries }: WebhookDelivery): object {
  return { target, state, status, tries };
}

async function answer(call: Call, controls: Controls): Promise<void> {
  const request = parsed(answerBody, jsonBody(call));
  const { id, waId, delivered } = controls.answer(request);
  const deliveries = request.delayMs > 0 ? [] : (await delivered).map(deliveryJson);
  sendJson(call.response, { status: 202, body: { id, waId, deliveries } });
}

async function sendEvents(call: Call, controls: Controls): Promise<void> {
  const { body, times } = parsed(eventBody, jsonBody(call));
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const rounds = Array.from({ length: times }, () => controls.sendRaw(text, ['raw']));
  sendJson(call.response, { status: 202, body: { deliveries: (await Promise.all(rounds)).flat().map(deliveryJson) } });
}

function changeRules(call: Call, controls: Controls): void {
  try {
    controls.changeRules(jsonBody(call) as RulesPatch);
  } catch (error) {
    if (error instanceof z.ZodError) throw badRequest(z.prettifyError(error));
    throw error;
  }
  sendJson(call.response, { body: controls.rules() });
}

/**
 * Serves `/control/...`, for tests in another process. No token: the simulator listens on the loopback address only.
 * @throws ProviderError 400 for a body that does not fit, 404 for an unknown route
 */
export async function control(call: Call, controls: Controls): Promise<void> {
  const { response } = call;
  switch (`${call.method} ${call.path[1] ?? ''}`) {
    case 'GET rules':
      sendJson(response, { body: controls.rules() });
      return;
    case 'PATCH rules':
      changeRules(call, controls);
      return;
    case 'POST faults': {
      const body = jsonBody(call);
      controls.addFaults(parsed(z.array(faultRequest), Array.isArray(body) ? body : [body]));
      sendJson(response, { status: 202, body: {} });
      return;
    }
    case 'DELETE faults':
      controls.clearFaults();
      sendJson(response, { body: {} });
      return;
    case 'POST answers':
      await answer(call, controls);
      return;
    case 'POST events':
      await sendEvents(call, controls);
      return;
    case 'PATCH device':
      controls.changeDevice(parsed(devicePatch, jsonBody(call)));
      sendJson(response, { body: {} });
      return;
    case 'PUT webhook': {
      const { url, secret } = parsed(webhookBody, jsonBody(call));
      controls.setWebhook(url, secret);
      sendJson(response, { body: {} });
      return;
    }
    case 'POST outage': {
      const { ms } = parsed(outageBody, jsonBody(call));
      response.once('close', () => {
        controls.goDown(ms);
      });
      sendJson(response, { status: 202, body: {}, headers: { connection: 'close' } });
      return;
    }
    case 'GET counts':
      sendJson(response, { body: controls.counts() });
      return;
    case 'GET deliveries':
      sendJson(response, { body: controls.deliveries() });
      return;
    case 'GET requests':
      sendJson(response, { body: controls.requests() });
      return;
    default:
      throw notFound();
  }
}
