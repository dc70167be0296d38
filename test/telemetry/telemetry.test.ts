import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { TelemetryDevice } from '../../src/telemetry/device.ts';
import { documentCountRequest, parseDocumentCount } from '../../src/telemetry/document-count.ts';
import { indexStatsRequest, parseIndexStats } from '../../src/telemetry/index-stats.ts';
import { alwaysOnDevices } from '../../src/telemetry/registry.ts';
import type { StatsClient, StatsRequest } from '../../src/telemetry/stats-client.ts';
import { startTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts';

interface Answers {
  readonly [path: string]: unknown;
}

/** Answers from a table, 404 for what is not in it; an `Error` in the table is thrown, a number is a status. */
class CannedCluster implements StatsClient {
  answers: Answers;
  readonly requests: StatsRequest[] = [];
  constructor(answers: Answers) {
    this.answers = answers;
  }
  async request(request: StatsRequest) {
    this.requests.push(request);
    const answer = this.answers[request.path];
    if (answer instanceof Error) throw answer;
    if (typeof answer === 'number') return { status: answer, body: { error: 'refused' } };
    return answer === undefined ? { status: 404, body: {} } : { status: 200, body: answer };
  }
}

const shard = (primary: boolean, indexTime: number) => ({
  routing: { primary },
  indexing: { index_time_in_millis: indexTime, throttle_time_in_millis: 0 },
  merges: { total_time_in_millis: 1, total_throttled_time_in_millis: 0 },
  refresh: { total_time_in_millis: 2 },
  flush: { total_time_in_millis: 3 },
});

const indexStats = (indexingTime: number) => ({
  _all: {
    primaries: {
      indexing: { index_time_in_millis: indexingTime, throttle_time_in_millis: 0 },
      merges: { total: 4, total_time_in_millis: 0, total_throttled_time_in_millis: 0 },
      refresh: { total: 5, total_time_in_millis: 0 },
      flush: { total: 6, total_time_in_millis: 0 },
      segments: {
        count: 9,
        memory_in_bytes: 60,
        doc_values_memory_in_bytes: 10,
        terms_memory_in_bytes: 11,
        norms_memory_in_bytes: 12,
        points_memory_in_bytes: 13,
        stored_fields_memory_in_bytes: 14,
      },
      store: { size_in_bytes: 500 },
    },
    total: { store: { size_in_bytes: 1000 }, translog: { size_in_bytes: 110 } },
  },
  indices: {
    logs: { shards: { '0': [shard(true, 100), shard(false, 1000)], '1': [shard(false, 1000), shard(true, 500)] } },
    other: { shards: { '0': [shard(true, 200)], '1': [shard(true, 300)] } },
  },
});

const node = (name: string, young: readonly [number, number], old: readonly [number, number]) => ({
  name,
  jvm: {
    gc: {
      collectors: {
        young: { collection_count: young[0], collection_time_in_millis: young[1] },
        old: { collection_count: old[0], collection_time_in_millis: old[1] },
      },
    },
  },
});

const started = (
  devices: readonly TelemetryDevice[],
  client: StatsClient,
  indices: readonly string[],
): Promise<Telemetry> => startTelemetry(devices, { clients: new Map([['default', client]]), indices, now: () => 0 });

describe('telemetry', () => {
  test('reads what the cluster did between start and stop', async () => {
    const cluster = new CannedCluster({
      '/_nodes/stats/_all': { nodes: { a: node('n1', [10, 100], [1, 50]), b: node('n2', [20, 200], [2, 60]) } },
      '/logs,other/_stats/_all': indexStats(0),
    });
    const telemetry = await started(alwaysOnDevices, cluster, ['logs', 'other']);
    assert.deepEqual(telemetry.warnings, []);
    cluster.answers = {
      // Node b was restarted and counts from 0.
      '/_nodes/stats/_all': { nodes: { a: node('n1', [13, 130], [1, 50]), b: node('n2', [1, 5], [0, 0]) } },
      '/logs,other/_stats/_all': indexStats(1100),
      '/_cat/indices/logs,other': [
        { index: 'logs', 'docs.count': '2000' },
        { index: 'other', 'docs.count': '5' },
      ],
    };
    const time = (total: number, each: number) => ({ total, perShard: { min: each, median: each, max: each } });
    assert.deepEqual(await telemetry.stop(), {
      indexingTime: { total: 1100, perShard: { min: 100, median: 250, max: 500 } },
      indexingThrottleTime: time(0, 0),
      mergeTime: time(0, 1),
      mergeCount: 4,
      mergeThrottleTime: time(0, 0),
      refreshTime: time(0, 2),
      refreshCount: 5,
      flushTime: time(0, 3),
      flushCount: 6,
      youngGcTime: 30,
      youngGcCount: 3,
      oldGcTime: 0,
      oldGcCount: 0,
      docsCount: 2005,
      storeSize: 1000,
      translogSize: 110,
      segmentCount: 9,
      memorySegments: 60,
      memoryDocValues: 10,
      memoryTerms: 11,
      memoryNorms: 12,
      memoryPoints: 13,
      memoryStoredFields: 14,
    });
    assert.deepEqual(telemetry.warnings, []);
  });

  test('warns about indices that were in use before, not about those that do not exist yet', async () => {
    const nodes = { '/_nodes/stats/_all': { nodes: {} } };
    const used = await started(alwaysOnDevices, new CannedCluster({ ...nodes, '/_stats/_all': indexStats(1628) }), []);
    assert.deepEqual(used.warnings, [
      'The indices were in use before this test run (indexing time 1628 ms). The cumulative times and counts of the ' +
        'summary include that.',
    ]);
    const fresh = await started(alwaysOnDevices, new CannedCluster(nodes), ['logs']);
    assert.deepEqual(fresh.warnings, []);
  });

  test('goes without what the cluster does not tell, and says so', async () => {
    const cluster = new CannedCluster({
      '/_nodes/stats/_all': new Error('connection refused'),
      '/logs/_stats/_all': 'plain text',
    });
    const telemetry = await started(alwaysOnDevices, cluster, ['logs']);
    cluster.answers = { '/_nodes/stats/_all': { nodes: {} }, '/logs/_stats/_all': 404, '/_cat/indices/logs': 500 };
    assert.deepEqual(await telemetry.stop(), {});
    assert.deepEqual(telemetry.warnings, [
      'The cluster does not tell its node statistics: GET /_nodes/stats/_all failed: connection refused',
      'The cluster does not tell its index statistics: GET /logs/_stats/_all was answered with HTTP 404.',
      'The cluster does not tell its number of documents: GET /_cat/indices/logs was answered with HTTP 500.',
    ]);
  });

  test('two devices that are refused the same say so once, and each device has a name of its own', async () => {
    const telemetry = await started(
      [...alwaysOnDevices, ...alwaysOnDevices],
      new CannedCluster({ '/_nodes/stats/_all': 403 }),
      [],
    );
    assert.deepEqual(telemetry.warnings, [
      'The cluster does not tell its node statistics: GET /_nodes/stats/_all was answered with HTTP 403.',
    ]);
    assert.equal(new Set(alwaysOnDevices.map(({ name }) => name)).size, alwaysOnDevices.length);
  });

  test('leaves out nodes that joined and nodes with other collectors', async () => {
    const cluster = new CannedCluster({
      '/_nodes/stats/_all': { nodes: { a: node('n1', [1, 10], [0, 0]), z: { name: 'zgc', jvm: {} } } },
    });
    const telemetry = await started(alwaysOnDevices, cluster, []);
    cluster.answers = {
      '/_nodes/stats/_all': {
        nodes: { a: node('n1', [2, 15], [1, 7]), z: { name: 'zgc', jvm: {} }, c: node('late', [9, 9], [9, 9]) },
      },
      '/_stats/_all': { _all: { primaries: {}, total: {} }, indices: {} },
      '/_cat/indices': [],
    };
    assert.deepEqual(await telemetry.stop(), {
      youngGcTime: 5,
      youngGcCount: 1,
      oldGcTime: 7,
      oldGcCount: 1,
      docsCount: 0,
    });
    assert.deepEqual(telemetry.warnings.slice(-3), [
      'The cluster has no statistics of the indices: none of them exists.',
      'The garbage collection of late is not counted: not in the cluster when the test run began.',
      'The garbage collection of 1 of 2 nodes is not counted: no collectors "young" and "old".',
    ]);
  });
});

describe('index statistics', () => {
  test('names all missing figures in one warning', () => {
    const warnings: string[] = [];
    const stats = parseIndexStats({ _all: { primaries: { merges: { total: 3 } }, total: {} } }, (message) =>
      warnings.push(message),
    );
    assert.deepEqual(stats, { mergeCount: 3 });
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? '',
      /have no indexing\.index_time_in_millis, .*segments\.stored_fields_memory_in_bytes; the summary/,
    );
  });

  test('asks for the indices of the workload, or for all', () => {
    assert.deepEqual(indexStatsRequest(['a', 'b-*', 'c/d']), {
      path: '/a,b-*,c%2Fd/_stats/_all',
      query: { level: 'shards' },
    });
    assert.deepEqual(documentCountRequest([]), {
      path: '/_cat/indices',
      query: { format: 'json', h: 'index,docs.count' },
    });
  });

  test('counts documents written as text or number and closed indices as none', () => {
    assert.equal(parseDocumentCount([{ 'docs.count': '7' }, { 'docs.count': 3 }, { 'docs.count': null }, {}]), 10);
    assert.equal(parseDocumentCount('no json'), undefined);
  });

  test('no answer, however odd, breaks a parser', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        parseIndexStats(document, () => undefined);
        parseDocumentCount(document);
      }),
    );
  });
});
