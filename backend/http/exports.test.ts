import { afterEach, describe, expect, it } from 'vitest';
import { startAdminHost, type AdminHost } from '../../tests/support/adminHost.ts';
import { stubServices } from '../../tests/support/stubServices.ts';
import { VigieError } from '../contract/errors.ts';

const hosts: AdminHost[] = [];
const start = async (deps: Parameters<typeof startAdminHost>[0] = {}): Promise<AdminHost> => {
  const host = await startAdminHost(deps);
  hosts.push(host);
  return host;
};
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

describe('exports over REST (CMP-13)', () => {
  it('come as one file, with the filters of the query', async () => {
    const asked: unknown[] = [];
    const attempts = (input: unknown) => {
      asked.push(input);
      return [
        { csv: 'a\r\n', rows: 0 },
        { csv: 'b\r\n', rows: 1 },
      ];
    };
    const host = await start({ services: stubServices({ exports: { attempts } }) });
    const answer = await host.call('/api/exports/attempts.csv?state=sent&q=&separator=;');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toContain('attempts.csv');
    expect(await answer.text()).toBe('a\r\nb\r\n');
    expect(asked).toEqual([{ state: 'sent', separator: ';' }]);
  });

  it('are refused as JSON before they begin: no token, no such campaign, a wrong filter', async () => {
    const recipients = () => {
      throw new VigieError('not_found');
    };
    const host = await start({ services: stubServices({ exports: { recipients } }) });
    const path = '/api/campaigns/none/export.csv';
    expect((await host.call(path, { headers: { authorization: '' } })).status).toBe(401);
    const missing = await host.call(path);
    expect([missing.status, await missing.json()]).toMatchObject([404, { code: 'not_found' }]);
    const wrong = await host.call('/api/exports/attempts.csv?state=none');
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { code: 'bad_request' }]);
  });

  it('that break in the middle end the connection, so that nobody takes a part for the whole', async () => {
    function* errors() {
      yield { csv: 'a\r\n', rows: 1 };
      throw new Error('the disk is gone');
    }
    const host = await start({ services: stubServices({ exports: { errors } }) });
    const answer = await host.call('/api/exports/errors.csv');
    await expect(answer.text()).rejects.toThrow();
  });

  it('are read no further once nobody takes them', async () => {
    let ended = (): void => {};
    const over = new Promise<void>((resolve) => {
      ended = resolve;
    });
    function* attempts() {
      try {
        for (;;) yield { csv: 'x'.repeat(100_000), rows: 1 };
      } finally {
        ended();
      }
    }
    const host = await start({ services: stubServices({ exports: { attempts } }) });
    const answer = await host.call('/api/exports/attempts.csv');
    await answer.body?.cancel();
    await over;
  });
});
