// All operation types of the field: who reports them, where they may run, and what this version can do (spec/2 §3.3, spec/3 §4.4).

export interface OperationTypeFacts {
  /** Administration: not reported unless the operation says so. */
  readonly isAdmin: boolean;
  /** May be sent to a serverless collection. */
  readonly runsOnServerless: boolean;
  /** `null` = this version runs it; else why not, as the end of "… is not supported by this version: ". */
  readonly unsupported: string | null;
}

const ML = 'machine learning models need later work';
const VECTORS = 'vector data sets need later work';
const GRPC = 'gRPC needs later work';
const STREAMS = 'message streams need later work';
const SNAPSHOTS = 'snapshots need later work';
const RECOVERY = 'waiting for recovery needs later work';
const FOREIGN = 'it is an API that OpenSearch does not have';

/** `P` = allowed on serverless, `B` = not. */
type Row = readonly [name: string, kind: 'load' | 'admin', serverless: 'P' | 'B', unsupported?: string];

const ROWS: readonly Row[] = [
  ['bulk', 'load', 'P'],
  ['search', 'load', 'P'],
  ['paginated-search', 'load', 'P'],
  ['scroll-search', 'load', 'B'],
  ['raw-request', 'load', 'P'],
  ['composite', 'load', 'P'],
  ['index-stats', 'load', 'B'],
  ['node-stats', 'load', 'B'],
  ['create-point-in-time', 'load', 'B'],
  ['delete-point-in-time', 'load', 'B'],
  ['list-all-point-in-time', 'load', 'B'],
  ['vector-search', 'load', 'P', VECTORS],
  ['bulk-vector-data-set', 'load', 'P', VECTORS],
  ['train-knn-model', 'load', 'P', VECTORS],
  ['delete-knn-model', 'load', 'P', VECTORS],
  ['proto-bulk', 'load', 'B', GRPC],
  ['proto-search', 'load', 'B', GRPC],
  ['proto-vector-search', 'load', 'B', GRPC],
  ['proto-bulk-vector-data-set', 'load', 'B', GRPC],
  ['produce-stream-message', 'load', 'B', STREAMS],
  ['wait-for-snapshot-create', 'load', 'B', SNAPSHOTS],
  ['wait-for-recovery', 'load', 'B', RECOVERY],
  ['submit-async-search', 'load', 'B', FOREIGN],
  ['get-async-search', 'load', 'B', FOREIGN],
  ['delete-async-search', 'load', 'B', FOREIGN],
  ['sleep', 'admin', 'P'],
  ['refresh', 'admin', 'B'],
  ['force-merge', 'admin', 'B'],
  ['cluster-health', 'admin', 'B'],
  ['create-index', 'admin', 'P'],
  ['delete-index', 'admin', 'P'],
  ['put-settings', 'admin', 'B'],
  ['put-pipeline', 'admin', 'P'],
  ['delete-pipeline', 'admin', 'P'],
  ['create-search-pipeline', 'admin', 'P'],
  ['create-index-template', 'admin', 'B'],
  ['delete-index-template', 'admin', 'B'],
  ['create-composable-template', 'admin', 'B'],
  ['delete-composable-template', 'admin', 'B'],
  ['create-component-template', 'admin', 'B'],
  ['delete-component-template', 'admin', 'B'],
  ['create-data-stream', 'admin', 'B'],
  ['delete-data-stream', 'admin', 'B'],
  ['shrink-index', 'admin', 'B', 'shrinking needs later work'],
  ['update-concurrent-segment-search-settings', 'admin', 'B', 'it needs later work; put-settings can do the same'],
  ['create-snapshot-repository', 'admin', 'B', SNAPSHOTS],
  ['delete-snapshot-repository', 'admin', 'B', SNAPSHOTS],
  ['create-snapshot', 'admin', 'B', SNAPSHOTS],
  ['restore-snapshot', 'admin', 'B', SNAPSHOTS],
  ['register-ml-model', 'admin', 'P', ML],
  ['register-remote-ml-model', 'admin', 'P', ML],
  ['deploy-ml-model', 'admin', 'P', ML],
  ['delete-ml-model', 'admin', 'P', ML],
  ['create-ml-connector', 'admin', 'P', ML],
  ['delete-ml-connector', 'admin', 'P', ML],
  ['create-transform', 'admin', 'B', FOREIGN],
  ['start-transform', 'admin', 'B', FOREIGN],
  ['wait-for-transform', 'admin', 'B', FOREIGN],
  ['delete-transform', 'admin', 'B', FOREIGN],
];

/** Facts by name of the type. A type that is not in it is a custom one, or a typing mistake. */
export const operationTypes: ReadonlyMap<string, OperationTypeFacts> = new Map(
  ROWS.map(([name, kind, serverless, unsupported]) => [
    name,
    { isAdmin: kind === 'admin', runsOnServerless: serverless === 'P', unsupported: unsupported ?? null },
  ]),
);
