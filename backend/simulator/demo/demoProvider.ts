import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { Service } from '../../core/service.ts';
import { createSimulator } from '../simulator.ts';
import { DEMO_MEMORY, DEMO_SEED, demoRules } from './demoRules.ts';

/** Device of the demo's line. */
export const DEMO_DEVICE_ID = '5f4e3d2c1b0a5f4e3d2c1b0a';

/** The provider of the demo workspace. It listens from `listen()` on, because its address must be known early. */
export function createDemoProvider(options: {
  clock: Clock;
  logger: Logger;
  /** Address of the webhook port, null while it is closed. */
  webhookUrl: () => string | null;
  token: string;
}): Service & { listen(): Promise<string> } {
  const { clock, logger, token } = options;
  const simulator = createSimulator({
    ...{ clock, logger, seed: DEMO_SEED, rules: demoRules, memory: DEMO_MEMORY, device: { id: DEMO_DEVICE_ID } },
    webhookUrl: () => {
      const address = options.webhookUrl();
      return address === null ? null : `${address}/webhooks/wassenger/${token}`;
    },
  });
  return {
    async listen() {
      const { url } = await simulator.start();
      return url;
    },
    start: () => Promise.resolve(),
    stop: () => simulator.stop(),
  };
}
