// What becomes of the documents of bulk requests, whichever way a request fails: as the target counted them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PreparedCorpus } from '../../src/corpus/prepared.ts';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

const BULK = 5;

async function withCorpus(
  documents: number,
  use: (corpora: readonly PreparedCorpus[]) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'osb-documents-'));
  try {
    const path = join(directory, 'documents.json');
    const text = '{"a":1}\n'.repeat(documents);
    writeFileSync(path, text);
    const set = {
      sourceFormat: 'bulk' as const,
      path,
      size: text.length,
      documentCount: documents,
      includesActionAndMetaData: false,
      targetIndex: 'idx',
      targetType: null,
    };
    await use([{ name: 'corpus', documentSets: [{ ...set, targetDataStream: null, offsets: [] }] }]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const item = (status: number, error?: object) => ({ index: { _index: 'idx', status, error } });
const items = (bad: number) =>
  Array.from({ length: BULK }, (_, index) =>
    index < bad ? item(400, { type: 'mapper_parsing_exception', reason: `document ${index}` }) : item(201),
  );

/** Answers bulk requests in turn, each as a number of bad documents, or as an HTTP status. */
async function indexInto(
  answers: readonly { readonly bad?: number; readonly status?: number }[],
  clientOptions: string,
) {
  let count = 0;
  const server = createServer((request, response) => {
    const { bad = 0, status = 200 } = answers[count++ % answers.length] ?? {};
    request.resume();
    const answer =
      status === 200
        ? { took: 1, errors: bad > 0, items: items(bad) }
        : { error: { type: 'overloaded', reason: 'later' } };
    request.on('end', () => response.writeHead(status).end(JSON.stringify(answer)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const targetHosts = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  let documents: unknown;
  await withCorpus(8 * BULK, async (corpora) => {
    const { tasks, error } = await drive({
      targetHosts,
      clientOptions,
      corpora,
      schedule: [task('index', 'bulk', { 'bulk-size': BULK, corpora: ['corpus'] }, { warmupIterations: 2 })],
    });
    assert.equal(error, null);
    documents = tasks.get('index')?.documents;
  });
  server.closeAllConnections();
  server.close();
  return documents;
}

test('documents that the target refuses one by one, and those of bulks that it refuses as a whole', async () => {
  assert.deepEqual(await indexInto([{}, { bad: 1 }, { bad: 2 }, { status: 503 }], 'timeout:10'), {
    total: 40,
    failed: 16,
    reasons: [
      { kind: 'HTTP 503', count: 10, example: 'HTTP 503: overloaded: later' },
      { kind: 'HTTP 400 mapper_parsing_exception', count: 6, example: 'document 0' },
    ],
  });
});

test('a bulk that is repeated with success has failed for nobody', async () => {
  const documents = await indexInto([{ status: 429 }, {}], 'timeout:10,max_retries:1,retry_on_status:429');
  assert.deepEqual(documents, { total: 40, failed: 0, reasons: [] });
});
