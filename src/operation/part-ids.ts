// What the parts of one execution of a composite share: the ids of what they create on the target.
import type { ParamReader } from './params.ts';
import type { Script } from './script.ts';

/** Ids of points in time and of asynchronous searches, by the name of the part that created each. */
export type PartIds = Map<string, string>;

/** A part of a composite: a script that shares ids with the other parts of the same execution. */
export type CompositePart = (ids: PartIds) => Script;

/** Notes that an operation type works only as a part of a composite. */
export function refuseOutsideComposite(reader: ParamReader, type: string): void {
  reader.problem(
    'operation-type',
    `"${type}" works only inside a "composite" operation.`,
    'Put it into the "requests" of a composite.',
  );
}
