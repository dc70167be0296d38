// What a way of speaking to a target is to the rest of the program: it opens connections. Everything else, from the
// turn over the endpoints to the time limits and the outages, is the same for all of them.
import type { Wire, WireOwner } from './wire.ts';

/** What is spoken with a target. */
export const protocols = ['http', 'grpc', 'kafka'] as const;

/** One of {@link protocols}. */
export type Protocol = (typeof protocols)[number];

/** A target that is not spoken to over HTTP, which has options of its own. Plain data, for threads and nodes. */
export interface TransportTarget {
  readonly protocol: Exclude<Protocol, 'http'>;
  /** At least one; requests go round robin. `host:port`; for Kafka a list of such, which is one cluster. */
  readonly endpoints: readonly string[];
}

/** Makes the connections of one load thread to one target. */
export interface Transport {
  /** How many endpoints the target has. */
  readonly endpoints: number;
  /** What a user should look at when the target answers nobody: one sentence. */
  readonly hint: string;
  /** A closed connection to an endpoint. What happens on it is told to its owner. */
  connect(endpoint: number, owner: WireOwner): Wire;
}

/** Whether two descriptions mean the same target. */
export const isSameTarget = (left: TransportTarget, right: TransportTarget): boolean =>
  left.protocol === right.protocol && left.endpoints.join() === right.endpoints.join();
