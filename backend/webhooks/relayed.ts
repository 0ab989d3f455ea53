import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { Database } from '../storage/database.ts';
import type { BodyCipher } from '../storage/encryption/bodyCipher.ts';
import type { WebhookLine, WebhookLines } from './dependencies.ts';
import { createWebhookInbox } from './inbox.ts';
import { createIntake, INTAKE_LIMITS } from './intake.ts';
import { JSON_TYPE, META_PATH, WASSENGER_PATH } from './routes.ts';

/** A request that the relay kept, as it came there. */
export type RelayedRequest = {
  /** Name of its row in the relay, for all time. */
  key: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  receivedAt: number;
};

/**
 * `stored`: on disk, or it was there already. `refused`: never worth another look, and in the log. `distrusted`: a wrong
 * token or signature, which other settings may find right; its provider was told that it was received, so it is kept.
 */
export type RelayedOutcome = { kind: 'stored' } | { kind: 'refused' | 'distrusted'; reason: string };

export type RelayedIntake = (request: RelayedRequest) => Promise<RelayedOutcome>;

/** What waited at the relay comes at once, and was let through there at its own pace. */
const NO_HURRY = { perSecond: Number.MAX_SAFE_INTEGER, burst: Number.MAX_SAFE_INTEGER };
/** The relay is one sender, whoever wrote to it. */
const ADDRESS = 'relay';

/**
 * Takes what the relay kept as the webhook port takes what arrives there: the same tokens, signatures, readers and log
 * (WHK-3, WHK-7). Rejects when it could not be stored.
 */
export function createRelayedIntake(dependencies: {
  lines: WebhookLines;
  inbox: Database;
  cipher?: BodyCipher | undefined;
  clock: Clock;
  logger: Logger;
}): RelayedIntake {
  const { lines, clock, logger } = dependencies;
  const inbox = createWebhookInbox(dependencies.inbox, dependencies.cipher);
  const intake = createIntake({ lines, inbox, clock, logger, limits: { ...INTAKE_LIMITS, ...NO_HURRY } });

  /** Lines that a path is about; the token that keeps strangers off the relay's path for Meta is none of ours. */
  function linesOf(path: string): readonly WebhookLine[] {
    if (path === META_PATH || path.startsWith(`${META_PATH}/`)) return intake.metaLines();
    const line = path.startsWith(WASSENGER_PATH) ? intake.lineOfToken(path.slice(WASSENGER_PATH.length)) : null;
    return line === null ? [] : [line];
  }

  return async ({ key, path, headers, body, receivedAt }) => {
    const source = { lines: linesOf(path), address: ADDRESS, relayed: { key, receivedAt } };
    if (source.lines.length === 0) {
      intake.distrust(ADDRESS, 'bad_token');
      return { kind: 'distrusted', reason: 'bad_token' };
    }
    if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
      await intake.refuse(source, { code: 'unsupported_media_type', reason: 'content_type' }, body);
      return { kind: 'refused', reason: 'content_type' };
    }
    const answer = await intake.receive(source, { headers, body });
    if (answer.kind === 'received') return { kind: 'stored' };
    const { reason } = answer;
    return { kind: reason === 'bad_signature' ? 'distrusted' : 'refused', reason };
  };
}
