import path from 'node:path';
import { Agent, request } from 'undici';
import { describe, expect, it } from 'vitest';
import { integerBetween } from '../../backend/core/random.ts';
import { openStore } from '../../backend/storage/store.ts';
import { MIGRATIONS } from '../support/engine.ts';
import { FAILPOINT, readFailpoints } from '../support/failpointRuns.ts';
import { column, temporaryFolders } from '../support/folders.ts';
import { PLANTED_TEXT } from '../support/hostLogs.ts';
import { startHost, type RunningHost } from '../support/processes.ts';
import { playRounds } from '../support/repetitions.ts';
import { incoming } from '../support/wassengerEvents.ts';
import { storedEventIds } from '../support/storedRequests.ts';

const folder = temporaryFolders('vigie-webhook-kill-');
/** Nothing answers there: these runs receive, they do not send. */
const PROVIDER = { url: 'http://127.0.0.1:9', device: '5f9c1e2b7a4d3c0018e6b2a1' };
const SENDERS = 8;
/** The host dies around one of its first so many commits of webhooks. */
const COMMITS = 30;
const WITHIN = { timeout: 60_000, interval: 50 };

/** A provider that posts each event again until it is answered 2xx, as far as one host lives. */
function createSender(agent: Agent) {
  const answered = new Set<string>();
  let waiting: string[] = [];
  let number = 0;
  const post = async (host: RunningHost, id: string): Promise<boolean> => {
    const body = JSON.stringify(incoming({ id, body: `${PLANTED_TEXT} ${id}` }, { id: `evt-${id}` }));
    const headers = { 'content-type': 'application/json' };
    const answer = await request(host.webhookUrl, { method: 'POST', body, headers, dispatcher: agent }).catch(
      () => null,
    );
    // The answer counts when it came whole.
    const text = await answer?.body.text().catch(() => '');
    if (answer?.statusCode !== 200 || text !== '{"received":1}') return false;
    answered.add(id);
    return true;
  };
  return {
    answered,
    posted: () => number,
    /** Posts from several connections until the host is gone. */
    async flood(host: RunningHost): Promise<void> {
      const again = waiting;
      waiting = [];
      const connection = async (): Promise<void> => {
        for (;;) {
          const id = again.pop() ?? `m${number++}`;
          if (await post(host, id)) continue;
          waiting.push(id);
          return;
        }
      };
      await Promise.all(Array.from({ length: SENDERS }, connection));
      waiting.push(...again);
    },
    /** Posts what no host has answered. */
    async finish(host: RunningHost): Promise<void> {
      for (const id of waiting.splice(0)) expect(await post(host, id)).toBe(true);
    },
  };
}

describe.each([
  ['between the receipt of a webhook and its commit', 'before commit of inbox.db'],
  ['between the commit of a webhook and its answer', 'after commit of inbox.db'],
])('a host that is killed %s', (_moment, point) => {
  it('has every webhook that it answered 200, and processes each once when all are posted again (fault 15; WHK-2, WHK-4, REL-1, I6, I10)', async () => {
    const dataDir = folder();
    const files = { inbox: path.join(dataDir, 'inbox.db'), main: path.join(dataDir, 'vigie.db') };
    const log = path.join(folder(), 'points.json');
    openStore(dataDir, MIGRATIONS).close();
    const agent = new Agent({ connections: SENDERS });
    const sender = createSender(agent);
    try {
      await playRounds({ run: 5, long: 50 }, async ({ seed, random }) => {
        const fatal = integerBetween(random, 1, COMMITS);
        const env = { VIGIE_FAILPOINT: String(fatal), VIGIE_FAILPOINT_AT: point, VIGIE_FAILPOINT_LOG: log };
        const host = await startHost({ dataDir, provider: PROVIDER, preload: FAILPOINT, env });
        await sender.flood(host);
        await host.end('SIGKILL');
        expect(readFailpoints(log), `seed ${seed}`).toMatchObject({ killed: true });
        const isStored = new Set(storedEventIds(dataDir));
        expect(
          [...sender.answered].filter((id) => !isStored.has(id)),
          `seed ${seed}`,
        ).toEqual([]);
        // The fatal turn: all of it is there, and nobody was told.
        if (point.startsWith('after')) expect(isStored.size, `seed ${seed}`).toBeGreaterThan(sender.answered.size);
      });
      const last = await startHost({ dataDir, provider: PROVIDER });
      await sender.finish(last);
      const inbox = column<number>(files.inbox, `SELECT count(*) FROM webhook_inbox`);
      await expect.poll(() => column<number>(files.main, `SELECT count(*) FROM webhook_events`), WITHIN).toEqual(inbox);
      expect(await last.end()).toBe(0);
      const processed = column<string>(
        files.main,
        `SELECT provider_message_id FROM webhook_events WHERE verdict <> 'duplicate'`,
      );
      expect(processed.toSorted()).toEqual(Array.from({ length: sender.posted() }, (_, index) => `m${index}`).sort());
      for (const file of Object.values(files)) {
        expect(column(file, 'PRAGMA integrity_check')).toEqual(['ok']);
        expect(column(file, 'PRAGMA foreign_key_check')).toEqual([]);
      }
    } finally {
      await agent.destroy();
    }
  });
});
