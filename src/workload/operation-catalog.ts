// What the loader must know of operation types. The caller hands it in, so that this folder does not depend on the
// operations.
import type { Problem } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Workload } from './model.ts';

/** What is true of an operation type whatever its parameters are. */
export interface OperationFacts {
  /** An administrative operation, which is not in the results unless it says so. */
  readonly isAdmin: boolean;
  /** May be sent to a serverless collection. */
  readonly runsOnServerless: boolean;
  /** `null` = this version runs it; else why not, as the end of "… is not supported by this version: ". */
  readonly unsupported: string | null;
}

/** One operation of a workload, as its type reads it. */
export interface CatalogSpec {
  readonly name: string;
  readonly type: string;
  readonly params: JsonObject;
}

/** The operation types of a program. A name that is not among the facts is a custom type, or a typing mistake. */
export interface OperationCatalog {
  readonly facts: ReadonlyMap<string, OperationFacts>;
  /** Checks the parameters of one operation; the paths of problems are relative to the operation. */
  check(spec: CatalogSpec, workload: Workload): readonly Problem[];
  /** What the weight of the operation counts (`docs`); `null` = not known before the load. */
  unit(spec: CatalogSpec, workload: Workload): string | null;
}
