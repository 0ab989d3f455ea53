import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent, request } from 'undici';
import { expect, it } from 'vitest';
import { sleep, systemClock } from '../../backend/core/clock.ts';
import { integerBetween, seededRandom } from '../../backend/core/random.ts';
import { openDatabase } from '../../backend/storage/database.ts';
import { startHost } from '../support/processes.ts';
import { repetitions, seedOfRun } from '../support/repetitions.ts';
import { incoming } from '../support/wassengerEvents.ts';

/** Nothing answers there: these runs receive, they do not send. */
const PROVIDER = { url: 'http://127.0.0.1:9', device: '5f9c1e2b7a4d3c0018e6b2a1' };
const SENDERS = 8;
const WITHIN = { timeout: 60_000, interval: 50 };

/** Ids of the messages in one of the files of a folder that nobody else has open. */
function readIds(file: string, sql: string): string[] {
  const database = openDatabase(file);
  try {
    return database.prepare<[], string>(sql).pluck().all();
  } finally {
    database.close();
  }
}

it('keeps every webhook that was answered 200, and processes it once, wherever it was killed (I6, WHK-2, REL-1)', async () => {
  const seed = seedOfRun();
  const random = seededRandom(seed);
  const dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-webhook-kill-'));
  const agent = new Agent({ connections: SENDERS });
  const answered = new Set<string>();
  let number = 0;
  try {
    for (let round = 0; round < repetitions({ run: 5, long: 50 }); round += 1) {
      const host = await startHost({ dataDir, provider: PROVIDER });
      const dying = sleep(systemClock, integerBetween(random, 5, 400)).then(() => host.end('SIGKILL'));
      const posting = Array.from({ length: SENDERS }, async () => {
        for (;;) {
          const id = `m${number++}`;
          const body = JSON.stringify(incoming({ id }, { id: `evt-${id}` }));
          const headers = { 'content-type': 'application/json' };
          const answer = await request(host.webhookUrl, { method: 'POST', body, headers, dispatcher: agent }).catch(
            () => null,
          );
          if (answer === null) return;
          // The answer counts when it came whole.
          const text = await answer.body.text().catch(() => '');
          if (answer.statusCode === 200 && text === '{"received":1}') answered.add(id);
        }
      });
      await Promise.all([dying, ...posting]);
      const stored = readIds(
        path.join(dataDir, 'inbox.db'),
        `SELECT json_extract(CAST(body AS TEXT), '$.data.id') FROM webhook_inbox`,
      );
      expect(
        [...answered].filter((id) => !stored.includes(id)),
        `seed ${seed}`,
      ).toEqual([]);
    }
    const last = await startHost({ dataDir, provider: PROVIDER });
    const inbox = readIds(path.join(dataDir, 'inbox.db'), `SELECT count(*) FROM webhook_inbox`);
    const logged = (): string[] => readIds(path.join(dataDir, 'vigie.db'), `SELECT count(*) FROM webhook_events`);
    await expect.poll(logged, WITHIN).toEqual(inbox);
    await last.end();
    const processed = readIds(
      path.join(dataDir, 'vigie.db'),
      `SELECT provider_message_id FROM webhook_events WHERE verdict = 'unmatched'`,
    );
    expect(new Set(processed).size, `seed ${seed}`).toBe(processed.length);
    expect(
      [...answered].filter((id) => !processed.includes(id)),
      `seed ${seed}`,
    ).toEqual([]);
    expect(answered.size).toBeGreaterThan(0);
  } finally {
    await agent.destroy();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
