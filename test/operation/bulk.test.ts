import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PreparedCorpus, PreparedDocumentSet } from '../../src/corpus/prepared.ts';
import { Outcome, type RequestOperation, type WorkloadFacts } from '../../src/operation/operation.ts';
import { answerOf, context, EMPTY, RecordingFactory, spec, typeOf } from './play.ts';

const directory = mkdtempSync(join(tmpdir(), 'osb-bulk-'));
after(() => rmSync(directory, { recursive: true }));

function documents(name: string, count: number, more: Partial<PreparedDocumentSet> = {}): PreparedDocumentSet {
  const path = join(directory, name);
  const text = Array.from({ length: count }, (_, index) => `{"${name}":${index}}\n`).join('');
  writeFileSync(path, text);
  const fixed = {
    sourceFormat: 'bulk' as const,
    includesActionAndMetaData: false,
    targetIndex: null,
    targetType: null,
    targetDataStream: null,
    offsets: [],
  };
  return { path, size: Buffer.byteLength(text), documentCount: count, ...fixed, ...more };
}

const corpora: readonly PreparedCorpus[] = [
  {
    name: 'one',
    documentSets: [documents('a', 5, { targetIndex: 'logs' }), documents('b', 2, { targetIndex: 'other' })],
  },
  { name: 'two', documentSets: [documents('c', 3, { targetDataStream: 'stream' })] },
];
const facts: WorkloadFacts = { ...EMPTY, corpora };

function start(
  params: object,
  clientIndex = 0,
  clientCount = 1,
): { readonly operation: RequestOperation; readonly requests: RecordingFactory } {
  const requests = new RecordingFactory();
  const operation = typeOf('bulk').create(context('bulk', params, facts, { requests, clientIndex, clientCount }));
  if (operation.kind !== 'request') throw new Error('bulk is a script.');
  return { operation, requests };
}

/** The bodies of at most `most` bulks, and the documents that each counts. */
async function bodies(
  params: object,
  most = 100,
  clientIndex = 0,
  clientCount = 1,
): Promise<readonly (readonly [number, string])[]> {
  const { operation } = start(params, clientIndex, clientCount);
  const result: (readonly [number, string])[] = [];
  while (result.length < most) {
    await operation.ready();
    const request = operation.next();
    if (request === null) break;
    result.push([succeed(operation).weight, request.bytes(0).toString()]);
  }
  operation.close?.();
  return result;
}

const fine = answerOf({ took: 3, errors: false, items: [] });

function succeed(operation: RequestOperation): Outcome {
  const outcome = new Outcome();
  assert.equal(operation.needsWholeBody?.(fine), false);
  operation.read(answerOf(''), outcome);
  return outcome;
}

const line = (name: string, index: number, target: string): string =>
  `{"index": {"_index": "${target}"}}\n{"${name}":${index}}\n`;

test('bulks of the corpora in order, never across two files', async () => {
  const result = await bodies({ 'bulk-size': 3, corpora: 'one' });
  assert.deepEqual(result, [
    [3, line('a', 0, 'logs') + line('a', 1, 'logs') + line('a', 2, 'logs')],
    [2, line('a', 3, 'logs') + line('a', 4, 'logs')],
    [2, line('b', 0, 'other') + line('b', 1, 'other')],
  ]);
});

test('the target filters choose the documents', async () => {
  assert.deepEqual(
    (await bodies({ 'bulk-size': 10, indices: ['other'] })).map(([count]) => count),
    [2],
  );
  assert.deepEqual(
    (await bodies({ 'bulk-size': 10, 'data-streams': 'stream' })).map(([count]) => count),
    [3],
  );
  assert.deepEqual(
    (await bodies({ 'bulk-size': 10, indices: 'logs', 'data-streams': ['stream'] })).map(([count]) => count),
    [5, 3],
  );
  assert.deepEqual(
    (await bodies({ 'bulk-size': 10 })).map(([count]) => count),
    [5, 2, 3],
  );
});

test('clients share the documents, a percentage takes the first bulks, a loop never ends', async () => {
  const shares = await Promise.all(
    [0, 1].map((client) => bodies({ 'bulk-size': 100, indices: 'logs' }, 100, client, 2)),
  );
  assert.equal(
    shares.flat().reduce((sum, [count]) => sum + count, 0),
    5,
  );
  assert.deepEqual(
    (await bodies({ 'bulk-size': 1, indices: 'logs', 'ingest-percentage': 40 })).map(([, body]) => body),
    [line('a', 0, 'logs'), line('a', 1, 'logs')],
  );
  const counts = async (amount: object, clients: number) =>
    (
      await Promise.all(
        Array.from({ length: clients }, (_, client) =>
          bodies({ 'bulk-size': 2, indices: 'logs', ...amount }, 100, client, clients),
        ),
      )
    ).map((own) => own.map(([count]) => count));
  // A bulk that would go beyond the amount is smaller; the clients do not round up one by one.
  assert.deepEqual(await counts({ 'ingest-percentage': 60 }, 2), [[1], [2]]);
  assert.deepEqual(await counts({ 'ingest-documents': 3 }, 1), [[2, 1]]);
  assert.equal((await bodies({ 'bulk-size': 4, indices: 'logs', looped: true }, 7)).length, 7);
});

test('the end, the progress and the path of the requests', async () => {
  const { operation, requests } = start({
    'bulk-size': 5,
    indices: 'logs',
    pipeline: 'p 1',
    'request-params': { timeout: '5s', refresh: true },
    headers: { a: 'b' },
  });
  assert.deepEqual(requests.prepared, [
    { method: 'POST', path: '/_bulk?timeout=5s&refresh=true&pipeline=p%201', body: null, headers: { a: 'b' } },
  ]);
  assert.deepEqual([operation.isFinite, operation.bodyUse, operation.progress()], [true, 'peek', 0]);
  assert.deepEqual(operation.expectedWeight, { weight: 5, unit: 'docs' });
  await operation.ready();
  assert.notEqual(operation.next(), null);
  assert.equal(operation.progress(), 1);
  assert.equal(operation.next(), null);
  operation.close?.();
  const looped = start({ 'bulk-size': 5, looped: true }).operation;
  assert.deepEqual([looped.isFinite, looped.progress()], [false, null]);
  looped.close?.();
});

test('conflicts re-use ids', async () => {
  const params = {
    'bulk-size': 5,
    indices: 'logs',
    conflicts: 'sequential',
    'conflict-probability': 100,
    'on-conflict': 'update',
  };
  const [bulk] = await bodies(params);
  assert.equal(bulk?.[0], 5);
  assert.match(bulk?.[1] ?? '', /"_id": ?"0000000000".*"update".*\{"doc": ?\{"a":1\}\}/s);
});

async function answered(params: object, answer = fine, peekedBytes = 64): Promise<Outcome> {
  const { operation } = start({ 'bulk-size': 3, indices: 'logs', ...params });
  await operation.ready();
  operation.next();
  const peeked = answerOf(answer.body.toString(), { kept: Math.min(peekedBytes, answer.body.length) });
  if (answer.encoding === 'gzip') {
    peeked.body = answer.body;
    peeked.encoding = 'gzip';
  }
  const outcome = new Outcome();
  const needsAll = operation.needsWholeBody?.(peeked);
  operation.read(needsAll ? answer : answerOf(''), outcome);
  operation.close?.();
  return outcome;
}

const item = (status: number, more: object = {}) => ({ index: { _index: 'logs', status, ...more } });
const rejected = { error: { type: 'x', reason: 'queue full' } };

test('a bulk without errors counts its documents', async () => {
  const outcome = await answered({});
  assert.deepEqual([outcome.success, outcome.weight, outcome.unit, outcome.details], [true, 3, 'docs', null]);
});

test('failed items make the bulk a failure that tells distinct reasons; its documents count all the same', async () => {
  const items = [
    item(201),
    item(429, rejected),
    item(429, rejected),
    item(200, { _shards: { failed: 1 } }),
    { update: { status: 404, error: 'gone' } },
  ];
  for (const encoding of ['identity', 'gzip'] as const) {
    const outcome = await answered({}, answerOf({ took: 3, errors: true, items }, { encoding }));
    assert.deepEqual([outcome.success, outcome.weight, outcome.unit, outcome.errorKind], [false, 3, 'docs', 'bulk']);
    assert.equal(
      outcome.errorDescription,
      'HTTP status: 429, message: queue full | HTTP status: 200 | HTTP status: 404, message: gone',
    );
  }
});

test('failed documents are counted by status and type of error, whatever their reasons', async () => {
  const mapping = (reason: string) => ({ error: { type: 'mapper_parsing_exception', reason } });
  const items = [
    item(400, mapping('document 1')),
    item(201),
    item(400, mapping('document 3\nof a stream')),
    item(200, { _shards: { failed: 1 } }),
  ];
  const outcome = await answered({}, answerOf({ took: 3, errors: true, items }));
  assert.equal(outcome.documents, 3);
  assert.deepEqual(outcome.failedDocuments, [
    { kind: 'HTTP 400 mapper_parsing_exception', count: 2, example: 'document 1' },
    { kind: 'HTTP 200', count: 1, example: '' },
  ]);
  const unreadable = await answered({}, answerOf('Bad Gateway'));
  assert.deepEqual(
    [unreadable.documents, unreadable.failedDocuments[0]?.kind, unreadable.failedDocuments[0]?.count],
    [3, 'unreadable answer', 3],
  );
  const fineOutcome = await answered({});
  assert.deepEqual([fineOutcome.documents, fineOutcome.failedDocuments], [3, []]);
});

test('many and long reasons stay bounded', async () => {
  const items = Array.from({ length: 1000 }, (_, index) =>
    item(400, { error: { reason: `field [${index}] ${'x'.repeat(20)}` } }),
  );
  const { errorDescription } = await answered({}, answerOf({ took: 1, errors: true, items }));
  assert.ok((errorDescription?.length ?? 0) <= 300);
  assert.match(errorDescription ?? '', /\[0\].*…$/);
});

test('an answer that says less than was sent does not pass for a success', async () => {
  const outcome = await answered({}, answerOf({ took: 3, errors: true, items: [item(201)] }));
  assert.deepEqual([outcome.success, outcome.errorDescription], [false, 'no item in the answer']);
  assert.deepEqual(outcome.failedDocuments, [{ kind: 'no item in the answer', count: 2, example: '' }]);
});

test('an errors flag that stands late, or nowhere, is looked for in the whole answer', async () => {
  const late = answerOf({ items: [item(201), item(201), item(201)], errors: false });
  assert.equal((await answered({}, late)).success, true);
  assert.equal((await answered({}, answerOf({ took: 1, items: [item(201), item(500)] }))).success, false);
});

test('documents in the answer do not fool the scan', async () => {
  const answer = answerOf({
    took: 1,
    note: '"errors":false',
    errors: true,
    items: [item(400, { error: { reason: '"errors":false' } })],
  });
  assert.equal((await answered({}, answer)).errorKind, 'bulk');
});

test('an answer that cannot be read is a failure', async () => {
  for (const body of ['', 'Bad Gateway', '{"took":1,"errors":true', '[]', '{"errors":true}']) {
    assert.equal((await answered({}, answerOf(body))).errorKind, 'bulk', body);
  }
  const cut = answerOf({ took: 1, errors: true, items: [item(400)] }, { kept: 30 });
  assert.equal((await answered({}, cut)).errorKind, 'bulk');
});

test('detailed results work on the bytes of a corpus', async () => {
  const outcome = await answered(
    { 'detailed-results': true },
    answerOf({ took: 4, errors: true, items: [item(201), item(429), item(201)] }),
  );
  assert.deepEqual(Object.fromEntries(outcome.details ?? []), { took: 4, 'success-count': 2, 'error-count': 1 });
});

test('names the corpora to be prepared', () => {
  const type = typeOf('bulk');
  const model = corpora.map((corpus) => ({ name: corpus.name, documentSets: [] }));
  const workload = { ...EMPTY, corpora: model.map((corpus) => ({ ...corpus, meta: new Map() })) };
  assert.deepEqual(type.corpora(spec('bulk', { 'bulk-size': 1 }), workload), ['one', 'two']);
  assert.deepEqual(type.corpora(spec('bulk', { 'bulk-size': 1, corpora: ['two'] }), workload), ['two']);
  assert.deepEqual(typeOf('search').corpora(spec('search', {}), workload), []);
});
