import type { Config } from './config.ts';
import type { Locale } from './contract/common.ts';
import { sentence } from './contract/messages/sentence.ts';
import type { Relay } from './contract/relay.ts';
import type { Clock } from './core/clock.ts';
import type { Logger } from './core/logger.ts';
import type { Random } from './core/random.ts';
import type { Service } from './core/service.ts';
import type { Notify } from './monitoring/notify.ts';
import type { BodyCipher } from './storage/encryption/bodyCipher.ts';
import type { Store } from './storage/store.ts';
import { RelayPull, toRelayView } from './sync/relay/relay.ts';
import { createRelaySource } from './sync/relay/source.ts';
import type { WebhookLines } from './webhooks/dependencies.ts';
import { createRelayedIntake } from './webhooks/relayed.ts';

type RelayParts = {
  config: Config;
  store: Pick<Store, 'inbox'>;
  cipher?: BodyCipher | undefined;
  lines: WebhookLines;
  clock: Clock;
  random: Random;
  logger: Logger;
  notify: Notify;
  locale: () => Locale;
  stored: () => void;
};

const OFF: Omit<Relay, 'message'> = {
  ...{ state: 'off', problem: null, since: null, waiting: 0, setAside: 0, lastPulledAt: null, address: null },
};
/** Where Supabase serves the function of resources/supabase. */
const FUNCTION_PATH = '/functions/v1/relay';

/** Wires the relay of webhooks (WHK-7), where one is configured; the demo has its provider on this machine. */
export function composeRelay(parts: RelayParts): Service & { wake(): void; get(): Relay } {
  const { config, clock, random, logger, notify, locale, stored } = parts;
  const project = config.demo ? null : config.relay;
  if (project === null) {
    return {
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      wake() {},
      get: () => ({ ...OFF, message: sentence(locale(), 'relay.off') }),
    };
  }
  const pull = new RelayPull({
    ...{ clock, random, logger, stored },
    lines: () => parts.lines.all(),
    source: createRelaySource(project, clock),
    intake: createRelayedIntake({ ...parts, inbox: parts.store.inbox }),
    changed: () => {
      notify.changed('relay');
    },
  });
  const address = `${project.url}${FUNCTION_PATH}`;
  return {
    start: () => pull.start(),
    stop: () => pull.stop(),
    wake: () => {
      pull.wake();
    },
    get() {
      const view = toRelayView(pull.standing(), address);
      const key = view.problem === null || view.state !== 'unreachable' ? view.state : view.problem;
      return { ...view, message: sentence(locale(), `relay.${key}`, { waiting: view.waiting }) };
    },
  };
}
