// Devices that sample: what they read, and what becomes of a cluster that does not answer.
import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import fc from 'fast-check';
import { isJsonObject, type JsonObject, parseJson } from '../../src/json.ts';
import type { TelemetryDevice } from '../../src/telemetry/device.ts';
import { flattened, isCounter, unitOf } from '../../src/telemetry/flatten.ts';
import { chooseDevices, deviceChoices } from '../../src/telemetry/registry.ts';
import { SeriesStore } from '../../src/telemetry/series-store.ts';
import type { StatsClient, StatsRequest } from '../../src/telemetry/stats-client.ts';
import { startTelemetry } from '../../src/telemetry/telemetry.ts';

type Answer = (request: StatsRequest) => Promise<{ readonly status: number; readonly body: unknown }>;

const client = (answer: Answer): StatsClient => ({ request: answer });
const good =
  (body: unknown): Answer =>
  async () => ({ status: 200, body });

function params(text: string): JsonObject {
  const json = parseJson(text);
  assert.ok(isJsonObject(json));
  return json;
}

function chosen(name: string, text = '{}', clusters: readonly string[] = ['default']): TelemetryDevice {
  const device = chooseDevices([name], params(text), clusters, () => null).at(-1);
  assert.ok(device?.name === name);
  return device;
}

/** One reading of a device: subject, metric, unit and value of each figure. */
async function reading(device: TelemetryDevice, answer: Answer, cluster = 'default') {
  const clients = new Map([[cluster, client(answer)]]);
  const telemetry = await startTelemetry([device], { clients, indices: [], now: () => 5 });
  await telemetry.stop();
  assert.deepEqual(telemetry.warnings, []);
  return telemetry.series().map(({ subject, metric, unit, values }) => [subject, metric, unit, values[0]]);
}

describe('devices', () => {
  test('node-stats reads the chosen sections of each node', async () => {
    const nodes = {
      nodes: {
        a: {
          name: 'n1',
          process: { cpu: { percent: 12, total_in_millis: 500 } },
          jvm: { mem: { heap_used_percent: 40 }, gc: { collectors: { young: { collection_count: 3 } } } },
          thread_pool: { write: { rejected: 2, queue: 1 } },
          indices: { merges: { current: 1, auto: 'x' } },
        },
      },
    };
    assert.deepEqual(await reading(chosen('node-stats'), good(nodes)), [
      ['n1', 'thread_pool_write_rejected', '', 2],
      ['n1', 'thread_pool_write_queue', '', 1],
      ['n1', 'jvm_mem_heap_used_percent', '%', 40],
      ['n1', 'jvm_gc_collectors_young_collection_count', '', 3],
      ['n1', 'process_cpu_percent', '%', 12],
      ['n1', 'process_cpu_total_in_millis', 'ms', 500],
    ]);
    const text = `{"node-stats-include-indices-metrics": "merges", "node-stats-include-gc": "false",
      "node-stats-include-thread-pools": false, "node-stats-include-process": false}`;
    assert.deepEqual(await reading(chosen('node-stats', text), good(nodes)), [
      ['n1', 'indices_merges_current', '', 1],
      ['n1', 'jvm_mem_heap_used_percent', '%', 40],
    ]);
  });

  test('shard-stats, recovery-stats and segment-replication-stats read what they are about', async () => {
    const shard = {
      routing: { primary: true },
      docs: { count: 7 },
      store: { size_in_bytes: 9 },
      segments: { count: 2 },
    };
    const shards = { nodes: { a: { name: 'n1', indices: { shards: { logs: [{ 0: shard }] } } } } };
    assert.deepEqual(await reading(chosen('shard-stats'), good(shards)), [
      ['logs[0] primary on n1', 'docs', '', 7],
      ['logs[0] primary on n1', 'store', 'byte', 9],
      ['logs[0] primary on n1', 'segments-count', '', 2],
    ]);
    const size = { recovered_in_bytes: 5, total_in_bytes: 10 };
    const recovering = { id: 1, target: { name: 'n2' }, index: { size } };
    assert.deepEqual(await reading(chosen('recovery-stats'), good({ logs: { shards: [recovering] } })), [
      ['logs[1] on n2', 'recovered_in_bytes', 'byte', 5],
      ['logs[1] on n2', 'size_in_bytes', 'byte', 10],
    ]);
    const row = { shardId: '[logs][0]', target_node: 'n2', checkpoints_behind: '3', bytes_behind: '100' };
    assert.deepEqual(await reading(chosen('segment-replication-stats'), good([row])), [
      ['[logs][0] on n2', 'checkpoints_behind', '', 3],
      ['[logs][0] on n2', 'bytes_behind', 'byte', 100],
    ]);
  });

  test('indices may be given for each cluster', async () => {
    const asked: string[] = [];
    const answer: Answer = async ({ path }) => {
      asked.push(path);
      return { status: 200, body: {} };
    };
    const text = '{"recovery-stats-indices": {"other": ["a", "b"]}}';
    await reading(chosen('recovery-stats', text, ['default', 'other']), answer, 'other');
    assert.deepEqual(asked, ['/a,b/_recovery']);
  });

  test('ccr-stats tells how far followers are behind', async () => {
    const answer: Answer = async ({ path }) => ({
      status: 200,
      body: path.endsWith('_status')
        ? { status: 'SYNCING', syncing_details: { leader_checkpoint: 9, follower_checkpoint: 4 } }
        : { operations_read: 3 },
    });
    const device = chosen('ccr-stats', '{"ccr-stats-indices": {"follower": "logs"}}', ['default', 'follower']);
    assert.deepEqual(await reading(device, answer, 'follower'), [
      ['', 'operations_read', '', 3],
      ['logs', 'checkpoints_behind', '', 5],
    ]);
  });

  test('segment-stats keeps a text', async () => {
    const clients = new Map([['default', client(good('index shard\nlogs 0\n'))]]);
    const telemetry = await startTelemetry([chosen('segment-stats')], { clients, indices: [], now: () => 0 });
    await telemetry.stop();
    assert.deepEqual([...telemetry.files()], [['segment_stats.log', 'index shard\nlogs 0\n']]);
  });

  test('nonsense of any shape is no figure', async () => {
    for (const { name } of deviceChoices) {
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.object(), fc.array(fc.object())), async (body) => {
          const clients = new Map([['default', client(good(body))]]);
          const telemetry = await startTelemetry([chosen(name)], { clients, indices: [], now: () => 0 });
          await telemetry.stop();
          for (const { values } of telemetry.series()) for (const value of values) assert.ok(Number.isFinite(value));
        }),
        { numRuns: 20 },
      );
    }
  });
});

describe('a cluster that does not answer', () => {
  test('is told once, tried with longer and longer pauses, and told again when it answers', async (context) => {
    context.after(() => mock.timers.reset());
    mock.timers.enable({ apis: ['setTimeout'] });
    let [time, asked, isUp] = [0, 0, false];
    const answer: Answer = async () => {
      asked++;
      return isUp ? { status: 200, body: { nodes: {} } } : { status: 503, body: 'no' };
    };
    const clients = new Map([['default', client(answer)]]);
    const telemetry = await startTelemetry([chosen('node-stats')], { clients, indices: [], now: () => time });
    const pass = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second++) {
        time += 1000;
        mock.timers.tick(1000);
        // A reading ends some turns of the microtask queue later.
        for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      }
    };
    await pass(100);
    assert.ok(asked >= 6 && asked <= 9, `${asked}`);
    isUp = true;
    await pass(70);
    const [lost, found, ...others] = telemetry.warnings;
    assert.match(lost ?? '', /^Telemetry device node-stats reads nothing: GET .* HTTP 503\. It goes on trying\.$/);
    assert.match(found ?? '', /^Telemetry device node-stats reads again, after \d+ s without figures\.$/);
    assert.deepEqual(others, []);
    const before = asked;
    await pass(10);
    assert.ok(asked - before >= 9);
    telemetry.end();
    await pass(10);
    assert.ok(asked - before <= 11);
  });

  test('never holds the end of the run', async () => {
    let calls = 0;
    const answer: Answer = () =>
      calls++ === 0 ? Promise.resolve({ status: 200, body: {} }) : new Promise(() => undefined);
    const device = chosen('node-stats', '{"node-stats-sample-interval": 0.001}');
    const clients = new Map([['default', client(answer)]]);
    const telemetry = await startTelemetry([device], { clients, indices: [], now: () => 0 });
    while (calls < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.deepEqual(await telemetry.stop(), {});
  });
});

describe('the choice of devices', () => {
  const problemsOf = (names: readonly string[], text: string): readonly string[] => {
    try {
      chooseDevices(names, params(text), ['default'], () => 'node-stats');
    } catch (error) {
      assert.ok(error instanceof Error && 'problems' in error && Array.isArray(error.problems));
      return error.problems.map(({ message }) => message);
    }
    return [];
  };

  test('refuses names and parameters that nobody knows, all at once', () => {
    assert.deepEqual(problemsOf(['node-stat', 'jfr'], '{}'), [
      'There is no telemetry device "node-stat"; did you mean node-stats?',
      'The telemetry device "jfr" needs a node that this program has started; it measures nodes that run already.',
    ]);
    const text = '{"node-stats-sample-interval": 0, "node-stats-include-gc": 3, "x": 1}';
    assert.deepEqual(problemsOf(['node-stats'], text), [
      'node-stats-include-gc must be true or false.',
      'node-stats-sample-interval must be a number of seconds above 0.',
      'No chosen device has the parameter "x".',
    ]);
    assert.deepEqual(problemsOf(['recovery-stats'], '{"recovery-stats-indices": {"nobody": "a"}}'), [
      'recovery-stats-indices names the cluster "nobody"; the target has default.',
    ]);
  });

  test('a device that is named twice is one', () => {
    const devices = chooseDevices(['node-stats', 'node-stats'], new Map(), ['default'], () => null);
    assert.equal(devices.filter(({ name }) => name === 'node-stats').length, 1);
  });
});

describe('series', () => {
  const figure = (value: number, counts = false) => ({ subject: 's', metric: 'm', unit: '', isCounter: counts, value });

  test('have at most 600 points, keep the mean of gauges and the last value of counters', () => {
    const store = new SeriesStore();
    const counters = new SeriesStore();
    for (let second = 0; second < 5000; second++) {
      store.add(second * 1000, [figure(second % 2)]);
      counters.add(second * 1000, [figure(second, true)]);
    }
    const [gauge] = store.series('d', 'default');
    const [counter] = counters.series('d', 'default');
    assert.ok(gauge && counter && gauge.values.length < 600 && gauge.values.length >= 300);
    assert.ok(gauge.values.every((value) => value === 0.5));
    assert.ok((counter.values.at(-1) ?? 0) >= 4976);
    assert.deepEqual(
      counter.values,
      [...counter.values].sort((left, right) => left - right),
    );
    assert.deepEqual(
      counter.times,
      [...counter.times].sort((left, right) => left - right),
    );
  });

  test('are bounded in number', () => {
    const store = new SeriesStore();
    store.add(
      0,
      Array.from({ length: 6000 }, (_, index) => ({ ...figure(1), subject: String(index) })),
    );
    assert.equal(store.series('d', 'default').length, 5000);
    assert.equal(store.left, 1000);
  });

  test('are named by where they stand, and know what only grows', () => {
    assert.deepEqual(flattened({ a: { b: 1, c: 'x', d: [1], e: Number.NaN } }, 'p'), [['p_a_b', 1]]);
    for (const name of ['jvm_gc_collectors_young_collection_time_in_millis', 'thread_pool_write_rejected'])
      assert.ok(isCounter(name), name);
    for (const name of ['jvm_mem_heap_used_in_bytes', 'thread_pool_write_queue', 'indices_merges_current'])
      assert.ok(!isCounter(name), name);
    assert.deepEqual(['x_in_bytes', 'x_in_millis', 'x_percent', 'x'].map(unitOf), ['byte', 'ms', '%', '']);
  });
});
