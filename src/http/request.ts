// Requests as bytes. What does not change between two requests of a task is serialised once.
import type { PreparedRequest } from '../transport/request.ts';

/** What a request is made from. */
export interface RequestParts {
  readonly method: string;
  /** Path and query without the prefix of the endpoint. */
  readonly path: string;
  /** `null`: no body. A Buffer may be re-used by its owner once the request was answered. */
  readonly body: Buffer | null;
  /** Headers of this request, with names in any case; they beat those that every request to the cluster has. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** See {@link PreparedRequest.isRepeatable}; default: true for GET and HEAD, which only read. */
  readonly isRepeatable?: boolean | undefined;
}

/** Makes requests for one cluster: adds Host, authentication, `content-type`, compression, signature. */
export interface RequestFactory {
  /** A request that stays the same. Throws `WORKLOAD_INVALID` on a method, path or header that cannot be sent. */
  prepare(parts: RequestParts): PreparedRequest;
  /**
   * A request whose body changes every time (bulk). The body lies at `headRoom` in its buffer, so that the head can be
   * put right in front of it and both leave in one write. Throws as {@link prepare} does.
   */
  prepareInPlace(method: string, path: string, headers?: Readonly<Record<string, string>>): InPlaceRequest;
  /** How many bytes are kept free for a head in front of a body. */
  readonly headRoom: number;
}

/** A request that is sent with one body after another. */
export interface InPlaceRequest extends PreparedRequest {
  /** Sets the body, `buffer[headRoom .. headRoom + length)`. What is in front of it is overwritten by the head. */
  setBody(buffer: Buffer, length: number): void;
}
