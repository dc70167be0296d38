// What the client of administration is asked, and what it answers.
import type { Seconds } from '../units.ts';

/** One request of administration. */
export interface AdminRequest {
  readonly method: string;
  /** Path without query, without the prefix of the endpoint. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON; a text or a Buffer as it is. */
  readonly body?: Readonly<Record<string, unknown>> | string | Buffer | undefined;
  /** Default: the time limit of the client options. */
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
   * Rejects with `BenchmarkError` TARGET_UNREACHABLE (refused, unknown name, time limit; no server at all), TLS, CANCELLED,
   * or TARGET_NOT_OPENSEARCH (an answer that is not HTTP or not the JSON it says it is).
   */
  request(request: AdminRequest): Promise<AdminReply>;
  close(): Promise<void>;
}
