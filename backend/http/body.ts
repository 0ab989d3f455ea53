import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import type { Request, RequestHandler } from 'express';
import { MAX_IMPORT_BYTES, MAX_PART_BYTES } from '../contract/imports.ts';
import { VigieError } from '../contract/errors.ts';
import type { SentenceKey } from '../contract/messages/sentence.ts';
import { requestPath } from './answers.ts';

export const MAX_BODY_BYTES = 1024 * 1024;
/** What a form adds around the file that it carries. */
const FORM_BYTES = 64 * 1024;
/** Deeper JSON than anybody needs, and shallow enough for every reader. */
const MAX_JSON_DEPTH = 64;
const UNREADABLE: SentenceKey = 'validation.unreadable';
const TOO_DEEP: SentenceKey = 'validation.too_deep';

/** Kinds of bodies: JSON everywhere, the file itself over REST, a file in a form over RPC. */
type BodyKind = 'application/json' | 'text/csv' | 'multipart/form-data';
export type BodyRule = { path: string; accepts: BodyKind[]; maxBytes: number };

/** Where files come in; every other route takes 1 MiB of JSON. */
export const IMPORT_BODIES: BodyRule[] = [
  { path: '/api/contacts/import', accepts: ['text/csv'], maxBytes: MAX_IMPORT_BYTES },
  { path: '/api/imports/content', accepts: ['text/csv'], maxBytes: MAX_PART_BYTES },
  ...['/rpc/contacts/import', '/rpc/imports/upload'].map((route): BodyRule => ({
    path: route,
    accepts: ['multipart/form-data', 'application/json'],
    maxBytes: MAX_PART_BYTES + FORM_BYTES,
  })),
];
const ANY_PATH: BodyRule = { path: '', accepts: ['application/json'], maxBytes: MAX_BODY_BYTES };

/**
 * Reads the body of a request, as far as the rules allow, and leaves it in `request.body` for oRPC: a value from JSON,
 * a `File` of the very bytes from CSV (they may be in any encoding), a `FormData` from a form. A large file goes to
 * the disk as it comes, and away again once the request is answered.
 * @param uploads folder for such files
 */
export function createReadBody(uploads: string): RequestHandler {
  return async (request, response, next) => {
    if (hasBody(request)) {
      const rule = IMPORT_BODIES.find(({ path: at }) => at === requestPath(request).replace(/\/$/, '')) ?? ANY_PATH;
      const kind = kindOf(request, rule);
      if (kind === 'text/csv' && rule.maxBytes === MAX_IMPORT_BYTES) {
        const file = path.join(uploads, `${randomUUID()}.part`);
        response.once('close', () => void rm(file, { force: true }));
        request.body = new File([await receive(request, { file, maxBytes: rule.maxBytes })], 'import.csv', {
          type: kind,
        });
      } else request.body = await parse(kind, await readBytes(request, rule.maxBytes), request);
    }
    next();
  };
}

/** Writes a body to a file as it comes, so that none of it waits in memory; the file's bytes, read when they are asked for. */
async function receive(request: Request, { file, maxBytes }: { file: string; maxBytes: number }): Promise<Blob> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new VigieError('payload_too_large');
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const target = await open(file, 'w', 0o600);
  let size = 0;
  try {
    // Whoever sends too much still gets the answer: the connection is not torn down.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw new VigieError('payload_too_large');
      await target.write(chunk);
    }
  } finally {
    await target.close();
  }
  return openAsBlob(file);
}

function hasBody({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined || headers['content-type']?.startsWith('text/csv')) return true;
  return Number(headers['content-length'] ?? 0) > 0;
}

/** @throws VigieError `unsupported_media_type`: forms and plain text are what a stranger's page can send unasked */
function kindOf({ headers }: IncomingMessage, rule: BodyRule): BodyKind {
  const sent = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  const kind = rule.accepts.find((accepted) => accepted === sent);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (kind === undefined || encoding !== 'identity') throw new VigieError('unsupported_media_type');
  return kind;
}

/**
 * Resolves with the whole body, or rejects with `payload_too_large` as soon as that is known; the rest is then left
 * unread, for Node to discard, so that the sender still gets the answer.
 */
function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (): void => {
      request.off('data', take);
      reject(new VigieError('payload_too_large'));
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) refuse();
      else chunks.push(chunk);
    };
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      refuse();
      return;
    }
    request.on('data', take);
    request.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    request.once('error', reject);
  });
}

async function parse(kind: BodyKind, bytes: Buffer, request: IncomingMessage): Promise<unknown> {
  switch (kind) {
    case 'application/json':
      return parseJson(bytes);
    case 'text/csv':
      return new File([new Uint8Array(bytes)], 'import.csv', { type: kind });
    case 'multipart/form-data':
      return parseForm(bytes, request.headers['content-type'] ?? kind);
    default:
      return kind satisfies never;
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!isDeeper(text, MAX_JSON_DEPTH)) return JSON.parse(text);
  } catch (cause) {
    throw new VigieError('bad_request', { detail: UNREADABLE }, { cause });
  }
  throw new VigieError('bad_request', { detail: TOO_DEEP, maximum: MAX_JSON_DEPTH });
}

async function parseForm(bytes: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    throw new VigieError('bad_request', { detail: UNREADABLE }, { cause });
  }
}

/** True when brackets stand in each other more than `limit` times; those inside of strings do not count. */
function isDeeper(json: string, limit: number): boolean {
  let depth = 0;
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > limit) return true;
  }
  return false;
}
