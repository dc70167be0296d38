// Which folder of `src/` may import which: the one table from which the walls of the linter and the picture in
// docs/architecture.md are made.

/** A folder of `src/` that is entered through its files by those that name it. */
export interface Room {
  /**
   * Path below `src/`: a folder, or a file that is a room by itself; `.` are the other files of `src/` itself. A file
   * belongs to the room with the longest matching path.
   */
  readonly folder: string;
  /** What is in it, for the picture. */
  readonly holds: string;
  /** The rooms that it imports from. Each stands earlier in {@link rooms}, so there is no circle of folders. */
  readonly imports: readonly string[];
}

/** All rooms, in the order in which they build on each other: a room imports only from those before it. */
export const rooms: readonly Room[] = [
  { folder: '.', holds: 'units, errors, clock, JSON without loss, what the package is, values of a run', imports: [] },
  { folder: 'template/values', holds: 'what a template computes with', imports: ['.'] },
  { folder: 'template/syntax', holds: 'text of a template to a tree', imports: ['.', 'template/values'] },
  {
    folder: 'template/builtins',
    holds: 'operators, methods, filters, tests and globals',
    imports: ['.', 'template/values'],
  },
  {
    folder: 'template/render',
    holds: 'tree to functions, and what they work with',
    imports: ['.', 'template/values', 'template/syntax', 'template/builtins'],
  },
  {
    folder: 'template',
    holds: 'the door to Jinja2, which knows nothing of benchmarks',
    imports: ['.', 'template/values', 'template/syntax', 'template/builtins', 'template/render'],
  },
  { folder: 'workload', holds: 'find, render, check and filter a workload', imports: ['.', 'template'] },
  { folder: 'schedule', holds: 'pure: tasks to clients to steps, loop control, pacing', imports: ['.', 'workload'] },
  {
    folder: 'transport',
    holds: 'what connections, requests and answers are to the load path, whatever is spoken',
    imports: ['.'],
  },
  {
    folder: 'http',
    holds: 'the wire client of the load path, and the client of administration',
    imports: ['.', 'transport'],
  },
  {
    folder: 'corpus',
    holds: 'documents on disk or generated: fetch, unpack, index, slice',
    imports: ['.', 'workload', 'http'],
  },
  {
    folder: 'grpc',
    holds: 'messages of the gRPC interface of OpenSearch, and connections to it',
    imports: ['.', 'transport'],
  },
  {
    folder: 'vectors',
    holds: 'data sets of vectors: reads rows and makes request bodies, in a thread of its own',
    imports: ['.', 'grpc'],
  },
  { folder: 'kafka', holds: 'messages for Kafka, and connections to its brokers', imports: ['.', 'transport'] },
  {
    folder: 'metrics',
    holds: 'pure: reports in, results out: histograms, percentiles, throughput',
    imports: ['.', 'transport'],
  },
  {
    folder: 'operation',
    holds: 'one file per operation type: its parameters, requests, answers',
    imports: ['.', 'workload', 'corpus', 'transport', 'http', 'grpc', 'kafka', 'metrics', 'vectors'],
  },
  {
    folder: 'plugin',
    holds: "the code of a workload's author: the contract of its hosts, and what is made with it",
    imports: ['.', 'workload', 'corpus', 'schedule', 'transport', 'http', 'operation'],
  },
  {
    folder: 'plugin/typescript',
    holds: 'runs plug-ins in TypeScript in the thread that asks for them; what they are written against',
    imports: ['.', 'operation', 'plugin'],
  },
  {
    folder: 'python',
    holds: 'runs plug-ins in Python, in a process of their own with walls round it',
    imports: ['.', 'workload', 'operation', 'plugin'],
  },
  {
    folder: 'plugin/start',
    holds: 'chooses the host of a plug-in by its language',
    imports: ['.', 'workload', 'corpus', 'operation', 'plugin', 'plugin/typescript', 'python'],
  },
  {
    folder: 'control',
    holds: 'pure: who decides how hard the load is: load test, redline, the search for the highest rate',
    imports: ['.', 'workload', 'metrics'],
  },
  {
    folder: 'worker',
    holds: 'a load thread: client loop, timing, recorder',
    imports: [
      '.',
      'workload',
      'corpus',
      'schedule',
      'transport',
      'http',
      'grpc',
      'kafka',
      'operation',
      'plugin',
      'plugin/start',
      'metrics',
      'vectors',
    ],
  },
  {
    folder: 'fleet',
    holds: 'nodes in step: one start, one join point; the load threads of this machine',
    imports: ['.', 'workload', 'corpus', 'schedule', 'http', 'operation', 'plugin', 'metrics', 'vectors', 'worker'],
  },
  {
    folder: 'fleet/protocol',
    holds: 'what nodes, test runs and the hub say to each other: messages, codecs, ordered queues',
    imports: ['.', 'workload', 'schedule', 'http', 'plugin', 'metrics', 'fleet'],
  },
  {
    folder: 'fleet/run',
    holds: "the run's side: finds nodes, commands them, merges what they tell, notices who is gone",
    imports: ['.', 'schedule', 'metrics', 'worker', 'fleet', 'fleet/protocol'],
  },
  { folder: 'telemetry', holds: 'what the cluster says of itself, read beside the load', imports: ['.', 'metrics'] },
  { folder: 'store', holds: 'results as files', imports: ['.', 'transport', 'metrics'] },
  { folder: 'report', holds: 'results as tables', imports: ['.', 'metrics'] },
  {
    folder: 'analysis',
    holds: 'stored test runs against each other: comparison, aggregation, trends',
    imports: ['.', 'metrics', 'store', 'report'],
  },
  { folder: 'page', holds: 'results as pages for a browser', imports: ['.', 'metrics', 'store', 'report', 'analysis'] },
  {
    folder: 'coordinator',
    holds: 'one test run from start to end',
    imports: [
      '.',
      'workload',
      'corpus',
      'schedule',
      'transport',
      'http',
      'operation',
      'plugin',
      'plugin/start',
      'metrics',
      'control',
      'worker',
      'fleet',
      'fleet/protocol',
      'fleet/run',
      'telemetry',
      'store',
    ],
  },
  {
    folder: 'nats',
    holds: 'the NATS server of a fleet: its process, keys, token and configuration, and connections to it',
    imports: ['.', 'fleet/protocol'],
  },
  {
    folder: 'node',
    holds: "the node's side: obeys one test run at a time, and reports",
    imports: [
      '.',
      'workload',
      'corpus',
      'plugin',
      'plugin/start',
      'metrics',
      'worker',
      'fleet',
      'fleet/protocol',
      'nats',
    ],
  },
  {
    folder: 'hub',
    holds: 'admission, the registry of nodes, the grant to one test run',
    imports: ['.', 'fleet/protocol', 'nats'],
  },
  {
    folder: 'daemon',
    holds: '`opensearch-benchmarkd`: one process of server, hub and node',
    imports: ['.', 'fleet/protocol', 'nats', 'node', 'hub'],
  },
  {
    folder: 'cli',
    holds: 'argv to typed command; alone prints, reads the environment, exits',
    imports: [
      '.',
      'workload',
      'corpus',
      'transport',
      'http',
      'operation',
      'plugin/start',
      'fleet',
      'fleet/protocol',
      'fleet/run',
      'nats',
      'metrics',
      'control',
      'telemetry',
      'store',
      'report',
      'page',
      'analysis',
      'coordinator',
      'daemon',
    ],
  },
  {
    folder: 'library',
    holds: 'what the library adds to the engine',
    imports: ['.', 'workload', 'operation', 'plugin/start'],
  },
  {
    folder: 'index.ts',
    holds: 'the door of the library',
    imports: [
      '.',
      'workload',
      'http',
      'plugin',
      'plugin/typescript',
      'metrics',
      'control',
      'telemetry',
      'store',
      'report',
      'coordinator',
      'library',
    ],
  },
];

/** The room of a file, by its path below `src/`; `null` if none claims it. */
export function roomOf(path: string): Room | null {
  const claims = rooms.filter(({ folder }) =>
    folder === '.' ? !path.includes('/') : path === folder || path.startsWith(`${folder}/`),
  );
  return claims.sort((left, right) => right.folder.length - left.folder.length)[0] ?? null;
}
