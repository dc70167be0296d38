// Temporary directories and small documents for the tests of corpora.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { PreparationEvent, PrepareOptions } from '../../src/corpus/preparation.ts';
import type { PreparedDocumentSet } from '../../src/corpus/prepared.ts';
import { millis } from '../../src/units.ts';
import type { DocumentSet } from '../../src/workload/model.ts';

/** A directory that is removed after the test. */
export async function temporaryDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'corpus-test-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A document set as a workload describes it. */
export function documentSetOf(facts: Partial<DocumentSet>): DocumentSet {
  return {
    sourceFormat: 'bulk',
    documentFile: 'documents.json',
    archiveFile: null,
    baseUrl: null,
    sourceUrl: null,
    parts: [],
    documentCount: 3,
    includesActionAndMetaData: false,
    compressedBytes: null,
    uncompressedBytes: null,
    targetIndex: 'test',
    targetType: null,
    targetDataStream: null,
    meta: new Map(),
    generator: null,
    isStreamed: false,
    ...facts,
  };
}

/** A document file that lies in place. */
export function preparedSetOf(
  path: string,
  size: number,
  documentCount: number,
  facts: Partial<PreparedDocumentSet> = {},
): PreparedDocumentSet {
  const target = { sourceFormat: 'bulk' as const, targetIndex: 'test', targetType: null, targetDataStream: null };
  return { path, size, documentCount, includesActionAndMetaData: false, ...target, offsets: [], ...facts };
}

/** Options of a preparation whose events are kept. */
export function prepareOptions(
  dataDirectory: string,
  more: Partial<PrepareOptions> = {},
): PrepareOptions & { readonly events: PreparationEvent[] } {
  const events: PreparationEvent[] = [];
  return {
    dataDirectory,
    workloadDirectory: null,
    testMode: false,
    isOffline: false,
    cores: 4,
    listener: (event) => events.push(event),
    signal: new AbortController().signal,
    retryDelay: () => millis(1),
    events,
    ...more,
  };
}
