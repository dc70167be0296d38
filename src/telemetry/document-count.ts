// The number of documents in the indices at the end of a test run.
import type { TelemetryDevice } from './device.ts';
import { itemsAt, numberAt, textAt } from './document.ts';
import { indexPath } from './index-stats.ts';
import { fetchStats, type StatsRequest } from './stats-client.ts';

/** The device that counts the documents when the run is over. */
export const documentCount: TelemetryDevice = {
  name: 'document-count',
  description: 'Number of documents in the indices at the end.',
  start: async ({ client, indices, warn }) => ({
    stop: async () => {
      const answer = await fetchStats(client, documentCountRequest(indices), 'number of documents', warn);
      const docsCount = parseDocumentCount(answer);
      return docsCount === undefined ? {} : { docsCount };
    },
  }),
};

/** The request for the numbers of documents of some indices, of all if none is named. */
export function documentCountRequest(indices: readonly string[]): Omit<StatsRequest, 'method'> {
  return { path: `/_cat/indices${indexPath(indices)}`, query: { format: 'json', h: 'index,docs.count' } };
}

/**
 * The sum of the documents in an answer to {@link documentCountRequest}; `undefined` if that is no list. Closed indices
 * give no number and count as 0.
 */
export function parseDocumentCount(document: unknown): number | undefined {
  if (!Array.isArray(document)) return undefined;
  return itemsAt(document).reduce<number>(
    (sum, index) => sum + (Number(textAt(index, 'docs.count') ?? numberAt(index, 'docs.count') ?? 0) || 0),
    0,
  );
}
