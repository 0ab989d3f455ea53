import { z } from 'zod';
import { dayOf, toIso } from '../core/days.ts';
import type { Clock } from '../core/clock.ts';
import { deviceJson, queueStatus, type Device, type DevicePatch } from './device.ts';
import { happens, pick, type Draws } from './draws.ts';
import {
  isRefusal,
  refusalError,
  resetAtOnce,
  resetInBody,
  sendNonsense,
  type FaultQueue,
  type FaultScope,
} from './faults.ts';
import { badRequest, jsonBody, notFound, ProviderError, sendJson, type Call } from './http.ts';
import type { Ledger, LedgerQuery } from './ledger.ts';
import { ledgerJson, messageJson, type Message } from './message.ts';
import { REFUSALS, type Refusal } from './refusals.ts';
import type { Rules } from './rules.ts';
import type { Subscriptions } from './subscriptions.ts';

const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 1000;

export type ReadApi = {
  message(call: Call, id: string): void;
  messages(call: Call): void;
  device(call: Call, id: string): void;
  queue(call: Call, id: string): void;
  webhooks(call: Call): void;
  deleteWebhook(call: Call, id: string): void;
  ledger(call: Call): void;
};

function wholeNumber(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^\d+$/.test(text)) throw badRequest(`${name} must be a whole number`);
  return Number(text);
}

function instantOf(query: URLSearchParams, name: string): { at: number } | null {
  const text = query.get(name);
  if (text === null) return null;
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(at)) throw badRequest(`${name} must be an instant`);
  return { at };
}

function listOf(query: URLSearchParams, name: string): string[] | null {
  const values = query.getAll(name).flatMap((value) => value.split(','));
  return values.length === 0 ? null : values;
}

function ledgerQuery(query: URLSearchParams): LedgerQuery {
  const text = (name: string): string | null => query.get(name);
  const since = instantOf(query, 'createdAfter') ?? instantOf(query, 'since');
  const until = instantOf(query, 'createdBefore') ?? instantOf(query, 'until');
  const [reference, prefix, phone] = [text('reference'), text('referencePrefix'), text('phone')];
  const [ids, waIds, statuses] = [listOf(query, 'ids'), listOf(query, 'waIds'), listOf(query, 'status')];
  return {
    ...(reference === null ? {} : { reference }),
    ...(prefix === null ? {} : { referencePrefix: prefix }),
    ...(phone === null ? {} : { phone }),
    ...(ids ? { ids } : {}),
    ...(waIds ? { waIds } : {}),
    ...(statuses ? { statuses } : {}),
    ...(since ? { since: since.at } : {}),
    ...(until ? { until: until.at } : {}),
  };
}

export function createReadApi(deps: {
  clock: Clock;
  draws: Draws;
  rules: () => Rules;
  device: () => Device;
  changeDevice: (patch: DevicePatch) => void;
  faults: FaultQueue;
  ledger: Ledger;
  subscriptions: Subscriptions;
}): ReadApi {
  const { clock, draws, rules, device, ledger, faults, subscriptions } = deps;
  let lookups = 0;

  /** True when a fault answers this request, or leaves it without an answer. */
  function struck(call: Call, on: FaultScope): boolean {
    const random = draws.stream('lookup', lookups++);
    const fault = faults.take(on);
    if (!fault && on === 'lookup' && happens(random, rules().lookup.errorShare)) {
      throw new ProviderError(
        pick<Refusal>(random, [REFUSALS.server_error, REFUSALS.unavailable, REFUSALS.gateway_timeout]),
      );
    }
    if (!fault || fault.kind === 'none') return false;
    if (isRefusal(fault.kind)) {
      throw refusalError({ ...fault, kind: fault.kind }, { random, rules: rules(), now: clock.now() });
    }
    if (fault.kind === 'nonsense') sendNonsense(call.response, random);
    else if (fault.kind === 'reset') resetInBody(call.response, { id: draws.hex(24, 'lookup', lookups) });
    else if (fault.kind === 'reset_unaccepted') resetAtOnce(call.response);
    else if (fault.kind === 'bad_gateway_accepted') throw new ProviderError(REFUSALS.bad_gateway);
    return true;
  }

  /** Whether this look-up shows the message: the provider's index runs behind, or lies for a while. */
  function shows(message: Message): boolean {
    message.lookups += 1;
    return clock.now() >= message.visibleAt && message.lookups > rules().lookup.notFoundFirst;
  }

  const showDevice = (): Record<string, unknown> =>
    deviceJson(device(), { now: clock.now(), sentToday: ledger.acceptedOn(dayOf(clock.now())) });

  return {
    message(call, id) {
      if (struck(call, 'lookup')) return;
      const message = ledger.byId(id);
      if (!message || !shows(message)) throw notFound('Message not found');
      sendJson(call.response, { body: messageJson(message) });
    },
    messages(call) {
      const size = Math.min(wholeNumber(call.query, 'size', DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE);
      const page = wholeNumber(call.query, 'page', 0);
      const { reference, ...others } = ledgerQuery(call.query);
      const obeyed = reference === undefined || rules().lookup.ignoresReference ? others : { ...others, reference };
      if (struck(call, 'lookup')) return;
      const found = ledger.find(obeyed).filter(shows).reverse();
      const items = found.slice(page * size, (page + 1) * size);
      sendJson(call.response, { body: items.map(messageJson), headers: { 'x-total-count': String(found.length) } });
    },
    device(call, id) {
      if (struck(call, 'device')) return;
      if (id.toLowerCase() !== device().id) throw notFound('Device not found');
      sendJson(call.response, { body: showDevice() });
    },
    queue(call, id) {
      if (struck(call, 'device')) return;
      if (id.toLowerCase() !== device().id) throw notFound('Device not found');
      const body = z.object({ status: queueStatus }).safeParse(jsonBody(call));
      if (!body.success) throw badRequest('status must be active, pause, reject or freeze');
      deps.changeDevice({ queue: body.data.status });
      sendJson(call.response, { body: showDevice() });
    },
    webhooks(call) {
      if (call.method === 'GET') {
        sendJson(call.response, { body: subscriptions.registered() });
        return;
      }
      const made = subscriptions.register(jsonBody(call), toIso(clock.now()));
      if (!made) throw badRequest('name, url and events are needed');
      sendJson(call.response, { status: 201, body: made });
    },
    deleteWebhook(call, id) {
      if (!subscriptions.remove(id)) throw notFound('Webhook not found');
      sendJson(call.response, { body: { id } });
    },
    ledger(call) {
      const offset = wholeNumber(call.query, 'offset', 0);
      const limit = wholeNumber(call.query, 'limit', Number.MAX_SAFE_INTEGER);
      const found = ledger.find(ledgerQuery(call.query));
      const items = found.slice(offset, offset + limit);
      sendJson(call.response, { body: items.map(ledgerJson), headers: { 'x-total-count': String(found.length) } });
    },
  };
}
