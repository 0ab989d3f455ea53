/** The interface's own scheme: no file path is ever an address (SEC-5). */
export const APP_SCHEME = 'vigie-app';
const APP_HOST = 'app';
export const APP_URL = `${APP_SCHEME}://${APP_HOST}/`;

/** True for addresses of the interface itself. */
export function isOwnAddress(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === `${APP_SCHEME}:` && url.host === APP_HOST && url.username === '' && url.password === '';
}

/** True for addresses that may be handed to the system's browser: https only, without credentials (SEC-5). */
export function mayOpenOutside(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === 'https:' && url.host !== '' && url.username === '' && url.password === '';
}
