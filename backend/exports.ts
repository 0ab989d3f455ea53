import type { Attempt } from './contract/attempts.ts';
import type { Recipient } from './contract/campaigns.ts';
import type { Page } from './contract/common.ts';
import type { ExportChunk } from './contract/exports.ts';
import { csvLine, UTF8_MARK } from './core/spreadsheetText.ts';
import type { ListedError } from './monitoring/monitoring.ts';
import type { Services } from './services.ts';

type Sources = {
  campaigns: Pick<Services['campaigns'], 'recipients'>;
  attempts: Pick<Services['attempts'], 'list'>;
  /** Newest first, those before the position. */
  errors: (input: { limit: number; cursor: string | undefined }) => Page<ListedError>;
};
type Column<Row> = readonly [title: string, value: (row: Row) => string | number | boolean | null];

/** Rows read at once: everything else has its turn in between. */
const ROWS_PER_CHUNK = 500;

/**
 * Recipients, attempts and errors as CSV (CMP-13), in pieces of some hundred lines, so that a million rows need no more
 * memory than a thousand. What happens meanwhile neither repeats nor hides a row that was there at the beginning.
 */
export function createExports({ campaigns, attempts, errors }: Sources): Services['exports'] {
  return {
    recipients: ({ separator, ...filter }) =>
      chunks({ columns: RECIPIENT, separator }, (page) => campaigns.recipients({ ...filter, ...page })),
    attempts: ({ separator, ...filter }) =>
      chunks({ columns: ATTEMPT, separator }, (page) => attempts.list({ ...filter, ...page })),
    errors: ({ separator, campaignId }) =>
      chunks({ columns: ERROR, separator }, (page) => {
        const { items, nextCursor } = errors(page);
        return { items: items.filter((row) => campaignId === undefined || row.campaignId === campaignId), nextCursor };
      }),
  };
}

function chunks<Row>(
  { columns, separator }: { columns: readonly Column<Row>[]; separator: ',' | ';' },
  read: (page: { limit: number; cursor: string | undefined }) => Page<Row>,
): Generator<ExportChunk, void> {
  const line = (row: Row): string =>
    csvLine(
      columns.map(([, value]) => value(row)),
      separator,
    );
  // Read at once: what cannot be read is refused before an answer begins.
  const first = read({ limit: ROWS_PER_CHUNK, cursor: undefined });
  const titles = columns.map(([title]) => title);
  return (function* () {
    let page = first;
    let csv = UTF8_MARK + csvLine(titles, separator);
    for (;;) {
      yield { csv: csv + page.items.map(line).join(''), rows: page.items.length };
      if (page.nextCursor === null) return;
      csv = '';
      page = read({ limit: ROWS_PER_CHUNK, cursor: page.nextCursor });
    }
  })();
}

/** `phone` and `name` are what the import of contacts looks for. */
const RECIPIENT: readonly Column<Recipient>[] = [
  ['phone', ({ phone }) => phone],
  ['name', ({ name }) => name],
  ['contactId', ({ contactId }) => contactId],
  ['state', ({ state }) => state],
  ['reason', ({ reason }) => reason],
  ['reasonMessage', ({ reasonMessage }) => reasonMessage],
  ['message1SentAt', ({ message1SentAt }) => message1SentAt],
  ['deliveredAt', ({ deliveredAt }) => deliveredAt],
  ['readAt', ({ readAt }) => readAt],
  ['interactionAt', ({ interactionAt }) => interactionAt],
  ['interactionType', ({ interactionType }) => interactionType],
  ['within24h', ({ within24h }) => within24h],
  ['message2SentAt', ({ message2SentAt }) => message2SentAt],
];

const ATTEMPT: readonly Column<Attempt>[] = [
  ['id', ({ id }) => id],
  ['phone', ({ to }) => to],
  ['type', ({ type }) => type],
  ['state', ({ state }) => state],
  ['priority', ({ priority }) => priority],
  ['tries', ({ tries }) => tries],
  ['maxAttempts', ({ maxAttempts }) => maxAttempts],
  ['line', ({ line }) => line],
  ['campaignId', ({ campaignId }) => campaignId],
  ['contactId', ({ contactId }) => contactId],
  ['reference', ({ reference }) => reference],
  ['providerIds', ({ providerIds }) => providerIds.join(' ')],
  ['category', ({ category }) => category],
  ['title', ({ title }) => title],
  ['errorCode', ({ errorCode }) => errorCode],
  ['errorMessage', ({ errorMessage }) => errorMessage],
  ['createdAt', ({ createdAt }) => createdAt],
  ['sentAt', ({ sentAt }) => sentAt],
  ['deliveredAt', ({ deliveredAt }) => deliveredAt],
  ['readAt', ({ readAt }) => readAt],
  ['nextAttemptAt', ({ nextAttemptAt }) => nextAttemptAt],
];

const ERROR: readonly Column<ListedError>[] = [
  ['id', ({ id }) => id],
  ['attemptId', ({ attemptId }) => attemptId],
  ['campaignId', ({ campaignId }) => campaignId],
  ['phone', ({ phone }) => phone],
  ['line', ({ line }) => line],
  ['code', ({ code }) => code],
  ['message', ({ message }) => message],
  ['occurredAt', ({ occurredAt }) => occurredAt],
];
