import { createConfig, lintFromString } from '@redocly/openapi-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAdminHost, type AdminHost } from '../../tests/support/adminHost.ts';
import { createOpenApiDocument } from './openapi.ts';

type Request = { path?: string; body?: unknown; csv?: string };
type Case = {
  happy: Request & { status?: number };
  /** What the contract refuses; null where a call takes no input at all. */
  refused: (Request & { status?: number }) | null;
};
const message = { body: 'Bonjour' };
const LONG = 'x'.repeat(65);
const list = (more: Partial<Case> = {}): Case => ({ happy: {}, refused: { path: '?limit=201' }, ...more });
const noInput: Case = { happy: {}, refused: null };
const byId: Case = { happy: {}, refused: { path: LONG } };
const body = (good: unknown, wrong: unknown, status = 200): Case => ({
  happy: { body: good, status },
  refused: { body: wrong },
});

/** For each route of the REST API what it takes and what it refuses; a route without its case fails. */
const CASES: Record<string, Case> = {
  'GET /monitoring/stats': noInput,
  'GET /monitoring/history': { happy: { path: '?days=90' }, refused: { path: '?days=91' } },
  'GET /monitoring/errors': { happy: { path: '?limit=100' }, refused: { path: '?limit=101' } },
  'POST /messages': body({ to: '+33612345678', ...message }, { to: '+33612345678' }, 202),
  'GET /messages/stats': { happy: { path: '?days=7' }, refused: { path: '?days=none' } },
  'GET /attempts': list({ happy: { path: '?state=sent&type=otp&campaignId=c&phone=%2B33&q=x&parked=true' } }),
  'GET /attempts/{id}': byId,
  'POST /attempts/{id}/retry': byId,
  'POST /attempts/{id}/cancel': byId,
  'POST /attempts/{id}/resolve': body({ outcome: 'sent' }, { outcome: 'perhaps' }),
  'POST /attempts/retry': body({ max: 10 }, { max: 0 }),
  'POST /attempts/cleanup': body({ olderThanDays: 30, dryRun: true }, { olderThanDays: 0 }),
  'GET /contacts': list({ happy: { path: '?q=awa&categoryId=c' } }),
  'POST /contacts': body({ name: 'Awa', phone: '+33612345678' }, { name: 'Awa' }, 201),
  'GET /contacts/{id}': byId,
  'PATCH /contacts/{id}': body({ name: 'Awa' }, { name: 12 }),
  'DELETE /contacts/{id}': byId,
  'POST /contacts/import': { happy: { csv: 'tel\n0612345678\n' }, refused: { path: '?country=France', csv: 'tel\n' } },
  'POST /contacts/{id}/merge': body({ otherId: 'contact-2' }, { otherId: '' }),
  'GET /imports': list(),
  'POST /imports': body({ fileName: 'a.csv', size: 12 }, { fileName: 'a.csv', size: -1 }, 201),
  'POST /imports/content': {
    happy: { path: '?id=import-1&offset=0', csv: 'tel\n' },
    refused: { path: '?id=import-1&offset=-1', csv: 'tel\n' },
  },
  'GET /imports/{id}': byId,
  'POST /imports/{id}/preview': body({ country: 'FR' }, { country: 'France' }),
  'POST /imports/{id}/start': body({ category: 'Clients' }, { category: '' }),
  'POST /imports/{id}/cancel': byId,
  'POST /imports/{id}/resume': byId,
  'POST /imports/{id}/undo': byId,
  'GET /imports/{id}/refused': list(),
  'GET /imports/{id}/refused.csv': byId,
  'GET /categories': list(),
  'POST /categories': body({ name: 'Clients' }, { name: '', color: 'red' }, 201),
  'PATCH /categories/{id}': body({ name: 'Clients' }, { color: 'red' }),
  'DELETE /categories/{id}': byId,
  'GET /campaigns': list({ happy: { path: '?status=running' } }),
  'POST /campaigns': body({ name: 'N', message1: message, message2: message }, { name: 'N' }, 201),
  'GET /campaigns/{id}': byId,
  'PATCH /campaigns/{id}': body({ name: 'N' }, { sendsPerMinute: 0 }),
  'POST /campaigns/{id}/start': byId,
  'POST /campaigns/{id}/pause': byId,
  'POST /campaigns/{id}/resume': byId,
  'POST /campaigns/{id}/cancel': byId,
  'GET /campaigns/{id}/recipients': list({ happy: { path: '?state=failed' } }),
  'POST /campaigns/preview': body({ message1: message, message2: message }, { message1: message }),
  'GET /campaigns/{id}/export.csv': { happy: {}, refused: { path: '?separator=x' } },
  'GET /exports/attempts.csv': { happy: { path: '?state=sent' }, refused: { path: '?state=none' } },
  'GET /exports/errors.csv': { happy: { path: '?campaignId=c' }, refused: { path: '?separator=x' } },
  'GET /webhook-events': list({ happy: { path: '?verdict=applied&q=x' } }),
  'GET /webhook-events/{id}': byId,
  'POST /webhook-events/{id}/replay': byId,
  'POST /webhook-events/{id}/assign': body({ contactId: 'contact-1' }, { contactId: '' }),
  'POST /sending/pause': body({ scope: 'all' }, { scope: 'nothing' }),
  'POST /sending/resume': body({ scope: 'all' }, {}),
  'GET /settings': noInput,
  'PATCH /settings': body({ dailyLimit: 100 }, { dailyLimit: 0 }),
  'GET /relay': noInput,
  'GET /lines': noInput,
  'POST /lines': body(
    { provider: 'wassenger', label: 'Paris', deviceId: '5f4e3d2c1b0a5f4e3d2c1b0a', apiKey: 'key-0123456789' },
    { provider: 'wassenger', label: 'Paris', deviceId: 'short', apiKey: 'key-0123456789' },
    201,
  ),
  'PATCH /lines/{id}': body({ sendsPerMinute: 10 }, { sendsPerMinute: 0 }),
  'DELETE /lines/{id}': { happy: { path: '?waiting=cancel' }, refused: { path: '?waiting=forget' } },
  'POST /lines/{id}/test': byId,
  'POST /lines/leave-demo': { happy: { status: 202 }, refused: null },
  'GET /protection': noInput,
  'PATCH /protection': body({ encryptAll: true }, { encryptAll: 'yes' }),
  'POST /protection/key/rotate': noInput,
  'POST /protection/passphrase': body({ passphrase: 'cheval batterie agrafe' }, { passphrase: 'short' }),
  'POST /protection/passphrase/remove': body({ current: 'cheval batterie agrafe' }, {}),
  'POST /protection/key/export': noInput,
  'GET /backups': noInput,
  'POST /backups': { happy: { status: 201 }, refused: null },
  'POST /backups/{name}/restore': {
    happy: { path: 'vigie-20261120T030000000Z-daily.tar.gz', status: 202 },
    refused: { path: '..%2Fsecrets.json' },
  },
  'GET /clock': noInput,
  'POST /clock/reset': noInput,
  'GET /scheduler': noInput,
  'POST /scheduler/{job}/run': byId,
  'GET /sync': noInput,
  'POST /sync/push': noInput,
  'POST /sync/set-aside/{id}/retry': byId,
  'GET /cache/stats': noInput,
  'GET /audit': list(),
  'GET /suppressions': list(),
  'DELETE /suppressions/{phone}': byId,
  'GET /events': noInput,
  'POST /auth/login': body({ password: 'right' }, { password: '' }),
};

let host: AdminHost;
beforeAll(async () => {
  host = await startAdminHost({ password: 'right' });
});
afterAll(async () => {
  await host.stop();
});

/** Asks a route; a path that does not begin a query stands for the id. */
function ask(route: string, { path = '', body: sent, csv }: Request, headers: Record<string, string> = {}) {
  const [method = '', template = ''] = route.split(' ');
  const [id, query] = path.startsWith('?') || path === '' ? ['id-1', path] : [path, ''];
  const content =
    csv === undefined
      ? sent === undefined
        ? {}
        : { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(sent) }
      : { headers: { 'content-type': 'text/csv', ...headers }, body: csv };
  return host.call(`/api${template.replace(/\{\w+\}/, id)}${query}`, { method, headers, ...content });
}

describe('every route of the REST API', () => {
  it('has its case here, and every case is a route (API-2)', async () => {
    const { paths = {} } = await createOpenApiDocument('0.1.0');
    const routes = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item ?? {}).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(Object.keys(CASES).sort()).toEqual(routes.sort());
  });

  it.each(Object.entries(CASES))('%s answers what it is asked rightly', async (route, { happy }) => {
    const answer = await ask(route, happy);
    expect([answer.status, answer.ok ? '' : await answer.text()]).toEqual([happy.status ?? 200, '']);
    await answer.body?.cancel();
  });

  it.each(Object.entries(CASES).filter(([, { refused }]) => refused !== null))(
    '%s refuses a wrong input and says which (API-2)',
    async (route, { refused }) => {
      const answer = await ask(route, refused!);
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { code: 'bad_request', message: expect.any(String) as string },
      ]);
    },
  );

  it('takes no input where there is nothing to refuse', async () => {
    const { paths = {} } = await createOpenApiDocument('0.1.0');
    for (const [route, { refused }] of Object.entries(CASES)) {
      const [method = '', path = ''] = route.split(' ');
      const operation = paths[path]?.[method.toLowerCase() as 'get'];
      if (refused === null) expect(operation?.parameters ?? operation?.requestBody, route).toBeUndefined();
    }
  });

  it.each(Object.entries(CASES).filter(([route]) => route !== 'POST /auth/login'))(
    '%s sends away who has no token, before it looks at anything (API-1)',
    async (route, { happy, refused }) => {
      for (const request of [happy, refused ?? happy]) {
        const answer = await ask(route, request, { authorization: '' });
        expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'unauthorized' }]);
      }
    },
  );
});

describe('the OpenAPI document', () => {
  it('passes a public linter without an error (API-3)', async () => {
    const source = JSON.stringify(await createOpenApiDocument('0.1.0'));
    const config = await createConfig({ extends: ['recommended'], telemetry: 'off' });
    const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ ruleId, message: text, location }) => `${ruleId} ${text} ${location[0]?.pointer}`)).toEqual(
      [],
    );
  }, 120_000);
});
