import type { QueryClient } from '@tanstack/react-query';
import type { LiveEvent } from '../../backend/contract/liveEvents.ts';
import { afterConnecting, afterEvent, useLive } from '../state/live.ts';
import { toast } from '../state/toasts.ts';
import { api } from './client.ts';
import { keepConnected } from './liveEvents.ts';
import { createLiveSync } from './liveSync.ts';

let retry = (): void => {};

/** Tries to connect at once, instead of after the present wait. */
export function retryConnection(): void {
  retry();
}

/** Opens the live connection, and keeps the live state and the cached lists true. */
export function startLive(queryClient: QueryClient): void {
  const sync = createLiveSync(queryClient);
  let openedBefore = false;

  const { retryNow } = keepConnected({
    subscribe: (signal) => api.events(undefined, { signal }),
    onOpen: () => {
      useLive.setState(afterConnecting);
      if (openedBefore) void queryClient.invalidateQueries();
      openedBefore = true;
    },
    onEvent: (event) => {
      useLive.setState((state) => afterEvent(state, event));
      sync(event);
      if (event.type === 'notice') tell(event);
    },
    onLost: () => useLive.setState({ connection: 'lost' }),
    onLocked: () => {
      openedBefore = true;
      useLive.setState({ connection: 'locked' });
    },
  });
  retry = retryNow;
  window.addEventListener('online', retryNow);
}

function tell({ kind, title, body, page }: Extract<LiveEvent, { type: 'notice' }>): void {
  toast({ tone: kind === 'campaign_completed' ? 'success' : 'info', title, body, page });
}
