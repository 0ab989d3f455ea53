import type { IncomingMessage } from 'node:http';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];
const WILDCARDS = new Set(['0.0.0.0', '::', '[::]']);
const DEFAULT_PORT = 80;
/** Host and optional port as a browser writes them: no credentials, no path. */
const AUTHORITY = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;

/** True when an address is only reachable from this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.includes(bracketed(host)) || /^127(\.\d{1,3}){3}$/.test(host);
}

/** How this machine itself names an address that a port is opened on: a wildcard is nobody's name. */
export function reachableName(host: string): string {
  if (!WILDCARDS.has(host)) return bracketed(host);
  return host.includes(':') ? '[::1]' : '127.0.0.1';
}

/**
 * Tells requests made to our own address by our own pages from all others (SEC-1): a page of a stranger cannot choose
 * the `Host` and `Origin` that its visitor's browser sends.
 * - `Host` must name this port; the name is ours (a name that a stranger's DNS points at us is not).
 * - `Origin`, where there is one, must be ours. A page on another local port is a stranger too.
 * - `Sec-Fetch-Site`, where there is one, must say that no other site asks, unless somebody follows a link.
 */
export function isOwnRequest(request: IncomingMessage, own: { host: string; port: number }): boolean {
  const { host, origin } = request.headers;
  const isOurs = (authority: string): boolean => isOwnAuthority(authority, request, own);
  if (host === undefined || !isOurs(host)) return false;
  if (origin !== undefined && !(origin.startsWith('http://') && isOurs(origin.slice('http://'.length)))) return false;
  return comesFromUs(request);
}

function isOwnAuthority(authority: string, request: IncomingMessage, own: { host: string; port: number }): boolean {
  const [, name = '', port] = AUTHORITY.exec(authority) ?? [];
  return Number(port ?? DEFAULT_PORT) === own.port && ownNames(request, own.host).includes(name.toLowerCase());
}

/** On a wildcard address, the one that the request came in by: an address cannot be rebound, a name can. */
function ownNames(request: IncomingMessage, host: string): string[] {
  const bound = WILDCARDS.has(host) ? (request.socket.localAddress ?? '').replace(/^::ffff:/, '') : host;
  return [...LOOPBACK_NAMES, bracketed(bound).toLowerCase()];
}

function comesFromUs(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  return request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate';
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
