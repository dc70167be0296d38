// Requests of administration, their answers, and the client that sends them.
import type { Seconds } from '../units.ts';

/** One request of administration. */
export interface AdminRequest {
  readonly method: string;
  /** The path without its query and without the prefix of the endpoint. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON; a text or a Buffer as it is. */
  readonly body?: Readonly<Record<string, unknown>> | string | Buffer | undefined;
  /** Limit for the whole request; default: the time limit of the client options. */
  readonly timeout?: Seconds | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer, whatever its status. */
export interface AdminReply {
  /** `host:port` that answered. */
  readonly place: string;
  /** Any status: 404 is an answer, 401 and 403 too. */
  readonly status: number;
  /** Parsed if it is JSON, else text. */
  readonly body: unknown;
}

/** Sends requests of administration to one cluster. */
export interface AdminClient {
  /** Where requests go, for messages. */
  readonly place: string;
  /**
   * Sends a request. Rejects with `TARGET_UNREACHABLE` (refused, unknown name, time limit), `TLS`, `CANCELLED`, or
   * `TARGET_NOT_OPENSEARCH` (an answer that is not HTTP, or not the JSON that it says it is).
   */
  request(request: AdminRequest): Promise<AdminReply>;
  /** Closes all connections at once. */
  close(): Promise<void>;
}
