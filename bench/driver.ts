// The driver that is measured, in a process of its own: one load thread that runs one step per command of the parent
// process. It keeps the thread over all steps, so that its code is warm, as in a run of minutes.
import { readdirSync, readFileSync } from 'node:fs';
import type { PreparedCorpus } from '../src/corpus/prepared.ts';
import { unreachable } from '../src/errors.ts';
import { Fleet } from '../src/fleet/fleet.ts';
import { LocalNode } from '../src/fleet/local-node.ts';
import { parseTargets } from '../src/http/targets.ts';
import type { DriverHealth } from '../src/metrics/report.ts';
import { TaskMetrics } from '../src/metrics/task-metrics.ts';
import { allocate } from '../src/schedule/allocation.ts';
import { seconds } from '../src/units.ts';
import type { Task } from '../src/workload/model.ts';
import type { PluginPlace } from '../src/workload/plugin-place.ts';
import { task, workloadOf } from '../test/support/small-model.ts';

/** What the parent process asks for at the start. Each step is one task that lasts `seconds`. */
export interface DriverOrder {
  readonly targetHosts: string;
  readonly clientOptions: string;
  readonly operation: 'search' | 'bulk' | 'bulk-vector-data-set';
  readonly clients: number;
  readonly seconds: number;
  readonly steps: number;
  readonly targetThroughput: number | null;
  readonly corpus: PreparedCorpus | null;
  /** Path of the data set of `bulk-vector-data-set`, of which each step sends all vectors once. */
  readonly dataSet: string | null;
  /** A plug-in whose parameter source `queries` makes the searches. Default: they are all the same. */
  readonly plugin?: PluginPlace;
}

/** What one step cost and what it did. Latencies and the send lag are in ms. */
export interface StepFigures {
  readonly requests: number;
  readonly failed: number;
  readonly work: number;
  readonly cpuMicros: number;
  readonly wallMillis: number;
  readonly latency: readonly (readonly [number, number])[];
  readonly sendLagP99: number | null;
  readonly rssBytes: number;
}

function paramsOf({ operation, dataSet, plugin }: DriverOrder): Readonly<Record<string, unknown>> {
  switch (operation) {
    case 'search':
      return plugin === undefined
        ? { index: 'bench', body: { query: { match_all: {} } } }
        : { 'param-source': 'queries' };
    case 'bulk':
      return { 'bulk-size': 5000, looped: true };
    case 'bulk-vector-data-set':
      return { index: 'bench', field: 'v', bulk_size: 100, data_set_format: 'hdf5', data_set_path: dataSet };
    default:
      return unreachable(operation);
  }
}

function taskOf(order: DriverOrder, index: number): Task {
  return task(`step-${index}`, order.operation, paramsOf(order), {
    clients: order.clients,
    timePeriod: order.dataSet === null ? seconds(order.seconds) : null,
    targetThroughput: order.targetThroughput === null ? null : { value: order.targetThroughput, unit: 'ops' },
  });
}

async function serve(order: DriverOrder): Promise<void> {
  const schedule = Array.from({ length: order.steps }, (_, index) => taskOf(order, index));
  const steps = allocate(schedule);
  const { targets } = await parseTargets({ targetHosts: order.targetHosts, clientOptions: order.clientOptions });
  let metrics = new TaskMetrics(identity(''));
  let health: DriverHealth[] = [];
  const prepareCorpora = async () => (order.corpus === null ? [] : [order.corpus]);
  const fleet = new Fleet({
    nodes: [new LocalNode({ name: 'localhost', cores: 1, prepareCorpora })],
    startDelay: 5,
    onReport: (report) => {
      health.push(report.health);
      for (const one of report.tasks) metrics.merge(one);
    },
  });
  await fleet.prepare({
    testRunId: 'bench',
    target: targets.default,
    workload: workloadOf(schedule),
    corpora: [],
    grpcHosts: [],
    steps,
    onError: 'continue',
    checksAssertions: false,
    seed: 1,
    ...(order.plugin === undefined ? {} : { plugin: { place: order.plugin, procedure: '', preparesData: false } }),
  });
  let next = 0;
  process.on('message', async (message) => {
    if (message === 'end') {
      await fleet.close();
      process.disconnect?.();
      return;
    }
    metrics = new TaskMetrics(identity(`step-${next}`));
    health = [];
    const cpu = process.cpuUsage();
    const others = childCpuMicros();
    const start = performance.now();
    await fleet.runStep(next++);
    const used = process.cpuUsage(cpu);
    const results = metrics.results({ latencyPercentiles: [50, 95, 99, 100], throughputPercentiles: [] });
    const figures: StepFigures = {
      requests: results.requests,
      failed: results.failedRequests,
      work: metrics.workDone,
      cpuMicros: used.user + used.system + childCpuMicros() - others,
      wallMillis: performance.now() - start,
      latency: results.latency?.percentiles ?? [],
      sendLagP99: health.reduce<number | null>(
        (most, one) => (one.sendLagP99 === null ? most : Math.max(most ?? 0, one.sendLagP99)),
        null,
      ),
      rssBytes: process.memoryUsage().rss,
    };
    process.send?.(figures);
  });
  process.send?.('ready');
}

/** What the processes that this one has started have used. Linux counts it in hundredths of a second. */
function childCpuMicros(): number {
  const threads = readdirSync('/proc/self/task');
  const children = threads.flatMap((thread) => readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' '));
  return children
    .filter((pid) => pid !== '')
    .map((pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [])
    .reduce((sum, fields) => sum + (Number(fields[11]) + Number(fields[12])) * 10_000, 0);
}

const identity = (name: string) => ({
  task: name,
  operation: name,
  operationType: 'search',
  clients: 1,
  isReportable: true,
  meta: {},
});

// A parent that is gone wants no more figures, and nobody else would end the load.
process.once('disconnect', () => process.exit());
process.once('message', (order: DriverOrder) => {
  void serve(order);
});
