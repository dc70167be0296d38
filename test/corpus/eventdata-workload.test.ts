import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type JsonObject, toJson } from '../../src/json.ts';
import { operationCatalog } from '../../src/operation/registry.ts';
import { epochMillis } from '../../src/units.ts';
import { type LoadedWorkload, loadWorkload } from '../../src/workload/load.ts';
import { leafTasks } from '../../src/workload/model.ts';

function load(
  params: Readonly<Record<string, unknown>> = {},
  testProcedure: string | null = null,
  testMode = false,
): Promise<LoadedWorkload> {
  return loadWorkload({
    workload: 'eventdata',
    workloadPath: null,
    repository: 'builtin',
    repositoryUrl: null,
    git: { environment: {} },
    repositoriesDirectory: '/nowhere',
    revision: null,
    distributionVersion: '3.8.0',
    isOffline: true,
    params: new Map(Object.entries(params).map(([name, value]) => [name, toJson(value)])) satisfies JsonObject,
    testProcedure,
    includeTasks: [],
    excludeTasks: [],
    testMode,
    purpose: 'run',
    operations: { ...operationCatalog, check: () => [] },
    wallTime: () => epochMillis(0),
  });
}

/** All parameters of the public workload of this name but those of snapshots. */
const OFFICIAL_PARAMETERS = {
  bulk_size: 100,
  bulk_indexing_clients: 3,
  ingest_percentage: 50,
  number_of_shards: 2,
  number_of_replicas: 1,
  query_cache_enabled: true,
  requests_cache_enabled: true,
  source_enabled: false,
  index_settings: { 'index.codec': 'best_compression' },
  cluster_health: 'yellow',
  error_level: 'non-fatal',
  warmup_time_period: 120,
  request_timeout: 600,
  max_num_segments: 1,
  max_page_search_size: 100,
};

describe('the built-in workload eventdata', () => {
  test('indexes by default, in the order of the public one', async () => {
    const { testProcedure, workload } = await load();
    assert.equal(testProcedure.name, 'append-no-conflicts');
    assert.deepEqual(
      leafTasks(testProcedure.schedule).map(({ name }) => name),
      [
        ...['delete-index', 'create-index', 'check-cluster-health', 'index-append', 'refresh-after-index'],
        ...['force-merge', 'refresh-after-force-merge', 'wait-until-merges-finish'],
      ],
    );
    const append = leafTasks(testProcedure.schedule).find(({ name }) => name === 'index-append');
    assert.equal(append?.clients, 8);
    assert.equal(append?.operation.params.get('bulk-size'), 5000);
    assert.equal(append?.ignoreResponseErrorLevel, 'non-fatal');
    assert.deepEqual(workload.testProcedures.map(({ name }) => name).sort(), [
      'append-and-search',
      'append-no-conflicts',
      'search',
    ]);
  });

  test('searches in the way it indexed', async () => {
    const { testProcedure } = await load({}, 'append-and-search');
    const tasks = leafTasks(testProcedure.schedule);
    const searches = tasks.slice(8);
    assert.equal(searches.length, 17);
    for (const { name, iterations, warmupIterations } of searches)
      assert.ok((iterations ?? 0) >= 10 && (warmupIterations ?? 0) > 0, name);
    const alone = await load({}, 'search');
    assert.deepEqual(
      leafTasks(alone.testProcedure.schedule).map(({ name }) => name),
      searches.map(({ name }) => name),
    );
  });

  test('names the file of documents by what is in it', async () => {
    const fileOf = async (params: Readonly<Record<string, unknown>>, testMode = false) => {
      const { workload } = await load(params, null, testMode);
      const set = workload.corpora[0]?.documentSets[0];
      return { file: set?.documentFile, count: set?.documentCount, generator: set?.generator };
    };
    assert.deepEqual(await fileOf({}), {
      file: 'eventdata-100000-1.json',
      count: 100_000,
      generator: { name: 'eventdata', seed: 1 },
    });
    assert.deepEqual(await fileOf({ number_of_documents: 50, document_seed: 7 }), {
      file: 'eventdata-50-7.json',
      count: 50,
      generator: { name: 'eventdata', seed: 7 },
    });
    const small = await fileOf({}, true);
    assert.equal(small.count, 1000);
    assert.notEqual(small.file, 'eventdata-100000-1.json');
  });

  test('takes every parameter of the public one', async () => {
    const { testProcedure, workload } = await load(OFFICIAL_PARAMETERS);
    const tasks = new Map(leafTasks(testProcedure.schedule).map((task) => [task.name, task]));
    assert.equal(tasks.get('index-append')?.clients, 3);
    assert.equal(tasks.get('index-append')?.warmupTimePeriod, 120);
    assert.equal(tasks.get('index-append')?.operation.params.get('ingest-percentage'), 50);
    assert.equal(tasks.get('force-merge')?.operation.params.get('max-num-segments'), 1);
    const body = workload.indices[0]?.body;
    assert.ok(body instanceof Map);
    assert.deepEqual(
      body.get('settings'),
      toJson({
        'index.number_of_shards': 2,
        'index.number_of_replicas': 1,
        'index.queries.cache.enabled': true,
        'index.requests.cache.enable': true,
      }),
    );
  });

  test('restores a snapshot instead of indexing', async () => {
    const { testProcedure } = await load({
      use_snapshot: true,
      snapshot_repo: 'r',
      snapshot_name: 's',
      snapshot_indices: 'eventdata',
    });
    const tasks = leafTasks(testProcedure.schedule);
    assert.deepEqual(
      tasks.map(({ name }) => name),
      ['delete-index', 'restore-snapshot'],
    );
    assert.equal(tasks[1]?.operation.params.get('path'), '/_snapshot/r/s/_restore?wait_for_completion=true');
  });

  test('sets one search apart from the others', async () => {
    const { testProcedure } = await load(
      { iterations: 7, term_iterations: 9, term_target_throughput: '10 ops/s' },
      'search',
    );
    const tasks = leafTasks(testProcedure.schedule);
    assert.equal(tasks[0]?.iterations, 7);
    assert.equal(tasks[1]?.iterations, 9);
    assert.deepEqual(tasks[1]?.targetThroughput, { value: 10, unit: 'ops' });
  });
});
