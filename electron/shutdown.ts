import { app } from 'electron';
import type { Report } from './backend.ts';

/** Longest wait for a running send to be recorded; what is not recorded by then is found as `unknown` at the next start. */
export const QUIT_LIMIT_MS = 5_000;

/** Lets the app end only after `stop` is done, at most five seconds later (DSK-7). Exit code 0, or 1 when `stop` fails. */
export function quitCleanly(stop: () => Promise<void>, report: Report): void {
  let stopping = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (stopping) return;
    stopping = true;
    const limit = setTimeout(() => {
      report('quitting without waiting any longer for work under way');
      app.exit(0);
    }, QUIT_LIMIT_MS);
    stop().then(
      () => {
        clearTimeout(limit);
        app.exit(0);
      },
      (error: unknown) => {
        report('the backend did not stop cleanly', error);
        app.exit(1);
      },
    );
  });
}
