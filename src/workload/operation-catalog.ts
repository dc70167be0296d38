// What the loader must know of operation types. It is given, so that this folder knows no operations.
import type { Problem } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Workload } from './model.ts';

/** What is true of an operation type whatever its parameters are. */
export interface OperationFacts {
  /** Administration: not reported unless the operation says so. */
  readonly isAdmin: boolean;
  /** May be sent to a serverless collection. */
  readonly runsOnServerless: boolean;
  /** `null` = this version runs it; else why not, as the end of "… is not supported by this version: ". */
  readonly unsupported: string | null;
}

/** The operation types of a program. A name that is not among the facts is a custom type, or a typing mistake. */
export interface OperationCatalog {
  readonly facts: ReadonlyMap<string, OperationFacts>;
  /** Checks the parameters of one operation; the paths of problems are relative to the operation. */
  check(spec: { readonly name: string; readonly type: string; readonly params: JsonObject }, workload: Workload): readonly Problem[];
}
