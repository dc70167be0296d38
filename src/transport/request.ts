// A request as the load path sees it: bytes that were made before they are due.
import type { Millis } from '../units.ts';

/** A request that can be sent again and again, to any endpoint of its target. */
export interface PreparedRequest {
  /**
   * What is written to an endpoint. The bytes are the same as long as nothing changes; a signature changes each
   * second.
   */
  bytes(endpointIndex: number): Buffer;
  /** Whether it is a HEAD request of HTTP, whose answer has no body. */
  readonly isHead: boolean;
  /**
   * Whether sending it twice does no harm, so that it may be repeated if its connection ended before an answer came.
   */
  readonly isRepeatable: boolean;
  /** What the bytes are for where they do not say so themselves: a method of gRPC, a topic of Kafka. */
  readonly destination?: string;
  /** How long its answer is waited for, where the server wants to know. */
  readonly timeout?: Millis;
}
