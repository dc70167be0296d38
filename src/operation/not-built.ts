// Operation types of OpenSearch Benchmark that this version does not run, with the reason.

const ML = 'machine learning models need later work';
const VECTORS = 'vector data sets need later work';
const GRPC = 'gRPC needs later work';
const FOREIGN = 'it is an API that OpenSearch does not have';

/** What is known of an operation type that cannot be run. */
export interface OperationNotBuilt {
  readonly isAdmin: boolean;
  readonly runsOnServerless: boolean;
  /** The end of "… is not supported by this version: ". */
  readonly reason: string;
}

const row = (isAdmin: boolean, runsOnServerless: boolean, reason: string): OperationNotBuilt => ({
  isAdmin,
  runsOnServerless,
  reason,
});

/** These types by name. A type that gets built moves from here to the registry. */
export const operationsNotBuilt: Readonly<Record<string, OperationNotBuilt>> = {
  'train-knn-model': row(false, true, VECTORS),
  'delete-knn-model': row(false, true, VECTORS),
  'proto-vector-search': row(false, false, GRPC),
  'proto-bulk-vector-data-set': row(false, false, GRPC),
  'submit-async-search': row(false, false, FOREIGN),
  'get-async-search': row(false, false, FOREIGN),
  'delete-async-search': row(false, false, FOREIGN),
  'register-ml-model': row(true, true, ML),
  'register-remote-ml-model': row(true, true, ML),
  'deploy-ml-model': row(true, true, ML),
  'delete-ml-model': row(true, true, ML),
  'create-ml-connector': row(true, true, ML),
  'delete-ml-connector': row(true, true, ML),
  'create-transform': row(true, false, FOREIGN),
  'start-transform': row(true, false, FOREIGN),
  'wait-for-transform': row(true, false, FOREIGN),
  'delete-transform': row(true, false, FOREIGN),
};
