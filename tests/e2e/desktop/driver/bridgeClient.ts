import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { Page } from 'playwright-core';
import type { Contract } from '../../../../backend/contract/contract.ts';
import type { DesktopBridge } from '../../../../backend/contract/desktopBridge.ts';

type BridgeWindow = { vigie: DesktopBridge; tellTest: (message: string) => void };

/** Marks the numbers of the test's calls: the interface counts its own on the same channel. */
const OWN = 'test-';
/** Ends the text ahead of the bytes, in a message that brings a file along. */
const BYTES_FOLLOW = 0xff;

/** Calls the backend as the interface does: from the window's page, over the bridge. */
export async function bridgeClient(page: Page): Promise<ContractRouterClient<Contract>> {
  const listeners: ((message: string) => void)[] = [];
  await page.exposeFunction('tellTest', (message: string) => {
    if (!message.includes(OWN)) return;
    for (const listener of listeners) listener(message.replace(OWN, ''));
  });
  await page.evaluate(() => {
    const { vigie, tellTest } = window as unknown as BridgeWindow;
    vigie.onMessage((message) => {
      if (typeof message === 'string') tellTest(message);
    });
  });
  const port = {
    postMessage(message: string | Uint8Array) {
      void page.evaluate(
        (bytes) => {
          const content = Uint8Array.from(bytes);
          const isText = !content.includes(0xff);
          (window as unknown as BridgeWindow).vigie.send(isText ? new TextDecoder().decode(content) : content);
        },
        [...marked(message)],
      );
    },
    onMessage: { addListener: (listener: (message: string) => void) => listeners.push(listener) },
    onDisconnect: { addListener() {} },
  };
  return createORPCClient(new RPCLink({ port }));
}

function marked(message: string | Uint8Array): Buffer {
  const content = Buffer.from(message);
  const end = content.indexOf(BYTES_FOLLOW);
  const text = JSON.parse(content.toString('utf8', 0, end < 0 ? content.length : end)) as { i: string };
  const head = Buffer.from(JSON.stringify({ ...text, i: `${OWN}${text.i}` }));
  return end < 0 ? head : Buffer.concat([head, content.subarray(end)]);
}
