import type { JSHandle, Page } from 'playwright-core';

/**
 * How long the page could not answer, in ms, and how often for more than the rule allows. `processor`: the processor time of
 * its longest task, which other programs on the machine do not lengthen.
 */
export type Pauses = { task: number; gap: number; tooLong: number; processor: number };
type Seen = Omit<Pauses, 'processor'>;

/** What UI-7 allows. */
export const LONGEST_PAUSE_MS = 100;

/** Follows the main thread of a page: its tasks, as the browser traces them, and the gaps between its frames. */
export async function watchPage(page: Page): Promise<(act: () => Promise<void>) => Promise<Pauses>> {
  const frames = await followFrames(page);
  const browser = page.context().browser();
  if (browser === null) throw new Error('the page has no browser');
  return async (act) => {
    await browser.startTracing(page, { categories: ['toplevel'] });
    await frames.evaluate((own) => own.begin());
    await act();
    const seen = await frames.evaluate((own) => own.end());
    return { ...seen, processor: longestTask(await browser.stopTracing()) };
  };
}

function followFrames(page: Page): Promise<JSHandle<{ begin(): void; end(): Promise<Seen> }>> {
  return page.evaluateHandle((most) => {
    let [task, gap, tooLong, last] = [0, 0, 0, 0];
    const take = (entries: PerformanceEntryList): void => {
      for (const { duration } of entries) {
        task = Math.max(task, duration);
        if (duration > most) tooLong += 1;
      }
    };
    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    observer.observe({ type: 'longtask' });
    const onFrame = (at: number): void => {
      if (last > 0) gap = Math.max(gap, at - last);
      last = at;
      requestAnimationFrame(onFrame);
    };
    requestAnimationFrame(onFrame);
    return {
      begin() {
        observer.takeRecords();
        [task, gap, tooLong] = [0, 0, 0];
      },
      async end() {
        // What the last frame caused is told after it.
        for (let frame = 0; frame < 3; frame++) await new Promise((next) => requestAnimationFrame(next));
        take(observer.takeRecords());
        return { task, gap, tooLong };
      },
    };
  }, LONGEST_PAUSE_MS);
}

/** A line of a trace; `tdur` is the processor time in µs. */
type TraceEvent = { name: string; pid: number; tid: number; tdur?: number; args: { name?: string } };

/** Processor time of the longest task on the main thread of a page, in ms. */
function longestTask(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;
  const isMain = ({ name, args }: TraceEvent): boolean => name === 'thread_name' && args.name === 'CrRendererMain';
  const threads = new Set(traceEvents.filter(isMain).map(threadOf));
  return traceEvents
    .filter((event) => event.name === 'ThreadControllerImpl::RunTask' && threads.has(threadOf(event)))
    .reduce((longest, { tdur = 0 }) => Math.max(longest, tdur / 1000), 0);
}

/** Resolves once the rows of another place than `before` are there, or none are; gives the moment by the page's clock. */
export function untilRows(page: Page, before: string | null): Promise<number> {
  return page.evaluate(
    (was) =>
      new Promise<number>((resolve) => {
        const queryOf = (place: string): string => place.split('?')[1] ?? '';
        const look = (at: number): void => {
          const first = document.querySelector('[data-row-link]')?.getAttribute('href') ?? null;
          const isEmpty = first === null && document.querySelector('main .appear') !== null;
          const isHere = isEmpty || (first !== null && queryOf(first) === queryOf(location.hash));
          if (location.hash !== was && isHere && document.querySelector('main .shimmer') === null) resolve(at);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    before,
  );
}

/** Resolves once a row's detail is beside the list; gives the moment by the page's clock. */
export function untilDetail(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const look = (at: number): void => {
          const panel = document.querySelector('aside[aria-labelledby]');
          if (panel !== null && panel.querySelector('.shimmer') === null) resolve(at);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
  );
}

/** Goes to the end of the list, again and again, until it has so many rows. */
export function loadRows(page: Page, rows: number): Promise<void> {
  return page.evaluate(
    ({ wanted, rowHeight }) =>
      new Promise<void>((resolve) => {
        const onFrame = (): void => {
          const box = document.querySelector('table')?.parentElement;
          if (box) box.scrollTop = box.scrollHeight;
          if (box && box.scrollHeight >= wanted * rowHeight) resolve();
          else requestAnimationFrame(onFrame);
        };
        requestAnimationFrame(onFrame);
      }),
    { wanted: rows, rowHeight: 36 },
  );
}

/** Drags the scroll bar to another place of what is loaded at every frame. */
export function jumpAround(page: Page, frames: number): Promise<void> {
  return page.evaluate(
    (count) =>
      new Promise<void>((resolve) => {
        let frame = 0;
        const onFrame = (): void => {
          const box = document.querySelector('table')?.parentElement;
          // Far from the end: more is not asked for.
          if (box) box.scrollTop = ((frame * 7919) % 9_000) * (box.scrollHeight / 10_000);
          frame += 1;
          if (frame < count) requestAnimationFrame(onFrame);
          else resolve();
        };
        requestAnimationFrame(onFrame);
      }),
    frames,
  );
}
