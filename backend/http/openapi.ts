import { OpenAPIGenerator } from '@orpc/openapi';
import { oc, type OpenAPI } from '@orpc/contract';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import * as attempts from '../contract/attempts.ts';
import * as campaigns from '../contract/campaigns.ts';
import * as contacts from '../contract/contacts.ts';
import { contract } from '../contract/contract.ts';
import { ERROR_STATUS, type ErrorCode } from '../contract/errors.ts';
import * as imports from '../contract/imports.ts';
import * as monitoring from '../contract/monitoring.ts';
import * as webhooks from '../contract/webhookEvents.ts';
import * as workspace from '../contract/workspace.ts';
import { EXPORTS } from './exports.ts';
import { SUMMARIES } from './summaries.ts';

/** What the admin port answers besides the contract. */
const login = oc
  .route({
    method: 'POST',
    path: '/auth/login',
    tags: ['access'],
    description:
      'Gives a token for the password in VIGIE_ADMIN_PASSWORD. Without one, `vigie token create` makes tokens.',
    spec: (operation) => ({ ...operation, security: [] }),
  })
  .input(workspace.loginInput)
  .output(workspace.loginOutput);

const NAMED_SCHEMAS = {
  MonitoringStats: monitoring.monitoringStats,
  Attempt: attempts.attempt,
  AttemptDetail: attempts.attemptDetail,
  Contact: contacts.contact,
  Category: contacts.category,
  ImportReport: imports.importReport,
  Import: imports.contactImport,
  Campaign: campaigns.campaign,
  Recipient: campaigns.recipient,
  WebhookEvent: webhooks.webhookEvent,
  Settings: workspace.settings,
};

/** The OpenAPI document of the REST API, made from the contract (API-3). */
export async function createOpenApiDocument(version: string): Promise<OpenAPI.Document> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(
    { ...contract, auth: { login } },
    {
      info: {
        title: 'Vigie',
        version,
        description: 'Messages, campaigns and figures of one Vigie. Instants are ISO 8601 in UTC, phones E.164.',
        license: { name: 'UNLICENSED', identifier: 'LicenseRef-UNLICENSED' },
      },
      servers: [{ url: '/api' }],
      security: [{ bearer: [] }],
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
        schemas: { Error: errorSchema() },
        responses: errorResponses(),
      },
      commonSchemas: Object.fromEntries(
        Object.entries(NAMED_SCHEMAS).map(([name, schema]) => [name, { schema, strategy: 'output' }]),
      ),
    },
  );
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item?.[method];
      if (operation) complete(operation, path, method);
    }
  }
  describeImport(document);
  describeExports(document);
  return document;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
type Method = (typeof METHODS)[number];

function complete(operation: OpenAPI.OperationObject, path: string, method: Method): void {
  const summary = SUMMARIES[operation.operationId ?? ''];
  if (summary !== undefined) operation.summary = summary;
  operation.responses = { ...operation.responses, ...errorReferences(path, method, operation) };
}

function errorSchema(): OpenAPI.SchemaObject {
  return {
    type: 'object',
    properties: {
      code: { type: 'string', enum: Object.keys(ERROR_STATUS) },
      message: { type: 'string', description: 'What happened and what to do, in French or English.' },
      data: { description: 'Values that the message names; for `bad_request`, `issues` lists every wrong field.' },
    },
    required: ['code', 'message'],
  };
}

/** One response for each status, named by it, with the codes that it stands for. */
function errorResponses(): Record<string, OpenAPI.ResponseObject> {
  const codes = Object.keys(ERROR_STATUS) as ErrorCode[];
  return Object.fromEntries(
    [...new Set(Object.values(ERROR_STATUS))].map((status) => [
      `Error${status}`,
      {
        description: codes.filter((code) => ERROR_STATUS[code] === status).join(', '),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        ...(status === ERROR_STATUS.too_many_requests && {
          headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } },
        }),
      } satisfies OpenAPI.ResponseObject,
    ]),
  );
}

/** The errors that a call can end in: some are possible everywhere, some with an id or a body only. */
function errorReferences(
  path: string,
  method: Method,
  operation: OpenAPI.OperationObject,
): Record<string, OpenAPI.ReferenceObject> {
  const { bad_request, unauthorized, forbidden, not_found, conflict, payload_too_large } = ERROR_STATUS;
  const { unsupported_media_type, not_retryable, too_many_requests, internal_error, frozen } = ERROR_STATUS;
  const statuses: number[] = [unauthorized, forbidden, too_many_requests, internal_error, frozen];
  if (operation.parameters ?? operation.requestBody) statuses.push(bad_request);
  if (operation.requestBody) statuses.push(payload_too_large, unsupported_media_type);
  if (path.includes('{')) statuses.push(not_found);
  if (method !== 'get' && path !== '/auth/login') statuses.push(conflict, not_retryable);
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/Error${status}` }]));
}

/** The contract gives exports piece by piece; over REST each comes as one file. */
function describeExports(document: OpenAPI.Document): void {
  for (const path of Object.keys(EXPORTS)) {
    const operation = document.paths?.[path.replace(':id', '{id}')]?.get;
    if (!operation) throw new Error(`The contract has no ${path} any more`);
    operation.responses = {
      ...operation.responses,
      200: {
        description:
          'A CSV file with a header line. Cells that a spreadsheet would take for a formula begin with an apostrophe.',
        content: { 'text/csv': { schema: { type: 'string' } } },
      },
    };
  }
}

/** The contract takes and gives any file; over REST it is CSV. */
function describeImport(document: OpenAPI.Document): void {
  const csv = { 'text/csv': { schema: { type: 'string', contentMediaType: 'text/csv' } } } as const;
  for (const path of ['/contacts/import', '/imports/content']) {
    const operation = document.paths?.[path]?.post;
    if (!operation) throw new Error(`The contract has no ${path} any more`);
    operation.requestBody = { required: true, content: csv };
  }
  const report = document.paths?.['/imports/{id}/refused.csv']?.get?.responses?.['200'];
  if (!report || '$ref' in report) throw new Error('The contract has no report of refused lines any more');
  report.content = csv;
}
