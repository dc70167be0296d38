// A request as bytes: what does not change between two requests of a task is serialised once.

/** What makes a request. Path and query without the prefix of the endpoint. */
export interface RequestParts {
  readonly method: string;
  readonly path: string;
  /** `null`: no body. A Buffer may be re-used by its owner once the request was answered. */
  readonly body: Buffer | null;
  /** Extra headers; they beat those of the connection. Names in any case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** See {@link PreparedRequest.isRepeatable}; default: true for GET and HEAD, which only read. */
  readonly isRepeatable?: boolean | undefined;
}

/** A request that can be sent again and again, to any endpoint of the cluster. */
export interface PreparedRequest {
  /** Head and body for this endpoint, to be written at once. Cached while nothing changes (a signature does, each second). */
  bytes(endpointIndex: number): Buffer;
  /** A HEAD request: the answer has no body. */
  readonly isHead: boolean;
  /** Sending it twice does no harm: it may be repeated if its connection was closed before an answer came. */
  readonly isRepeatable: boolean;
}

/** Makes requests for one cluster: adds Host, authentication, `content-type`, compression, signature. */
export interface RequestFactory {
  /** Throws `BenchmarkError` WORKLOAD_INVALID on a method, path or header that cannot be sent. */
  prepare(parts: RequestParts): PreparedRequest;
  /**
   * A request whose body changes every time (bulk). The body lives at `headRoom` in `buffer`, so that the head can be put right in
   * front of it and both leave in one write.
   */
  prepareInPlace(method: string, path: string, headers?: Readonly<Record<string, string>>): InPlaceRequest;
  /** Bytes that a head may take in front of a body. */
  readonly headRoom: number;
}

export interface InPlaceRequest extends PreparedRequest {
  /** Body = `buffer[headRoom .. headRoom + length)`; `buffer[0 .. headRoom)` is overwritten by the head. */
  setBody(buffer: Buffer, length: number): void;
}
