// Drives a small schedule with the real fleet of local threads and gathers the results: what tests of the load path
// have in common.

import type { PreparedCorpus } from '../../src/corpus/prepared.ts';
import { Fleet } from '../../src/fleet/fleet.ts';
import { LocalNode } from '../../src/fleet/local-node.ts';
import { formatPlace } from '../../src/http/endpoint.ts';
import { parseTargets } from '../../src/http/targets.ts';
import { EndpointFigures, type EndpointResults } from '../../src/metrics/endpoint-figures.ts';
import type { WorkerReport } from '../../src/metrics/report.ts';
import type { TaskResults } from '../../src/metrics/results.ts';
import { TaskMetrics } from '../../src/metrics/task-metrics.ts';
import { transportTargets } from '../../src/operation/transport-targets.ts';
import { allocate } from '../../src/schedule/allocation.ts';
import { epochMillis } from '../../src/units.ts';
import { leafTasks, type ScheduleElement } from '../../src/workload/model.ts';
import { workloadOf } from './small-model.ts';

export interface LoadSettings {
  readonly targetHosts: string;
  readonly clientOptions?: string;
  readonly grpcHosts?: readonly string[];
  readonly schedule: readonly ScheduleElement[];
  readonly cores?: number;
  /** See `WorkerPlan.lease`. */
  readonly lease?: number;
  readonly corpora?: readonly PreparedCorpus[];
  readonly onError?: 'continue' | 'abort';
  readonly checksAssertions?: boolean;
  /**
   * Lets the clients send: they are paused when a step starts. Called for the first step, when it has started.
   */
  readonly control?: (activate: (clients: number) => void, cancel: () => void) => Promise<void>;
  /** Called with every report; may cancel. */
  readonly onReport?: (report: WorkerReport, cancel: () => void) => void;
}

export interface LoadOutcome {
  readonly tasks: ReadonlyMap<string, TaskResults>;
  readonly metrics: ReadonlyMap<string, TaskMetrics>;
  /** The hosts of the target. */
  readonly endpoints: readonly EndpointResults[];
  readonly error: unknown;
}

/** Runs all steps; an error that ends the run is returned beside what was measured until then. */
export async function drive(settings: LoadSettings): Promise<LoadOutcome> {
  const { schedule, cores = 1, corpora = [], grpcHosts = [] } = settings;
  const { targets } = await parseTargets({
    targetHosts: settings.targetHosts,
    clientOptions: settings.clientOptions ?? 'timeout:60',
  });
  const startsPaused = settings.control !== undefined;
  const steps = allocate(schedule).map((step) => ({ ...step, startsPaused: startsPaused && step.index === 0 }));
  const controls: Promise<void>[] = [];
  const metrics = new Map(
    leafTasks(schedule).map((one) => [
      one.name,
      new TaskMetrics({
        task: one.name,
        operation: one.operation.name,
        operationType: one.operation.type,
        clients: one.clients,
        isReportable: true,
        meta: {},
      }),
    ]),
  );
  const operations = leafTasks(schedule).map(({ operation }) => operation);
  const endpoints = new EndpointFigures([
    ...targets.default.endpoints.map((one) => ({ endpoint: formatPlace(one), protocol: 'http' as const })),
    ...transportTargets(operations, grpcHosts).flatMap(({ protocol, endpoints: places }) =>
      places.map((endpoint) => ({ endpoint, protocol })),
    ),
  ]);
  const fleet = new Fleet({
    nodes: [
      new LocalNode({
        name: 'localhost',
        cores,
        prepareCorpora: async () => corpora,
        ...(settings.lease === undefined ? {} : { lease: settings.lease }),
      }),
    ],
    startDelay: 5,
    onStart: (step) => {
      if (step > 0 || settings.control === undefined) return;
      const { control } = settings;
      const begin = (): Promise<void> =>
        control(
          (clients) => fleet.activate(step, clients),
          () => fleet.cancel(),
        );
      controls.push(new Promise((resolve) => setImmediate(resolve)).then(begin));
    },
    onReport: (report) => {
      for (const one of report.tasks) metrics.get(one.task)?.merge(one);
      endpoints.add(report, null, epochMillis(Date.now()));
      settings.onReport?.(report, () => fleet.cancel());
    },
  });
  let error: unknown = null;
  try {
    await fleet.prepare({
      testRunId: 'test',
      target: targets.default,
      grpcHosts,
      workload: workloadOf(schedule),
      corpora: [],
      steps,
      onError: settings.onError ?? 'continue',
      checksAssertions: settings.checksAssertions ?? false,
      seed: 7,
    });
    for (const step of steps) await fleet.runStep(step.index);
    await Promise.all(controls);
  } catch (caught) {
    error = caught;
  } finally {
    await fleet.close();
  }
  const tasks = new Map(
    [...metrics].map(([name, one]) => [
      name,
      one.results({ latencyPercentiles: [50, 90, 99, 99.9, 100], throughputPercentiles: [] }),
    ]),
  );
  return { tasks, metrics, endpoints: endpoints.results(), error };
}
