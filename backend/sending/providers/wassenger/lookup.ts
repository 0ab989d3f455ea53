import type { DeliveryStatus, LookupOutcome } from '../../provider.ts';
import type { ProviderHttp } from '../http.ts';
import { instantAt, isObject, listAt, textAt, type JsonObject } from '../reading.ts';
import { readFailureCode } from './errors.ts';
import { readIds } from './ids.ts';
import { toDeliveryStatus } from './status.ts';

const PAGE_SIZE = 50;
/** Should the server ignore the filter, its whole history is not read: absence is then not claimed. */
const MOST_PAGES = 20;
const PROGRESS: readonly (DeliveryStatus | 'queued')[] = ['failed', 'queued', 'sent', 'delivered', 'read'];

/**
 * Asks Wassenger for the message of a reference. Only an exact match counts, and "absent" is said only after the list was
 * read to its empty end, whatever the size of the server's pages.
 */
export async function findByReference(
  http: ProviderHttp,
  search: { deviceId: string; reference: string },
): Promise<LookupOutcome> {
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const found = await readPage(http, search, page);
    if (!Array.isArray(found)) return found;
    if (found.length === 0) return { kind: 'absent' };
    const matches = found.filter(isObject).filter((message) => textAt(message, 'reference') === search.reference);
    const best = furthest(matches);
    if (best !== null) return best;
  }
  return { kind: 'unavailable', detail: `not among ${MOST_PAGES} pages` };
}

async function readPage(
  http: ProviderHttp,
  { deviceId, reference }: { deviceId: string; reference: string },
  page: number,
): Promise<unknown[] | Exclude<LookupOutcome, { kind: 'found' }>> {
  const query = { reference, device: deviceId, size: String(PAGE_SIZE), page: String(page) };
  const exchange = await http.get('/messages', query);
  if (exchange.kind !== 'answer') return { kind: 'unavailable', detail: exchange.detail };
  const { status, body } = exchange;
  // A 404 in the API's own words means that nothing was found; from anything else it means a wrong address.
  if (status === 404 && isObject(body) && page === 0) return { kind: 'absent' };
  if (status !== 200) return { kind: 'unavailable', detail: `HTTP ${status}` };
  if (Array.isArray(body)) return body as unknown[];
  const listed = ['messages', 'data', 'items'].find((key) => isObject(body) && Array.isArray(body[key]));
  return listed === undefined ? { kind: 'unavailable', detail: 'unreadable_answer' } : listAt(body, listed);
}

/** Of several messages with one reference (tried again after a failure) the one that came furthest counts. */
function furthest(matches: JsonObject[]): LookupOutcome | null {
  const byProgress = matches.map((message) => ({ message, status: toDeliveryStatus(message) ?? ('queued' as const) }));
  byProgress.sort((a, b) => PROGRESS.indexOf(b.status) - PROGRESS.indexOf(a.status));
  const best = byProgress[0];
  if (best === undefined) return null;
  return {
    kind: 'found',
    providerIds: readIds(best.message),
    acceptedAt: instantAt(best.message, 'createdAt', 'created', 'date'),
    status: best.status,
    code: best.status === 'failed' ? readFailureCode(best.message) : '',
  };
}
