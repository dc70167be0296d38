// Results of an invented test run, for the golden files.
import type { PercentileStats, Results, TaskResults } from '../../src/metrics/results.ts';

export const stats = (percentiles: PercentileStats['percentiles'], mean: number): PercentileStats => ({
  percentiles,
  mean,
  unit: 'ms',
});

/** A reported task without errors; what differs is given. */
export function taskResults(task: string, rest: Partial<TaskResults> = {}): TaskResults {
  return {
    task,
    operation: task,
    operationType: 'search',
    latency: null,
    serviceTime: null,
    clientProcessingTime: null,
    processingTime: null,
    throughput: { min: null, mean: null, median: null, max: null, unit: 'ops/s', percentiles: [] },
    errorRate: 0,
    duration: 0,
    requests: 0,
    failedRequests: 0,
    samples: 0,
    retries: 0,
    unsent: 0,
    repeats: 0,
    refusedRequests: 0,
    errors: [],
    documents: null,
    meta: {},
    isReported: true,
    profile: [],
    recall: [],
    parts: [],
    clients: 1,
    ...rest,
  };
}

const perShard = { min: 0, median: 814, max: 1628 };

export const exampleResults: Results = {
  tasks: [
    taskResults('create-index', { isReported: false }),
    taskResults('index-append', {
      operation: 'bulk',
      operationType: 'bulk',
      latency: stats(
        [
          [50, 319.00000000000006],
          [90, 380.15514],
          [100, 383.5],
        ],
        301.8,
      ),
      serviceTime: stats(
        [
          [50, 318.25],
          [90, 380],
          [100, 383.5],
        ],
        301.5,
      ),
      clientProcessingTime: stats(
        [
          [50, 1.5],
          [90, 2],
          [100, 3.25],
        ],
        1.6,
      ),
      processingTime: stats(
        [
          [50, 320],
          [90, 382],
          [100, 386.75],
        ],
        303.1,
      ),
      throughput: { min: 621.918, mean: 11396503.25, median: 640.005, max: 700, unit: 'docs/s', percentiles: [] },
      errorRate: 1 / 80,
      duration: 2475.03,
      requests: 82,
      failedRequests: 3,
      samples: 80,
      retries: 2,
      documents: {
        total: 50_000,
        failed: 3,
        reasons: [{ kind: 'HTTP 400 mapper_parsing_exception', count: 3, example: 'failed to parse field [a]' }],
      },
      errors: [
        { kind: 'HTTP 429', count: 2, example: 'rejected execution of coordinating operation' },
        { kind: 'timeout', count: 1, example: 'no answer within 60 s' },
      ],
      meta: { team: 'core' },
    }),
    taskResults('search, "quoted"', {
      operation: 'match-all',
      latency: stats(
        [
          [50, 0.00002],
          [100, 4.5],
        ],
        2,
      ),
      serviceTime: stats(
        [
          [50, 0.00002],
          [100, 4.5],
        ],
        2,
      ),
      throughput: { min: 80, mean: 81.4, median: 81.4, max: 100, unit: 'ops/s', percentiles: [[50, 81.4]] },
      samples: 3,
      profile: [{ name: 'query_time', stats: stats([[100, 1.25]], 1.25) }],
    }),
    taskResults('scan_1_clients', {
      throughput: { min: 1, mean: 10, median: 10, max: 12, unit: 'pages/s', percentiles: [] },
    }),
    taskResults('scan_8_clients', {
      throughput: { min: 2, mean: 40, median: 40, max: 44, unit: 'pages/s', percentiles: [] },
    }),
    taskResults('scan_16_clients', {
      throughput: { min: 2, mean: 30, median: 30, max: 44, unit: 'pages/s', percentiles: [] },
    }),
    taskResults('force-merge', { requests: 5 }),
  ],
  cluster: {
    indexingTime: { total: 1628, perShard },
    indexingThrottleTime: { total: 0, perShard: { min: 0, median: 0, max: 0 } },
    mergeTime: { total: 120_000, perShard },
    mergeCount: 7,
    refreshTime: { total: 668, perShard: null },
    refreshCount: 5,
    youngGcTime: 1250,
    youngGcCount: 12,
    oldGcTime: 0,
    oldGcCount: 0,
    docsCount: 2_000_000,
    storeSize: 119_271_000_000,
    translogSize: 182_945,
    memorySegments: 0,
    segmentCount: 4,
  },
  isPartial: false,
  endpoints: [],
  driverWarnings: [],
};
