import { useSyncExternalStore } from 'react';

/** Where the operator is: `#/attempts/att_1?state=unknown` is `['attempts', 'att_1']` and its query. */
export type Place = { path: readonly string[]; query: Readonly<Record<string, string>> };

/** What a page gets: its place below its own path, and its query. */
export type PageProps = Place;

export function parsePlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  return {
    path: path.split('/').filter(Boolean).map(decodeSegment),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Link to a place; empty values leave the query. */
export function href(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const kept = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = kept.length > 0 ? `?${new URLSearchParams(kept).toString()}` : '';
  return `#/${path.map(encodeURIComponent).join('/')}${search}`;
}

/** Link for a page that comes from outside (notification, tray, deep link): only a path of the interface is taken. */
export function hrefOfPage(page: string): string {
  const place = parsePlace(page);
  return href(place.path, place.query);
}

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) {
    history.replaceState(null, '', to);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    window.location.hash = to;
  }
}

let current: { hash: string; place: Place } | null = null;

function currentPlace(): Place {
  const hash = window.location.hash;
  if (current?.hash !== hash) current = { hash, place: parsePlace(hash) };
  return current.place;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** The present place; follows links, the back button and `navigate`. */
export function usePlace(): Place {
  return useSyncExternalStore(subscribe, currentPlace);
}
