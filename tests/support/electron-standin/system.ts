import { happened } from './observed.ts';
import { StrictEmitter } from './strict.ts';

type PermissionRequest = (
  ...request: [
    contents: null,
    permission: string,
    decide: (granted: boolean) => void,
    details: { requestingUrl: string },
  ]
) => void;

export const shell = {
  openExternal(address: string): Promise<void> {
    happened.opened.push(address);
    return Promise.resolve();
  },
};

export const dialog = {
  showErrorBox(title: string, content: string): void {
    happened.errors.push(`${title}: ${content}`);
    process.stderr.write(`error box: ${title}: ${content}\n`);
  },
};

export const powerMonitor = new (class PowerMonitor extends StrictEmitter {})(['resume']);

export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }],
};

let permissionRequest: PermissionRequest | null = null;

export const session = {
  defaultSession: {
    setPermissionRequestHandler(handler: PermissionRequest): void {
      permissionRequest = handler;
    },
    setPermissionCheckHandler(): void {},
    setDevicePermissionHandler(): void {},
  },
};

/** What the app answers to a page that asks for a permission; without a handler Electron grants it. */
export function decidePermission(permission: string, requestingUrl: string): boolean {
  let granted = true;
  const decide = (decision: boolean): void => {
    granted = decision;
  };
  permissionRequest?.(null, permission, decide, { requestingUrl });
  return granted;
}
