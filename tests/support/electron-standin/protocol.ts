import { unsupported } from './strict.ts';

type Handler = (request: Request) => Promise<Response> | Response;
type Scheme = { scheme: string; privileges?: Record<string, boolean> };

const handlers = new Map<string, Handler>();
const registered = new Set<string>();

/**
 * Chromium knows the app's own schemes by another name: `scheme://host/path` is the page
 * `https://host.scheme.standin/path`, answered without a network.
 */
const STANDIN_SUFFIX = '.standin';

export const protocol = {
  registerSchemesAsPrivileged(schemes: Scheme[]): void {
    for (const { scheme, privileges } of schemes) {
      if (!privileges?.['standard'] || !privileges['secure'])
        throw unsupported('a scheme that is not standard and secure');
      registered.add(scheme);
    }
  },
  handle(scheme: string, handler: Handler): void {
    if (!registered.has(scheme)) throw unsupported(`handling '${scheme}', which is not registered`);
    handlers.set(scheme, handler);
  },
};

/** Every page of a scheme of the app, as a pattern of the DevTools protocol. */
export const OWN_PATTERN = `https://*${STANDIN_SUFFIX}/*`;

/** The address that Chromium loads for an address of the app. */
export function toChromium(address: string): string {
  const url = new URL(address);
  const scheme = url.protocol.slice(0, -1);
  if (!registered.has(scheme)) return address;
  return `https://${url.host}.${scheme}${STANDIN_SUFFIX}${url.pathname}${url.search}${url.hash}`;
}

/** The address of the app that Chromium loaded. */
export function fromChromium(address: string): string {
  const url = URL.parse(address);
  if (!url?.host.endsWith(STANDIN_SUFFIX)) return address;
  const [scheme = '', ...host] = url.host.slice(0, -STANDIN_SUFFIX.length).split('.').reverse();
  return `${scheme}://${host.reverse().join('.')}${url.pathname}${url.search}${url.hash}`;
}

/** What the app answers for an address of its own. */
export async function answer(address: string, method: string): Promise<Response> {
  const handler = handlers.get(new URL(address).protocol.slice(0, -1));
  if (!handler) throw new Error(`electron stand-in: nobody handles ${address}`);
  return handler(new Request(address, { method }));
}
