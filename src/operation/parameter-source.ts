// Parameters that come one by one: what an operation needs of a source of them, whoever wrote the source.
import type { JsonObject } from '../json.ts';

/**
 * Where a source leaves the body of a request.
 * - `json`: apart, as bytes ready to send; an object or a list is compact JSON, a text and bytes are taken as they are.
 * - `lines`: likewise, but a list is one JSON text per line, as bulk requests want it.
 * - `inline`: among the parameters, as JSON.
 * - `kept`: nowhere. The parameters stay with the source's host, which hands them to a runner of its own.
 */
export type BodyForm = 'json' | 'lines' | 'inline' | 'kept';

/** The parameters of one execution of an operation. */
export interface SourceParams {
  /**
   * All parameters but a body that is given apart. For equal parameters it is the same object again, so that what is
   * made of it, such as a path with its headers, can be found by it.
   */
  readonly params: JsonObject;
  /** The body in UTF-8, valid until the next one is asked for; `null` if there is none, or if it is inline. */
  readonly body: Uint8Array | string | null;
}

/**
 * A source of parameters for one client of one task. It works ahead of need: {@link ParameterSource.next} takes what is
 * there.
 */
export interface ParameterSource {
  /** True if it ends by itself; a task without counts and periods then runs until it does. */
  readonly isFinite: boolean;
  /**
   * A promise if the next parameters are still to be made, `null` if {@link next} can be called now. It rejects with a
   * `PLUGIN` error if the source failed. The wait is not part of the service time.
   */
  ready(): Promise<void> | null;
  /** The next parameters, `null` if there are no more. Throws a `PLUGIN` error if the source failed. */
  next(): SourceParams | null;
  /** Share of the source that is used up, 0..1; `null` if the source does not say. */
  progress(): number | null;
  /** Frees what it holds. Nothing is asked of it afterwards. */
  close(): void;
}
