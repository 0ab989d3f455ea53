import { z } from 'zod';
import type { Draws } from './draws.ts';
import type { WebhookTarget } from './webhookSender.ts';

/** A webhook registered through the API. */
export type RegisteredWebhook = {
  id: string;
  name: string;
  url: string;
  events: string[];
  active: boolean;
  createdAt: string;
};

const registration = z.object({
  name: z.string().min(1).max(100),
  url: z.url({ protocol: /^https?$/ }),
  events: z.array(z.string()).min(1),
  device: z.string().optional(),
});

/** An address that is asked for anew before each delivery; null while there is none yet. */
export type WebhookUrl = string | (() => string | null);

/** Who gets the webhooks: the address that was configured, which hears everything, and those registered by the API. */
export type Subscriptions = {
  targets(): WebhookTarget[];
  registered(): RegisteredWebhook[];
  /** Null when the body is no registration. */
  register(body: unknown, createdAt: string): RegisteredWebhook | null;
  remove(id: string): boolean;
  configure(url: WebhookUrl | null, secret?: string | null): void;
};

/** Most webhooks that can be registered. */
const MAX_REGISTERED = 100;

export function createSubscriptions(
  draws: Draws,
  initial: { url: WebhookUrl | null; secret: string | null },
): Subscriptions {
  const webhooks = new Map<string, RegisteredWebhook>();
  let { url, secret } = initial;
  let made = 0;
  return {
    targets() {
      const registered = [...webhooks.values()].map((webhook) => ({
        id: webhook.id,
        url: () => (webhooks.has(webhook.id) ? webhook.url : null),
        secret,
        events: webhook.events,
      }));
      if (url === null) return registered;
      const configured = {
        id: 'configured',
        url: () => (typeof url === 'function' ? url() : url),
        secret,
        events: null,
      };
      return [configured, ...registered];
    },
    registered: () => [...webhooks.values()],
    register(body, createdAt) {
      const parsed = registration.safeParse(body);
      if (!parsed.success || webhooks.size >= MAX_REGISTERED) return null;
      const { name, url: address, events } = parsed.data;
      const webhook = { id: draws.hex(24, 'webhook', made++), name, url: address, events, active: true, createdAt };
      webhooks.set(webhook.id, webhook);
      return webhook;
    },
    remove: (id) => webhooks.delete(id),
    configure(newUrl, newSecret) {
      url = newUrl;
      if (newSecret !== undefined) secret = newSecret;
    },
  };
}
