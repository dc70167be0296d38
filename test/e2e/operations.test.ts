// Every operation type against a real OpenSearch: one run that builds, one that tears down, and what is in the cluster
// after each.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { sharedOpenSearch } from '../../scripts/opensearch.ts';
import { executableTypes } from '../../src/operation/registry.ts';
import { randomRows, writeBigAnn } from '../vectors/local-vectors.ts';
import { type Ended, Home, type TestRunDocument, taskOf } from './benchmark-process.ts';
import { numberedDocuments } from './small-workloads.ts';

const prefix = `e2e-operations-${process.pid}`;
const logs = `${prefix}-logs`;
const other = `${prefix}-other`;
const conflicting = `${prefix}-conflicts`;
const wide = `${prefix}-wide`;
const repository = `${prefix}-repository`;
const documents = 1000;

const mapping = { properties: { number: { type: 'integer' }, tagged: { type: 'keyword' } } };
const indexBody = (shards: number): string =>
  JSON.stringify({ settings: { number_of_shards: shards, number_of_replicas: 0 }, mappings: mapping });

/** Operations with tests of their own, because they need another server. */
const triedElsewhere: ReadonlySet<string> = new Set([
  'proto-bulk',
  'proto-search',
  'proto-vector-search',
  'proto-bulk-vector-data-set',
  'produce-stream-message',
  'submit-async-search',
  'get-async-search',
  'delete-async-search',
  'create-transform',
  'start-transform',
  'wait-for-transform',
  'delete-transform',
  'train-knn-model',
  'delete-knn-model',
  'create-ml-connector',
  'delete-ml-connector',
  'register-ml-model',
  'register-remote-ml-model',
  'deploy-ml-model',
  'delete-ml-model',
]);

type Params = Readonly<Record<string, unknown>>;
/** A task whose operation is named like it and counts in the results even if it is administrative. */
const task = (type: string, name: string, params: Params = {}, taskParams: Params = {}): unknown => ({
  name,
  operation: { name, 'operation-type': type, 'include-in-reporting': true, ...params },
  ...taskParams,
});

const everyNumber = { query: { match_all: {} }, sort: [{ number: 'asc' }] };

const tagging = { set: { field: 'tagged', value: 'yes' } };

const vectors = { index: `${prefix}-vectors`, field: 'v', data_set_format: 'bigann', data_set_corpus: 'vectors' };
const vectorCount = 40;

const build: readonly unknown[] = [
  task('delete-index', 'remove-what-was-there'),
  task('create-index', 'make-indices', { settings: { 'index.refresh_interval': '7s' } }),
  task('cluster-health', 'wait', {
    index: logs,
    'request-params': { wait_for_status: 'green' },
    'retry-until-success': true,
  }),
  task('put-pipeline', 'make-pipeline', { id: `${prefix}-tag`, body: { processors: [tagging] } }),
  task('create-search-pipeline', 'make-search-pipeline', { id: `${prefix}-search`, body: { request_processors: [] } }),
  task('bulk', 'append', { 'bulk-size': 150, corpora: ['logs'], pipeline: `${prefix}-tag` }, { clients: 3 }),
  task('bulk', 'append-half', { 'bulk-size': 10, corpora: ['halved'], 'ingest-percentage': 50 }, { clients: 2 }),
  task(
    'bulk',
    'append-conflicts',
    {
      'bulk-size': 100,
      corpora: ['conflicting'],
      conflicts: 'sequential',
      'conflict-probability': 100,
      'on-conflict': 'update',
    },
    { clients: 1 },
  ),
  task('refresh', 'refresh-all', { index: `${prefix}-*` }),
  task('force-merge', 'merge', { index: logs, 'max-num-segments': 1 }),
  task('force-merge', 'merge-polling', { index: other, mode: 'polling', 'poll-period': 0.05 }),
  task('index-stats', 'until-merged', {
    index: prefix.concat('-*'),
    condition: { path: '_all.total.merges.current', 'expected-value': 0 },
    'retry-until-success': true,
  }),
  task('node-stats', 'look-at-nodes'),
  task(
    'search',
    'search-one',
    { index: logs, body: { query: { term: { number: 7 } } } },
    { iterations: 4, 'warmup-iterations': 1 },
  ),
  task('search', 'search-pipeline', {
    index: logs,
    'request-params': { search_pipeline: `${prefix}-search` },
    body: everyNumber,
  }),
  task('paginated-search', 'turn-pages', { index: logs, pages: 4, 'results-per-page': 100, body: everyNumber }),
  task('paginated-search', 'turn-all-pages', { index: logs, pages: 'all', 'results-per-page': 300, body: everyNumber }),
  task('scroll-search', 'scroll', {
    index: logs,
    pages: 'all',
    'results-per-page': 400,
    body: { query: { match_all: {} } },
  }),
  task('raw-request', 'raw', {
    method: 'POST',
    path: `/${logs}/_count`,
    body: { query: { range: { number: { lt: 10 } } } },
  }),
  task('raw-request', 'raw-missing', { path: `/${prefix}-nowhere/_doc/1`, ignore: [404] }),
  task('raw-request', 'raw-failing', { path: `/${prefix}-nowhere/_doc/1` }, { iterations: 3 }),
  task('bulk-vector-data-set', 'append-vectors', { ...vectors, bulk_size: 10 }, { clients: 3 }),
  // This cluster has no k-NN plug-in, which is what answers such a search.
  task('vector-search', 'search-without-plugin', { ...vectors, k: 3, num_vectors: 4, 'calculate-recall': false }),
  task('composite', 'in-a-point-in-time', {
    requests: [
      { name: 'open-it', 'operation-type': 'create-point-in-time', index: logs, 'keep-alive': '1m' },
      {
        'operation-type': 'paginated-search',
        name: 'read-it',
        'with-point-in-time-from': 'open-it',
        pages: 2,
        'results-per-page': 10,
        body: everyNumber,
      },
      {
        stream: [
          { 'operation-type': 'raw-request', name: 'beside', path: '/' },
          { 'operation-type': 'sleep', duration: 0.05 },
        ],
      },
      {
        stream: [{ 'operation-type': 'search', index: logs, name: 'also-beside', body: { query: { match_all: {} } } }],
      },
      { name: 'close-it', 'operation-type': 'delete-point-in-time', 'with-point-in-time-from': 'open-it' },
    ],
  }),
  task('list-all-point-in-time', 'list-points-in-time'),
  task('sleep', 'rest', { duration: 0.25 }),
  task('put-settings', 'set', { body: { transient: { 'indices.recovery.max_bytes_per_sec': '41mb' } } }),
  task('update-concurrent-segment-search-settings', 'search-by-threads', { enable: 'true', max_slice_count: 2 }),
  task('create-index', 'make-wide', {
    index: wide,
    body: { settings: { number_of_shards: 4, number_of_replicas: 0 } },
  }),
  task('shrink-index', 'shrink', {
    'source-index': wide,
    'target-index': `${prefix}-narrow`,
    'target-body': { settings: { 'index.number_of_shards': 2, 'index.number_of_replicas': 0 } },
  }),
  task('create-snapshot-repository', 'make-repository', {
    repository,
    body: { type: 'fs', settings: { location: prefix } },
  }),
  task('create-snapshot', 'snap', { repository, snapshot: 'one', body: { indices: [logs] } }),
  task('wait-for-snapshot-create', 'wait-for-snapshot', {
    repository,
    snapshot: 'one',
    'completion-recheck-wait-period': 0.05,
  }),
  task('restore-snapshot', 'restore', {
    repository,
    snapshot: 'one',
    body: { indices: [logs], rename_pattern: '(.+)', rename_replacement: '$1-restored' },
    'request-params': { request_timeout: 300 },
  }),
  task('wait-for-recovery', 'wait-for-recovery', {
    index: `${logs}-restored`,
    'completion-recheck-wait-period': 0.05,
  }),
  task('create-component-template', 'make-component'),
  task('create-composable-template', 'make-composable', { settings: { 'index.codec': 'best_compression' } }),
  task('create-index-template', 'make-template'),
];

const tearDown: readonly unknown[] = [
  task('delete-pipeline', 'drop-pipeline', { id: `${prefix}-tag` }),
  task('delete-index-template', 'drop-template', { 'only-if-exists': true }),
  task('delete-composable-template', 'drop-composable'),
  task('delete-component-template', 'drop-component'),
  task('delete-point-in-time', 'drop-points-in-time'),
  task('delete-index', 'drop-indices'),
  task('delete-snapshot-repository', 'drop-repository', { repository }),
  task('put-settings', 'search-as-usual', {
    body: {
      persistent: {
        'search.concurrent_segment_search.enabled': null,
        'search.concurrent.max_slice_count': null,
      },
    },
  }),
  task('put-settings', 'set', { body: { transient: { 'indices.recovery.max_bytes_per_sec': null } } }),
];

const corpus = (name: string, targetIndex: string, count: number): unknown => ({
  name,
  'target-index': targetIndex,
  documents: [
    {
      'source-file': `${name}.json.gz`,
      'document-count': count,
      'uncompressed-bytes': numberedDocuments(count).length,
    },
  ],
});

const workload = {
  version: 2,
  description: 'every operation type',
  indices: [
    { name: logs, body: 'index.json' },
    { name: other, body: 'index.json' },
    { name: conflicting, body: 'index.json' },
  ],
  templates: [
    {
      name: `${prefix}-legacy`,
      'index-pattern': `${prefix}-legacy-*`,
      template: 'legacy-template.json',
      'delete-matching-indices': false,
    },
  ],
  'composable-templates': [
    { name: `${prefix}-composable`, 'index-pattern': `${prefix}-events-*`, template: 'composable-template.json' },
  ],
  'component-templates': [{ name: `${prefix}-component`, template: 'component-template.json' }],
  corpora: [
    corpus('logs', logs, documents),
    corpus('halved', other, 200),
    corpus('conflicting', conflicting, 400),
    {
      name: 'vectors',
      'target-index': other,
      documents: [{ 'source-file': 'vectors.fbin.gz', 'source-format': 'big-ann', 'document-count': vectorCount }],
    },
  ],
  test_procedures: [
    { name: 'build', default: true, schedule: build },
    { name: 'tear-down', schedule: tearDown },
  ],
};

const streamName = `${prefix}-stream-a`;
const streams = {
  version: 2,
  description: 'data streams',
  'data-streams': [{ name: streamName }],
  'composable-templates': [
    { name: `${prefix}-streams`, 'index-pattern': `${prefix}-stream-*`, template: 'stream-template.json' },
  ],
  corpora: [
    {
      name: 'streamed',
      documents: [{ 'source-file': 'streamed.json', 'document-count': 30, 'target-data-stream': streamName }],
    },
  ],
  test_procedures: [
    {
      name: 'build',
      default: true,
      schedule: [
        task('create-composable-template', 'make-template'),
        task('create-data-stream', 'make-stream'),
        task('bulk', 'append', { 'bulk-size': 7 }),
        task('refresh', 'refresh', { index: streamName }),
      ],
    },
    {
      name: 'tear-down',
      schedule: [task('delete-data-stream', 'drop-stream'), task('delete-composable-template', 'drop-template')],
    },
  ],
};

const files = {
  'workload.json': JSON.stringify(workload),
  'index.json': indexBody(1),
  'legacy-template.json': JSON.stringify({ index_patterns: [`${prefix}-legacy-*`], settings: { number_of_shards: 3 } }),
  'component-template.json': JSON.stringify({ template: { settings: { number_of_shards: 2 } } }),
  'composable-template.json': JSON.stringify({
    index_patterns: [`${prefix}-events-*`],
    composed_of: [`${prefix}-component`],
    template: { settings: { number_of_replicas: 0 } },
  }),
};

const streamFiles = {
  'workload.json': JSON.stringify(streams),
  'stream-template.json': JSON.stringify({
    index_patterns: [`${prefix}-stream-*`],
    data_stream: {},
    template: { settings: { number_of_replicas: 0 } },
  }),
  'streamed.json': Array.from(
    { length: 30 },
    (_, number) => `{"@timestamp":"2026-01-01T00:00:${String(number).padStart(2, '0')}Z","number":${number}}\n`,
  ).join(''),
};

describe('operations', () => {
  const home = new Home();
  let url = '';
  let stop: () => Promise<void> = async () => undefined;
  let built: Ended;
  let results: TestRunDocument;
  /** The bare distribution of OpenSearch 2 has no processors: a pipeline then passes documents through. */
  let canTag = false;

  const run = (path: string, procedure: string, id: string): Promise<Ended> =>
    home.run([
      'run',
      `--workload-path=${path}`,
      `--target-hosts=${new URL(url).host}`,
      `--test-procedure=${procedure}`,
      `--test-run-id=${id}`,
    ]);
  const ask = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
  const statusOf = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status;
  const count = async (path: string): Promise<unknown> =>
    Object.entries((await ask(`/${path}`)) as object).find(([name]) => name === 'count')?.[1];

  before(async () => {
    ({ url, stop } = await sharedOpenSearch());
    canTag = JSON.stringify(await ask('/_nodes/ingest')).includes('{"type":"set"}');
    const withPipeline = canTag ? files['workload.json'] : files['workload.json'].replace(JSON.stringify(tagging), '');
    const path = home.workload('everything', { ...files, 'workload.json': withPipeline });
    for (const [name, size] of [
      ['logs', documents],
      ['halved', 200],
      ['conflicting', 400],
    ] as const) {
      writeFileSync(`${path}/${name}.json.gz`, gzipSync(numberedDocuments(size)));
    }
    writeBigAnn(`${path}/plain.fbin`, vectorCount, 4, randomRows(vectorCount * 4));
    writeFileSync(`${path}/vectors.fbin.gz`, gzipSync(readFileSync(`${path}/plain.fbin`)));
    home.workload('streams', streamFiles);
    built = await run(path, 'build', 'build');
    results = home.testRun('build');
  });

  after(async () => {
    await fetch(`${url}/${prefix}-*`, { method: 'DELETE' });
    await fetch(`${url}/_data_stream/${streamName}`, { method: 'DELETE' });
    for (const name of ['composable', 'streams'])
      await fetch(`${url}/_index_template/${prefix}-${name}`, { method: 'DELETE' });
    await fetch(`${url}/_component_template/${prefix}-component`, { method: 'DELETE' });
    await fetch(`${url}/_template/${prefix}-legacy`, { method: 'DELETE' });
    await fetch(`${url}/_ingest/pipeline/${prefix}-tag`, { method: 'DELETE' });
    await fetch(`${url}/_search/pipeline/${prefix}-search`, { method: 'DELETE' });
    home.dispose();
    await stop();
  });

  test('are all tried here, but for those that need what this server lacks', () => {
    const text = JSON.stringify([workload, streams]);
    for (const { name } of executableTypes)
      assert.ok(triedElsewhere.has(name) || text.includes(`"operation-type":"${name}"`), name);
  });

  test('succeed, apart from those that must fail', () => {
    assert.equal(built.code, 0, built.stderr);
    const failed = results.results?.op_metrics
      .filter(({ errors }) => errors > 0)
      .map(({ task: name, errors }) => [name, errors]);
    const due = [
      ['raw-failing', 3],
      ['search-without-plugin', 4],
    ];
    assert.deepEqual(failed, due, built.stdout);
    assert.match(built.stdout, /search-without-plugin +HTTP 400 +4 .*unknown query \[knn\]/);
    assert.match(built.stdout, /\[WARNING\] Error rate is 100(\.0)? for operation 'raw-failing'/);
    assert.match(built.stdout, /raw-failing +HTTP 404 +3 /);
  });

  test('index the vectors of a data set that is unpacked first', async () => {
    const answer = await fetch(`${url}/${prefix}-vectors/_search?size=1&q=_id:7`);
    const { hits } = (await answer.json()) as {
      readonly hits: { readonly hits: readonly { readonly _source: { readonly v: readonly number[] } }[] };
    };
    const found = Float32Array.from(hits.hits[0]?._source.v ?? []);
    assert.deepEqual(found, randomRows(vectorCount * 4).slice(28, 32));
  });

  test('make indices with the settings of body and task', async () => {
    const settings = (await ask(`/${logs}/_settings?flat_settings=true`)) as Record<
      string,
      { settings: Record<string, string> }
    >;
    assert.equal(settings[logs]?.settings['index.refresh_interval'], '7s');
    assert.equal(settings[logs]?.settings['index.number_of_replicas'], '0');
    assert.equal(taskOf(results, 'make-indices').requests, 3);
  });

  test('index corpora whole, through a pipeline', async () => {
    assert.equal(await count(`${logs}/_count`), documents);
    assert.equal(await count(`${logs}/_count?q=tagged:yes`), canTag ? documents : 0);
    const { requests, throughput } = taskOf(results, 'append');
    assert.equal(throughput.unit, 'docs/s');
    // Each client sends its own slice, whatever the number of threads: 333, 334 and 333 documents in bulks of 150.
    assert.equal(requests, 9);
  });

  test('index a part of a corpus', async () => {
    const indexed = await count(`${other}/_count`);
    assert.ok(indexed === 100, `half of 200: ${indexed}`);
  });

  test('shrink an index, and free its successor', async () => {
    const { [`${prefix}-narrow`]: narrow } = (await ask(`/${prefix}-narrow/_settings?flat_settings=true`)) as Record<
      string,
      { settings: Record<string, string | null> }
    >;
    assert.equal(narrow?.settings['index.number_of_shards'], '2');
    assert.equal(narrow.settings['index.blocks.write'] ?? null, null);
    assert.equal(narrow.settings['index.routing.allocation.require._name'] ?? null, null);
  });

  test('take a snapshot and restore it, with the throughput that the server tells', async () => {
    assert.equal(await count(`${logs}-restored/_count`), documents);
    for (const name of ['wait-for-snapshot', 'wait-for-recovery']) {
      const { throughput, samples } = taskOf(results, name);
      assert.deepEqual([samples, throughput.unit], [1, 'byte/s']);
      assert.ok((throughput.mean ?? 0) > 0, name);
    }
  });

  test('set how shards are searched', async () => {
    const { persistent } = (await ask('/_cluster/settings?flat_settings=true')) as {
      persistent: Record<string, string>;
    };
    assert.equal(persistent['search.concurrent_segment_search.enabled'], 'true');
    assert.equal(persistent['search.concurrent.max_slice_count'], '2');
  });

  test('make conflicts with what was indexed before', async () => {
    const stats = (await ask(`/${conflicting}/_stats/docs,indexing`)) as {
      _all: { primaries: { docs: { count: number } } };
    };
    const { count: left } = stats._all.primaries.docs;
    assert.ok(left > 0 && left < 400, `with every document in conflict few are left: ${left}`);
  });

  test('merge, blocking and polling', async () => {
    const segments = (await ask(`/${logs}/_segments`)) as {
      indices: Record<string, { shards: Record<string, { num_committed_segments: number }[]> }>;
    };
    assert.equal(segments.indices[logs]?.shards['0']?.[0]?.num_committed_segments, 1);
    assert.ok(taskOf(results, 'merge-polling').requests >= 2);
  });

  test('search, page by page', () => {
    const requestsOf = (name: string): number => taskOf(results, name).requests;
    assert.deepEqual([requestsOf('search-one'), taskOf(results, 'search-one').samples], [5, 4]);
    assert.equal(requestsOf('turn-pages'), 4);
    assert.equal(requestsOf('turn-all-pages'), 4);
    // 400 + 400 + 200 documents, an empty page, and the scroll is freed.
    assert.equal(requestsOf('scroll'), 5);
    assert.equal(taskOf(results, 'turn-pages').throughput.unit, 'pages/s');
    assert.equal(requestsOf('search-pipeline'), 1);
  });

  test('send requests of any kind, and leave no point in time behind', async () => {
    assert.equal(taskOf(results, 'raw-missing').errors, 0);
    assert.equal(taskOf(results, 'in-a-point-in-time').requests, 6);
    const points = (await ask('/_search/point_in_time/_all')) as { pits?: readonly unknown[] };
    assert.deepEqual(points.pits ?? [], []);
  });

  test('rest as long as they are told', () => {
    const { service_time: service, requests } = taskOf(results, 'rest');
    assert.equal(requests, 0);
    assert.ok((service['100_0'] ?? 0) >= 249 && (service['100_0'] ?? 0) < 400, JSON.stringify(service));
  });

  test('change settings of the cluster', async () => {
    const settings = (await ask('/_cluster/settings?flat_settings=true')) as { transient: Record<string, string> };
    assert.equal(settings.transient['indices.recovery.max_bytes_per_sec'], '41mb');
  });

  test('make templates of all kinds', async () => {
    const legacy = (await ask(`/_template/${prefix}-legacy?flat_settings=true`)) as Record<
      string,
      { settings: Record<string, string> }
    >;
    assert.equal(legacy[`${prefix}-legacy`]?.settings['index.number_of_shards'], '3');
    type Composable = {
      index_templates: {
        index_template: { composed_of: string[]; template: { settings: { index: Record<string, string> } } };
      }[];
    };
    const composable = (await ask(`/_index_template/${prefix}-composable`)) as Composable;
    assert.deepEqual(composable.index_templates[0]?.index_template.composed_of, [`${prefix}-component`]);
    assert.equal(composable.index_templates[0]?.index_template.template.settings.index.codec, 'best_compression');
    assert.equal(await statusOf(`/_component_template/${prefix}-component`), 200);
    assert.equal(await statusOf(`/_search/pipeline/${prefix}-search`), 200);
  });

  test('remove all of that again', async () => {
    const ended = await run(home.path('everything'), 'tear-down', 'tear-down');
    assert.equal(ended.code, 0, ended.stderr);
    const failed = home.testRun('tear-down').results?.op_metrics.filter(({ errors }) => errors > 0);
    assert.deepEqual(failed, [], ended.stdout);
    const gone = [
      `/${logs}`,
      `/${other}`,
      `/_template/${prefix}-legacy`,
      `/_index_template/${prefix}-composable`,
      `/_component_template/${prefix}-component`,
      `/_ingest/pipeline/${prefix}-tag`,
    ];
    assert.deepEqual(
      await Promise.all(gone.map(statusOf)),
      gone.map(() => 404),
    );
  });

  test('fill and remove a data stream', async () => {
    const ended = await run(home.path('streams'), 'build', 'streams');
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(taskOf(home.testRun('streams'), 'append').errors, 0, ended.stdout);
    assert.equal(await count(`${streamName}/_count`), 30);
    const removed = await run(home.path('streams'), 'tear-down', 'streams-removed');
    assert.equal(removed.code, 0, removed.stderr);
    assert.equal(await statusOf(`/_data_stream/${streamName}`), 404);
    assert.equal(await statusOf(`/_index_template/${prefix}-streams`), 404);
  });
});
