// Operation types of OpenSearch Benchmark that this version does not run, with the reason.

const GRPC = 'gRPC needs later work';

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
  'proto-vector-search': row(false, false, GRPC),
  'proto-bulk-vector-data-set': row(false, false, GRPC),
};
