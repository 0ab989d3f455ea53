import { afterEach, describe, expect, it } from 'vitest';
import { startAdminHost, type AdminHost } from '../../tests/support/adminHost.ts';
import { createOpenApiDocument } from './openapi.ts';

/** The routes of the REST API that are promised so far. */
const ROUTES = [
  'GET /monitoring/stats',
  'GET /monitoring/history',
  'GET /monitoring/errors',
  'POST /messages',
  'GET /messages/stats',
  'GET /attempts',
  'GET /attempts/{id}',
  'POST /attempts/{id}/retry',
  'POST /attempts/{id}/cancel',
  'POST /attempts/{id}/resolve',
  'POST /attempts/retry',
  'POST /attempts/cleanup',
  'GET /contacts',
  'POST /contacts',
  'GET /contacts/{id}',
  'PATCH /contacts/{id}',
  'DELETE /contacts/{id}',
  'POST /contacts/import',
  'POST /contacts/{id}/merge',
  'GET /imports',
  'POST /imports',
  'POST /imports/content',
  'GET /imports/{id}',
  'POST /imports/{id}/preview',
  'POST /imports/{id}/start',
  'POST /imports/{id}/cancel',
  'POST /imports/{id}/resume',
  'POST /imports/{id}/undo',
  'GET /imports/{id}/refused',
  'GET /imports/{id}/refused.csv',
  'GET /categories',
  'POST /categories',
  'PATCH /categories/{id}',
  'DELETE /categories/{id}',
  'GET /campaigns',
  'POST /campaigns',
  'GET /campaigns/{id}',
  'PATCH /campaigns/{id}',
  'POST /campaigns/{id}/start',
  'POST /campaigns/{id}/pause',
  'POST /campaigns/{id}/resume',
  'POST /campaigns/{id}/cancel',
  'GET /campaigns/{id}/recipients',
  'POST /campaigns/preview',
  'GET /campaigns/{id}/export.csv',
  'GET /exports/attempts.csv',
  'GET /exports/errors.csv',
  'GET /webhook-events',
  'GET /webhook-events/{id}',
  'POST /webhook-events/{id}/replay',
  'POST /webhook-events/{id}/assign',
  'POST /sending/pause',
  'POST /sending/resume',
  'GET /settings',
  'PATCH /settings',
  'GET /protection',
  'PATCH /protection',
  'POST /protection/key/rotate',
  'POST /protection/passphrase',
  'POST /protection/passphrase/remove',
  'POST /protection/key/export',
  'GET /relay',
  'GET /sync',
  'POST /sync/push',
  'POST /sync/set-aside/{id}/retry',
  'GET /backups',
  'POST /backups',
  'POST /backups/{name}/restore',
  'GET /clock',
  'POST /clock/reset',
  'GET /lines',
  'POST /lines',
  'PATCH /lines/{id}',
  'DELETE /lines/{id}',
  'POST /lines/{id}/test',
  'POST /lines/leave-demo',
  'GET /scheduler',
  'POST /scheduler/{job}/run',
  'GET /cache/stats',
  'GET /audit',
  'GET /suppressions',
  'DELETE /suppressions/{phone}',
  'GET /events',
  'POST /auth/login',
];

type Operation = {
  operationId: string;
  summary?: string;
  security?: unknown[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, unknown>;
};

/** The document as a client reads it: one entry for each route. */
async function operations(): Promise<Map<string, Operation>> {
  const document = await createOpenApiDocument('0.1.0');
  const found = new Map<string, Operation>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item ?? {})) {
      found.set(`${method.toUpperCase()} ${path}`, operation as Operation);
    }
  }
  return found;
}

const hosts: AdminHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

describe('the OpenAPI document (API-3)', () => {
  it('holds every route that is promised, and no other', async () => {
    expect([...(await operations()).keys()].sort()).toEqual([...ROUTES].sort());
  });

  it('names each call once and says what it does', async () => {
    const calls = [...(await operations()).values()];
    expect(new Set(calls.map(({ operationId }) => operationId)).size).toBe(calls.length);
    expect(new Set(calls.map(({ summary }) => summary)).size).toBe(calls.length);
    expect(calls.filter(({ summary }) => summary === undefined)).toEqual([]);
  });

  it('asks for a token everywhere but at the login (API-1)', async () => {
    const document = await createOpenApiDocument('0.1.0');
    expect(document.security).toEqual([{ bearer: [] }]);
    const open = [...(await operations())].filter(([, { security }]) => security !== undefined);
    expect(open.map(([route]) => route)).toEqual(['POST /auth/login']);
  });

  it('declares each parameter of a path, and says what errors look like', async () => {
    for (const [route, { parameters = [], responses }] of await operations()) {
      const named = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(named);
      expect(responses).toMatchObject({ 401: { $ref: '#/components/responses/Error401' } });
    }
  });

  it('points nowhere that is not there', async () => {
    const document = await createOpenApiDocument('0.1.0');
    const text = JSON.stringify(document);
    for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = pointer
        .split('/')
        .reduce<unknown>((at, step) => (at as Record<string, unknown>)?.[step], document);
      expect(target, pointer).toBeTypeOf('object');
    }
  });

  it('says that a send may answer 202 or 200 and that an import takes CSV', async () => {
    const found = await operations();
    expect(Object.keys(found.get('POST /messages')?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '202', '422']),
    );
    expect(Object.keys(found.get('POST /contacts/import')?.requestBody?.content ?? {})).toEqual(['text/csv']);
  });

  it('is served to who has a token', async () => {
    const host = await startAdminHost();
    hosts.push(host);
    const answer = await host.call('/api/openapi.json');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(await createOpenApiDocument('0.1.0'));
    expect((await host.call('/api/openapi.json', { headers: { authorization: '' } })).status).toBe(401);
  });
});
