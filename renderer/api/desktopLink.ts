import { RPCLink } from '@orpc/client/message-port';
import type { DesktopBridge } from '../../backend/contract/desktopBridge.ts';

/** The part of a message port that oRPC speaks to. */
export type PortLike = {
  postMessage: (message: unknown) => void;
  onMessage: { addListener: (listener: (message: unknown) => void) => void };
  onDisconnect: { addListener: (listener: () => void) => void };
};

/** Makes the desktop's bridge look like a port. It lives as long as the window, so it never disconnects. */
export function portOver(bridge: DesktopBridge): PortLike {
  return {
    postMessage: (message) => {
      if (typeof message === 'string' || message instanceof Uint8Array) bridge.send(message);
      else if (message instanceof ArrayBuffer) bridge.send(new Uint8Array(message));
      else throw new TypeError('Only text and bytes cross the bridge');
    },
    onMessage: { addListener: (listener) => void bridge.onMessage(listener) },
    onDisconnect: { addListener: () => {} },
  };
}

export function createDesktopLink(bridge: DesktopBridge, headers: () => Record<string, string>) {
  return new RPCLink({ port: portOver(bridge), headers });
}
