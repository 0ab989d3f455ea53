import { createORPCClient, DynamicLink } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../backend/contract/contract.ts';
import type { DesktopBridge } from '../../backend/contract/desktopBridge.ts';

/** Every call of the contract, typed, whatever carries it. */
export type Api = ContractRouterClient<Contract>;

/** The language that sentences from the backend should come in. */
const headers = (): Record<string, string> => ({ 'accept-language': document.documentElement.lang });

/** In the desktop app calls go through the preload script's bridge; a browser never loads that part. */
function desktopLink(bridge: DesktopBridge) {
  const link = import('./desktopLink.ts').then(({ createDesktopLink }) => createDesktopLink(bridge, headers));
  return new DynamicLink(() => link);
}

/** In a browser calls go to the host that served the page, with its session cookie. */
const webLink = () => new FetchLink({ url: () => new URL('/rpc', window.location.origin), headers });

export const api: Api = createORPCClient(window.vigie ? desktopLink(window.vigie) : webLink());
