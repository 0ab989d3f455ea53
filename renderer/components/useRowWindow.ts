import { useCallback, useRef, useState } from 'react';

export const ROW_HEIGHT = 36;
/** Rows kept ready above and below what is seen. */
const SPARE_ROWS = 12;
const FIRST_GUESS_PX = 720;

export type RowWindow = { start: number; end: number };

/** Rows to draw, out of `count`, for a list scrolled to `scrollTop` in a box of `height` pixels. */
export function rowWindow(place: { scrollTop: number; height: number; count: number }): RowWindow {
  const first = Math.floor(place.scrollTop / ROW_HEIGHT) - SPARE_ROWS;
  const last = Math.ceil((place.scrollTop + place.height) / ROW_HEIGHT) + SPARE_ROWS;
  const end = Math.min(place.count, Math.max(0, last));
  return { start: Math.min(Math.max(0, first), end), end };
}

/** Follows a scrolling box, so that only the rows in view are drawn. Give `box` to it as its ref. */
export function useRowWindow(count: number): RowWindow & { box: (element: HTMLElement | null) => (() => void) | void } {
  const [place, setPlace] = useState({ scrollTop: 0, height: FIRST_GUESS_PX });
  const frame = useRef(0);

  const box = useCallback((element: HTMLElement | null) => {
    if (!element) return;
    const measure = (): void => {
      cancelAnimationFrame(frame.current);
      frame.current = requestAnimationFrame(() => {
        const { scrollTop, clientHeight: height } = element;
        setPlace((before) =>
          before.scrollTop === scrollTop && before.height === height ? before : { scrollTop, height },
        );
      });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      cancelAnimationFrame(frame.current);
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);

  return { ...rowWindow({ ...place, count }), box };
}
