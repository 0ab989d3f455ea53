import { hash, timingSafeEqual } from 'node:crypto';
import { VigieError, type ErrorCode } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { WebhookRequest } from '../sending/provider.ts';
import type { WebhookLine, WebhookLines } from './dependencies.ts';
import type { WebhookInbox } from './inbox.ts';
import { parseBody } from './json.ts';
import { createRateLimit } from './rateLimit.ts';
import { describe } from './readInbox.ts';

/** What a sender of a webhook is told. */
export type IntakeAnswer =
  | { kind: 'received'; events: number }
  | {
      kind: 'refused';
      code: ErrorCode;
      reason: string;
      retryAfterSeconds?: number;
      /** A part of it was believed and stored all the same. */
      stored?: boolean;
    };

type Refusal = Extract<IntakeAnswer, { kind: 'refused' }>;

export type IntakeLimits = {
  /** Believed requests of one line. */
  perSecond: number;
  burst: number;
  /** Requests with a wrong token or signature, of one address. They never slow down those that are right. */
  failuresPerSecond: number;
  failuresBurst: number;
};

export const INTAKE_LIMITS: IntakeLimits = {
  perSecond: 5_000,
  burst: 20_000,
  failuresPerSecond: 0.5,
  failuresBurst: 30,
};

/** Refused requests are kept for the log, but nobody fills the disk with them. */
const KEPT_REFUSALS = { perSecond: 1, burst: 100 };
const KEPT_BYTES = 8 * 1024;
/** Providers send 25 at most; each one costs a row. */
const MOST_EVENTS = 1_000;

type Source = {
  /** Lines that the request may be for. */
  lines: readonly WebhookLine[];
  address: string;
  /** Where it came by the relay: key of its row, and when the relay received it (WHK-7). */
  relayed?: { key: string; receivedAt: number };
};

/** Decides whether a request is believed, and stores it before it is answered (WHK-2, WHK-3, WHK-5). */
export function createIntake(dependencies: {
  lines: WebhookLines;
  inbox: WebhookInbox;
  clock: Clock;
  logger: Logger;
  limits: IntakeLimits;
}) {
  const { lines, inbox, clock, logger, limits } = dependencies;
  const accepted = createRateLimit({ perSecond: limits.perSecond, burst: limits.burst }, clock);
  const failed = createRateLimit({ perSecond: limits.failuresPerSecond, burst: limits.failuresBurst }, clock);
  const refusals = createRateLimit(KEPT_REFUSALS, clock);

  /** Refuses, and keeps the request with the reason. */
  async function refuse(
    source: Source,
    refusal: { code: ErrorCode; reason: string },
    body: Buffer,
  ): Promise<IntakeAnswer> {
    const { code, reason } = refusal;
    const [line] = source.lines;
    if (line !== undefined && refusals.take('') === 0) {
      const lineId = source.lines.length === 1 ? line.id : null;
      const receivedAt = source.relayed?.receivedAt ?? clock.now();
      const entry = { receivedAt, provider: line.provider.name, lineId, rejected: reason };
      await inbox.add({ ...entry, body: body.subarray(0, KEPT_BYTES) });
    }
    return { kind: 'refused', code, reason };
  }

  /** Refuses somebody who did not prove to be the provider. */
  function distrust(address: string, reason: string): Refusal {
    const wait = failed.take(address);
    if (wait > 0) return { kind: 'refused', code: 'too_many_requests', reason, retryAfterSeconds: wait };
    logger.warn({ reason }, 'webhook refused');
    return { kind: 'refused', code: 'unauthorized', reason };
  }

  /** Refuses a request that was not signed with a secret of its line, and keeps it with the reason. */
  async function mistrust(source: Source, body: Buffer): Promise<Refusal> {
    const answer = distrust(source.address, 'bad_signature');
    if (answer.code === 'unauthorized') await refuse(source, answer, body);
    return answer;
  }

  function isBelieved({ provider }: WebhookLine, request: WebhookRequest): boolean {
    try {
      return provider.verifyWebhook(request);
    } catch (error) {
      logger.error({ error: describe(error), provider: provider.name }, 'signature could not be checked');
      return false;
    }
  }

  /** How many events a line's reader finds; null when the body is not the provider's. */
  function countEvents({ provider }: WebhookLine, json: unknown): number | null {
    try {
      const { length } = provider.readWebhook(json);
      return length > MOST_EVENTS ? null : length;
    } catch (error) {
      if (error instanceof VigieError && error.code === 'bad_request') return null;
      // An error of ours: the event is kept, and its failure shows in the log.
      logger.error({ error: describe(error), provider: provider.name }, 'webhook could not be read');
      return 1;
    }
  }

  async function store(
    source: Source,
    found: { line: WebhookLine; events: number }[],
    body: Buffer,
  ): Promise<IntakeAnswer> {
    const wait = accepted.take(source.lines[0]?.id ?? '');
    if (wait > 0) return { kind: 'refused', code: 'too_many_requests', reason: 'rate', retryAfterSeconds: wait };
    const concerned = found.filter(({ events }) => events > 0);
    // A request about none of our numbers is kept once.
    const kept = concerned.length > 0 ? concerned : found.slice(0, 1);
    const { receivedAt, key: relayKey } = source.relayed ?? { receivedAt: clock.now(), key: null };
    await Promise.all(
      kept.map(({ line }) =>
        inbox.add({ receivedAt, provider: line.provider.name, lineId: line.id, body, rejected: null, relayKey }),
      ),
    );
    return { kind: 'received', events: kept.reduce((sum, { events }) => sum + events, 0) };
  }

  return {
    refuse,
    distrust,

    /** The line of a path's token (WHK-3), in a time that does not depend on how much of it is right. */
    lineOfToken(token: string): WebhookLine | null {
      let found: WebhookLine | null = null;
      for (const line of lines.all()) {
        if (line.provider.name === 'meta') continue;
        if (isSecret(token, line.webhookToken)) found = line;
        for (const former of line.formerTokens ?? []) {
          if (isSecret(token, former.token) && clock.now() < former.until) found ??= line;
        }
      }
      return found;
    },
    metaLines: () => lines.all().filter(({ provider }) => provider.name === 'meta'),
    isVerifyToken: (token: string): boolean =>
      lines.all().some(({ provider, webhookToken }) => provider.name === 'meta' && isSecret(token, webhookToken)),

    /** Rejects when the request could not be stored: then it was not received. */
    async receive(source: Source, request: WebhookRequest): Promise<IntakeAnswer> {
      const believing = source.lines.filter((line) => isBelieved(line, request));
      if (believing.length === 0) return mistrust(source, request.body);
      const trusted = { ...source, lines: believing };
      const parsed = parseBody(request.body);
      if ('problem' in parsed) return refuse(trusted, { code: 'bad_request', reason: parsed.problem }, request.body);
      const found: { line: WebhookLine; events: number }[] = [];
      for (const line of believing) {
        const events = countEvents(line, parsed.json);
        if (events === null) return refuse(trusted, { code: 'bad_request', reason: 'not_an_envelope' }, request.body);
        found.push({ line, events });
      }
      const unproved = source.lines.filter((line) => !believing.includes(line));
      const isForged = unproved.some(({ provider }) => provider.isNamedIn?.(parsed.json) === true);
      if (!isForged) return store(trusted, found, request.body);
      // It speaks of a number whose own secret did not sign it. What is proved is kept; the rest has to come again, for
      // it may be our secret that is wrong (WHK-3).
      const proved = found.filter(({ events }) => events > 0);
      const kept = proved.length > 0 && (await store(trusted, proved, request.body)).kind === 'received';
      return { ...(await mistrust({ ...source, lines: unproved }, request.body)), stored: kept };
    },
  };
}

/** An empty secret is none: nothing equals it. */
function isSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected)) && expected !== '';
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
