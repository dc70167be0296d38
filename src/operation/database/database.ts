// What a database other than OpenSearch is to the rest of the program: its own ways of doing what operations mean.
import type { OperationType } from '../operation.ts';

/** A database that is spoken to over HTTP. */
export interface Database {
  /** As `--database-type` names it. */
  readonly name: string;
  /** As people write it. */
  readonly title: string;
  /** Its operation types, under the names that workloads use. It has no others. */
  readonly operations: readonly OperationType[];
  /** A request that it answers with 200 once it can be used, and that no other server answers so. */
  readonly probe: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly body?: Readonly<Record<string, unknown>>;
    /** Whether a body with status 200 is its answer. */
    accepts(body: unknown): boolean;
  };
}

/**
 * The name under which the program knows an operation type of a database, so that one workload cannot mean the other:
 * `milvus/bulk`.
 */
export const typeName = (database: Database, operation: string): string => `${database.name}/${operation}`;
