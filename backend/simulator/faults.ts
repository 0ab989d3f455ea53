import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Random } from '../core/random.ts';
import { pick, pickWeighted } from './draws.ts';
import { ProviderError } from './http.ts';
import { REFUSALS, type RefusalKind } from './refusals.ts';
import { faultKind, type FaultKind, type Rules } from './rules.ts';

/** Requests of one kind: sends, look-ups of messages, anything about devices. */
export const faultScope = z.enum(['send', 'lookup', 'device']);
export type FaultScope = z.infer<typeof faultScope>;

/** Faults for the next requests, ahead of what the rules say. */
export const faultRequest = z.strictObject({
  kind: faultKind,
  count: z.int().min(1).default(1),
  on: faultScope.default('send'),
  /** Only requests about this phone. */
  phone: z.string().optional(),
  /** Instead of the rules' own. */
  retryAfter: z.string().optional(),
});
export type FaultRequest = z.input<typeof faultRequest>;
export type Fault = { kind: FaultKind; retryAfter?: string | undefined };

export type FaultQueue = {
  add(requests: FaultRequest[]): void;
  clear(): void;
  /** Takes the next fault that fits, null when none was asked for. */
  take(on: FaultScope, phone?: string): Fault | null;
  waiting(): number;
};

export function createFaultQueue(): FaultQueue {
  let queue: z.output<typeof faultRequest>[] = [];
  return {
    add(requests) {
      queue.push(...requests.map((request) => faultRequest.parse(request)));
    },
    clear() {
      queue = [];
    },
    take(on, phone) {
      const fault = queue.find((entry) => entry.on === on && (entry.phone === undefined || entry.phone === phone));
      if (!fault) return null;
      fault.count -= 1;
      if (fault.count === 0) queue = queue.filter((entry) => entry !== fault);
      return fault;
    },
    waiting: () => queue.reduce((sum, { count }) => sum + count, 0),
  };
}

/** What befalls the n-th request (from 1) to a phone, by its own behaviour, else by chance. */
export function faultByRules(random: Random, rules: Rules, request: { phone: string; number: number }): Fault {
  const behaviour = rules.phones[request.phone];
  const own = behaviour?.faults?.[request.number - 1] ?? behaviour?.always;
  if (own || behaviour?.faults) return { kind: own ?? 'none' };
  const { none: _none, ...shares } = rules.faults;
  const total = Object.values(shares).reduce((sum, share) => sum + share, 0);
  return { kind: pickWeighted(random, { ...shares, none: Math.max(0, 1 - total) }) ?? 'none' };
}

export function isRefusal(kind: FaultKind): kind is RefusalKind {
  return kind in REFUSALS;
}

/** Faults that strike before the message is accepted. */
export function strikesBefore(kind: FaultKind): boolean {
  return isRefusal(kind) || kind === 'hang_unaccepted' || kind === 'reset_unaccepted';
}

const ABSURD_WAITS = ['999999999', '-5', 'soon', '1e9', 'Thu, 01 Jan 1970 00:00:00 GMT', ''] as const;

function retryAfterHeader(random: Random, rules: Rules, now: number): string | null {
  switch (rules.retryAfter) {
    case 'none':
      return null;
    case 'seconds':
      return String(rules.retryAfterSeconds);
    case 'date':
      return new Date(now + rules.retryAfterSeconds * 1000).toUTCString();
    case 'absurd':
      return pick(random, ABSURD_WAITS);
  }
}

/** The refusal as an error; a 429 and a 503 say when to come back. */
export function refusalError(
  fault: Fault & { kind: RefusalKind },
  context: { random: Random; rules: Rules; now: number },
): ProviderError {
  const refusal = REFUSALS[fault.kind];
  const mayWait = refusal.status === 429 || refusal.status === 503;
  const byRule = mayWait ? retryAfterHeader(context.random, context.rules, context.now) : null;
  const wait = fault.retryAfter ?? byRule;
  return new ProviderError(refusal, {
    shape: context.rules.errorShape,
    headers: wait === null ? {} : { 'retry-after': wait },
  });
}

/** Bodies that come with a 200 and say nothing. */
const NONSENSE = ['', '{"id":', '[]', 'null', '{"ok":true}', '<html><body>200 OK</body></html>', '"queued"'] as const;

export function sendNonsense(response: ServerResponse, random: Random): void {
  const body = pick(random, NONSENSE);
  response.writeHead(200, { 'content-type': body.startsWith('<') ? 'text/html' : 'application/json' });
  response.end(body);
}

/** Begins an answer, then resets the connection in the middle of its body. */
export function resetInBody(response: ServerResponse, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  response.writeHead(201, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length });
  response.write(half, () => response.socket?.resetAndDestroy());
}

/** Resets the connection without a word. */
export function resetAtOnce(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}
