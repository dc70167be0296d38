import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BenchmarkError } from '../../src/errors.ts';
import { toJson } from '../../src/json.ts';
import type { CheckFacts } from '../../src/operation/operation.ts';
import { executableTypes, operationType } from '../../src/operation/registry.ts';
import { context, spec, typeOf } from './play.ts';

const documentSet = {
  sourceFormat: 'bulk' as const,
  documentFile: 'a.json',
  archiveFile: null,
  baseUrl: null,
  sourceUrl: null,
  parts: [],
  documentCount: 10,
  includesActionAndMetaData: false,
  compressedBytes: null,
  uncompressedBytes: null,
  targetIndex: 'logs',
  targetType: null,
  targetDataStream: null,
  meta: new Map(),
  generator: null,
  isStreamed: false,
};
const EMPTY: CheckFacts = {
  indices: [],
  dataStreams: [],
  templates: [],
  composableTemplates: [],
  componentTemplates: [],
  corpora: [],
};
const facts: CheckFacts = {
  ...EMPTY,
  indices: [
    { name: 'logs', body: null, types: [] },
    { name: 'more', body: null, types: [] },
  ],
  templates: [{ name: 't', pattern: 't*', body: null, deleteMatchingIndices: false }],
  corpora: [
    { name: 'plain', meta: new Map(), documentSets: [documentSet] },
    {
      name: 'own',
      meta: new Map(),
      documentSets: [{ ...documentSet, targetIndex: null, includesActionAndMetaData: true }],
    },
    { name: 'stream', meta: new Map(), documentSets: [{ ...documentSet, targetIndex: null, targetDataStream: 's' }] },
    { name: 'vectors', meta: new Map(), documentSets: [{ ...documentSet, sourceFormat: 'hdf5' as const }] },
  ],
};

// [type, parameters, paths of all problems in any order, facts of the workload if not the usual ones]
const rows: readonly (readonly [string, object, readonly string[], CheckFacts?])[] = [
  ['bulk', {}, ['bulk-size']],
  [
    'bulk',
    { 'bulk-size': '5000', corpora: 'plain', 'ingest-percentage': 50.5, conflicts: 'random', recency: '0.5' },
    [],
  ],
  [
    'produce-stream-message',
    {
      'bulk-size': 10,
      corpora: 'own',
      'ingestion-source': { type: 'kafka', param: { topic: 't', 'bootstrap-servers': 'a,[::1]:9092' } },
    },
    [],
  ],
  [
    'produce-stream-message',
    { 'bulk-size': 10, corpora: 'plain', 'ingestion-source': { type: 'kinesis', param: { topic: '' } } },
    ['ingestion-source.type', 'ingestion-source.param.topic', 'ingestion-source.param.bootstrap-servers'],
  ],
  [
    'produce-stream-message',
    { 'bulk-size': 10, corpora: 'plain', 'ingestion-source': {} },
    [
      'ingestion-source.type',
      'ingestion-source.param',
      'ingestion-source.param.topic',
      'ingestion-source.param.bootstrap-servers',
    ],
  ],
  ['produce-stream-message', { 'bulk-size': 10, corpora: 'plain' }, ['ingestion-source']],
  ['proto-bulk', { 'bulk-size': 10, corpora: 'plain', 'document-format': 'cbor', pipeline: 'p' }, []],
  [
    'proto-bulk',
    { 'bulk-size': 0, corpora: 'plain', 'detailed-results': 'true', conflicts: 'random', 'document-format': 'smile' },
    ['bulk-size', 'detailed-results', 'conflicts', 'document-format'],
  ],
  ['proto-bulk', { 'bulk-size': 1, corpora: 'own', 'detailed-results': false }, ['corpora']],
  ['proto-search', { index: 'logs', body: { query: { match_all: {} } }, cache: true, 'request-timeout': 7200 }, []],
  ['proto-search', { index: 'logs', body: { query: { nope: {} }, aggs: {} } }, ['body.query.nope', 'body.aggs']],
  [
    'bulk',
    { 'bulk-size': 0, 'batch-size': 'x', 'ingest-percentage': 0, looped: 'perhaps', pipeline: 5 },
    ['bulk-size', 'batch-size', 'ingest-percentage', 'looped', 'pipeline'],
  ],
  ['bulk', { 'bulk-size': 100, 'batch-size': 150 }, ['batch-size']],
  ['bulk', { 'bulk-size': 1.5, 'ingest-percentage': 100.1 }, ['bulk-size', 'ingest-percentage']],
  ['bulk', { 'bulk-size': 1, 'ingest-percentage': 50, 'ingest-documents': 5 }, ['ingest-documents']],
  ['bulk', { 'bulk-size': 1, 'ingest-percentage': 100, 'ingest-documents': 0 }, ['ingest-documents']],
  ['bulk', { 'bulk-size': 1, corpora: ['plain', 'nope', 'neither'] }, ['corpora', 'corpora']],
  ['bulk', { 'bulk-size': 1 }, ['corpora'], EMPTY],
  ['bulk', { 'bulk-size': 1, corpora: 'vectors' }, ['corpora']],
  ['bulk', { 'bulk-size': 1, indices: 'nope' }, ['indices']],
  ['bulk', { 'bulk-size': 1, 'data-streams': 'nope' }, ['data-streams']],
  ['bulk', { 'bulk-size': 1, conflicts: 'sequential', corpora: ['own', 'stream'] }, ['conflicts', 'conflicts']],
  [
    'bulk',
    { 'bulk-size': 1, conflicts: 'often', 'conflict-probability': 101, 'on-conflict': 'delete', recency: -1 },
    ['conflicts', 'conflict-probability', 'on-conflict', 'recency'],
  ],
  [
    'bulk',
    {
      'bulk-size': 1,
      'request-timeout': -1,
      'request-params': { a: { b: 1 }, c: [[]] },
      headers: { 'a b': 1, c: 'x\r\ny' },
    },
    ['request-timeout', 'request-params.a', 'request-params.c', 'headers.a b', 'headers.c'],
  ],
  ['search', { body: {} }, ['index']],
  ['search', { body: {} }, ['index'], EMPTY],
  ['search', { index: 'a', body: [], cache: 'x', 'results-per-page': 0 }, ['cache', 'body', 'results-per-page']],
  [
    'search',
    { index: '', body: {}, 'detailed-results': 1, 'response-compression-enabled': 'maybe' },
    ['index', 'response-compression-enabled', 'detailed-results'],
  ],
  ['search', { index: 'a', body: '{}', 'profile-metrics': 'score', 'profile-metrics-sample-size': 3 }, ['body']],
  ['search', { index: 'a', pages: 0 }, ['pages']],
  ['search', { index: 'a', pages: 'all', 'results-per-page': 10 }, []],
  ['search', { index: 'a', assertions: [{ property: 'hits', condition: '>', value: 1 }] }, ['assertions']],
  [
    'search',
    { index: 'a', 'detailed-results': true, assertions: [5, { property: 'x', condition: '!=', value: [] }, {}] },
    [
      'assertions[0]',
      'assertions[1].property',
      'assertions[1].condition',
      'assertions[1].value',
      'assertions[2].property',
      'assertions[2].condition',
      'assertions[2].value',
    ],
  ],
  ['search', { index: 'a', 'with-point-in-time-from': 'x' }, ['with-point-in-time-from']],
  ['paginated-search', { index: 'a', body: {} }, ['results-per-page', 'pages']],
  ['paginated-search', { index: 'a', body: {}, pages: 2, 'results-per-page': 1 }, ['body']],
  ['paginated-search', { index: 'a', pages: 2, 'results-per-page': 1, 'request-params': { sort: 'id' } }, []],
  ['scroll-search', { index: 'a' }, ['pages']],
  ['raw-request', {}, ['path']],
  ['raw-request', { path: 'x', method: 'GET /', ignore: ['x', 1000] }, ['path', 'method', 'ignore[0]', 'ignore[1]']],
  ['composite', {}, ['requests']],
  ['create-snapshot', {}, ['repository', 'snapshot', 'body']],
  ['restore-snapshot', { repository: 'r', snapshot: 's', 'wait-for-completion': {} }, ['wait-for-completion']],
  [
    'wait-for-snapshot-create',
    { 'completion-recheck-wait-period': 0 },
    ['repository', 'snapshot', 'completion-recheck-wait-period'],
  ],
  ['wait-for-recovery', {}, ['index']],
  [
    'refresh',
    { assertions: [{ property: 'weight', condition: '=' }] },
    ['assertions[0].condition', 'assertions[0].value'],
  ],
  ['bulk', { 'bulk-size': 1, assertions: 'x' }, ['assertions']],
  ['cluster-health', { assertions: [{ property: 'a.b', condition: '==', value: 1 }] }, []],
  [
    'restore-snapshot',
    { repository: 'r', snapshot: 's', 'request-params': { request_timeout: 'long' } },
    ['request-params.request_timeout'],
  ],
  ['shrink-index', { 'target-body': [] }, ['source-index', 'target-index', 'target-body']],
  ['update-concurrent-segment-search-settings', { enable: {}, max_slice_count: -1 }, ['enable', 'max_slice_count']],
  ['train-knn-model', { poll_period: 0, retries: -1 }, ['model_id', 'body', 'poll_period', 'retries']],
  ['delete-knn-model', { model_id: '', 'ignore-if-model-does-not-exist': 'true' }, []],
  ['register-ml-model', { timeout: 0 }, ['model-name', 'timeout']],
  ['register-ml-model', { 'model-config-file': 'x.json' }, []],
  ['register-ml-model', { 'model-config': {} }, ['model-config-file']],
  ['register-remote-ml-model', { body: 'x' }, ['body']],
  ['delete-ml-model', { 'number-of-hits-to-return': 0 }, ['model-name', 'number-of-hits-to-return']],
  ['create-ml-connector', {}, ['body']],
  ['delete-ml-connector', {}, ['connector_name']],
  ['create-transform', { body: [] }, ['transform-id', 'body']],
  ['wait-for-transform', { 'transform-timeout': -1, force: 'perhaps' }, ['transform-id', 'transform-timeout', 'force']],
  ['submit-async-search', { body: {} }, ['operation-type']],
  ['get-async-search', {}, ['operation-type', 'retrieve-results-for']],
  [
    'composite',
    { requests: [{ 'operation-type': 'submit-async-search' }, { 'operation-type': 'delete-async-search' }] },
    ['requests[0].body', 'requests[1].delete-results-for'],
  ],
  [
    'composite',
    {
      requests: [
        5,
        {},
        { 'operation-type': 'bulk' },
        { stream: {} },
        { stream: [{ 'operation-type': 'raw-request' }] },
      ],
      'max-connections': 0,
    },
    [
      'requests[0]',
      'requests[1].operation-type',
      'requests[2].operation-type',
      'requests[3].stream',
      'requests[4].stream[0].path',
      'max-connections',
    ],
  ],
  ['create-point-in-time', { index: 'a' }, ['operation-type']],
  ['delete-point-in-time', { 'with-point-in-time-from': 'a' }, ['operation-type']],
  ['sleep', {}, ['duration']],
  ['sleep', { duration: -1 }, ['duration']],
  [
    'force-merge',
    { mode: 'later', 'max-num-segments': -2, 'poll-period': 0 },
    ['max-num-segments', 'mode', 'poll-period'],
  ],
  ['force-merge', { mode: 'polling', 'max-num-segments': -1, 'poll-period': 0.5, 'request-timeout': 0 }, []],
  // What templates make of parameters that are not given.
  ['force-merge', { mode: '', 'max-num-segments': '', 'poll-period': '', index: '', 'request-timeout': '' }, []],
  ['bulk', { 'bulk-size': 8, conflicts: '', pipeline: '', indices: '', corpora: '' }, []],
  ['search', { index: 'a', cache: '', pages: '', 'results-per-page': '', body: '' }, []],
  // Waits that no timer could wait for.
  ['sleep', { duration: 1e10 }, ['duration']],
  ['refresh', { 'retry-wait-period': 3e6, retries: 1e20 }, ['retry-wait-period', 'retries']],
  [
    'refresh',
    { index: [1], retries: -1, 'retry-wait-period': 'x', 'retry-until-success': 3 },
    ['index', 'retry-until-success', 'retries', 'retry-wait-period'],
  ],
  ['cluster-health', { 'request-params': 'x' }, ['request-params']],
  ['create-index', {}, ['index'], EMPTY],
  [
    'create-index',
    { index: ['logs', 'nope'], settings: { index: { codec: 'zip' } } },
    ['settings.index.codec', 'index'],
  ],
  ['delete-index', {}, ['index'], EMPTY],
  ['create-index-template', {}, ['body', 'template'], EMPTY],
  ['create-index-template', { template: 'nope' }, ['template']],
  ['delete-index-template', { 'delete-matching-indices': true }, ['index-pattern', 'template'], EMPTY],
  ['create-composable-template', { template: 'a' }, ['body']],
  ['delete-composable-template', {}, ['template']],
  ['create-component-template', {}, ['body', 'template']],
  ['delete-component-template', { 'only-if-exists': 'x' }, ['only-if-exists', 'template']],
  ['create-data-stream', {}, ['data-stream']],
  ['delete-data-stream', {}, ['data-stream']],
  ['index-stats', { condition: {} }, ['condition.expected-value', 'condition.path']],
  ['node-stats', { 'opaque-id': [1] }, ['opaque-id']],
  ['put-settings', {}, ['body']],
  ['put-pipeline', {}, ['id', 'body']],
  ['delete-pipeline', { id: '' }, ['id']],
  ['create-search-pipeline', { id: 5 }, ['id', 'body']],
];

for (const [type, params, expected, workload] of rows) {
  test(`${type} ${JSON.stringify(params)}: ${expected.length} problems`, () => {
    const problems = typeOf(type).check(spec(type, params), workload ?? facts);
    assert.deepEqual(problems.map((problem) => problem.path).toSorted(), expected.toSorted());
    for (const problem of problems) assert.match(problem.message, /\.$/);
  });
}

test('messages say what is there and what should be', () => {
  const [problem] = typeOf('bulk').check(spec('bulk', { 'bulk-size': 'many' }), facts);
  assert.equal(problem?.message, '"bulk-size" must be an integer of at least 1, but is "many".');
});

test('what was not checked is refused when it is to run', () => {
  assert.throws(
    () => typeOf('sleep').create(context('sleep', {})),
    (error) => error instanceof BenchmarkError && error.code === 'WORKLOAD_INVALID' && error.problems.length === 1,
  );
});

test('the limit of an execution', () => {
  const limit = (type: string, params: object) => typeOf(type).limit?.(spec(type, params));
  assert.equal(limit('search', {}), null);
  assert.equal(limit('search', { 'request-timeout': '2.5' }), 2500);
  assert.equal(limit('sleep', { duration: 300 }), 310_000);
  assert.equal(limit('sleep', { duration: 300, 'request-timeout': 1 }), 1000);
  assert.equal(limit('search', { 'request-params': { request_timeout: 7 } }), 7000);
  assert.equal(limit('search', { 'request-timeout': 3, 'request-params': { request_timeout: 7 } }), 3000);
  assert.equal(limit('wait-for-recovery', { index: 'a' }), 3_600_000);
  assert.equal(limit('train-knn-model', { model_id: 'm', body: {}, retries: 10, poll_period: 2 }), 80_000);
  assert.equal(limit('deploy-ml-model', { timeout: 5 }), 125_000);
  assert.equal(limit('wait-for-transform', { 'transform-id': 't', 'transform-timeout': 5 }), 65_000);
});

test('names are unique, known ones are found, others are not', () => {
  assert.equal(new Set(executableTypes.map((type) => type.name)).size, executableTypes.length);
  for (const type of executableTypes) assert.equal(operationType(type.name), type);
  assert.equal(operationType('warmup-knn-indices'), undefined);
  assert.equal(operationType('constructor'), undefined);
});

const NAMES = [...new Set(rows.flatMap(([, params]) => Object.keys(params)))];

/** The corpora as a worker has them: only documents for bulk requests are prepared. */
const preparedCorpora = facts.corpora.map(({ name, documentSets }) => ({
  name,
  documentSets: documentSets
    .filter(({ sourceFormat }) => sourceFormat === 'bulk')
    .map((set) => ({ ...set, path: '/nowhere', size: 0, documentCount: 0, offsets: [] })),
}));

test('law: a check never throws, and what it accepts can be created', () => {
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('all', 'true', 5, 1, 'logs', 'plain', {}, [{ 'operation-type': 'sleep' }], [{ stream: [] }]),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...executableTypes),
      fc.dictionary(fc.constantFrom(...NAMES), anything, { noNullPrototype: true }),
      (type, params) => {
        const operation = {
          name: 'x',
          type: type.name,
          params: new Map(Object.entries(params).map(([name, value]) => [name, toJson(value)])),
        };
        const problems = type.check(operation, facts);
        if (problems.length > 0) return;
        const created = type.create(context(type.name, params, { ...facts, corpora: preparedCorpora, dataSets: [] }));
        created.close?.();
      },
    ),
    { numRuns: 2000 },
  );
});

test('a parameter that looks like a misspelt one is a problem, another one is not', () => {
  const check = (params: object): readonly (readonly [string | undefined, string | undefined])[] =>
    (operationType('bulk')?.check(spec('bulk', { 'bulk-size': 5, corpora: 'plain', ...params }), facts) ?? []).map(
      ({ path, hint }) => [path, hint],
    );
  assert.deepEqual(check({ 'ingest-percentge': 50, bulk_size: 3, 'detailed-result': true }), [
    ['ingest-percentge', 'Did you mean "ingest-percentage"?'],
    ['bulk_size', 'Did you mean "bulk-size"?'],
    ['detailed-result', 'Did you mean "detailed-results"?'],
  ]);
  assert.deepEqual(check({ comment: 'x', 'refresh-afterwards': true }), []);
});
