import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isOwnAddress } from './addresses.ts';

/** Styles may stand inline, scripts never (SEC-1). The page talks to the main process only, so nothing is fetched. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

const INDEX = '/index.html';

/**
 * Answers the interface's own scheme from the built files below `root`, and nothing beside them.
 * An address without an extension is a page of the interface: it gets the shell.
 */
export async function serveInterface(root: string, request: Pick<Request, 'method' | 'url'>): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
  if (!isOwnAddress(request.url)) return refuse(403);
  const file = fileOf(root, request.url);
  if (file === null) return refuse(400);
  const contentType = CONTENT_TYPES[path.extname(file)];
  if (contentType === undefined) return refuse(404);
  try {
    const content = await readFile(file);
    return new Response(new Uint8Array(content), { headers: { ...HEADERS, 'content-type': contentType } });
  } catch (error) {
    if (isMissing(error)) return refuse(404);
    throw error;
  }
}

/** The file that an address names, or null when it leaves the folder or is malformed. */
function fileOf(root: string, address: string): string | null {
  let pathname: string;
  try {
    pathname = decodeURIComponent(new URL(address).pathname);
  } catch {
    return null;
  }
  if (/[\\\0]|\.\./.test(pathname)) return null;
  const file = path.join(root, path.posix.extname(pathname) === '' ? INDEX : pathname);
  return file.startsWith(root + path.sep) ? file : null;
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR';
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: HEADERS });
}
