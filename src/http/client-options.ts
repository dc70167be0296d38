// The options of the HTTP client, parsed. They are plain data, which can be handed to worker threads.

/** What requests to AWS are signed with. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** `null` for credentials that are not of a session. */
  readonly sessionToken: string | null;
}

/** How requests are signed with AWS Signature Version 4. */
export interface SigV4Options {
  /** Where the credentials come from: the option `amazon_aws_log_in`. */
  readonly source: 'environment' | 'client_option' | 'session';
  readonly region: string;
  readonly service: 'es' | 'aoss';
  readonly credentials: AwsCredentials;
  /**
   * Wall time in ms at which the credentials end; `null` if they do not. Only those of a session do, and are renewed.
   */
  readonly expiresAt: number | null;
}

/** A user and password for basic authentication. */
export interface BasicAuth {
  readonly user: string;
  readonly password: string;
}

/** How the requests to one cluster are sent. */
export interface ClientOptions {
  /** Limit in seconds for a request, and for an operation of several requests. */
  readonly timeout: number;
  readonly useTls: boolean;
  readonly verifyCertificates: boolean;
  /** If `false` (`ssl_assert_hostname:false`), the chain is verified, but the name in the certificate is not. */
  readonly verifyHostName: boolean;
  /** PEM texts, of files that were read when the options were parsed, because workers may run on other machines. */
  readonly caCertificates: string | null;
  readonly clientCertificate: string | null;
  readonly clientKey: string | null;
  readonly basicAuth: BasicAuth | null;
  readonly sigV4: SigV4Options | null;
  /** Whether bodies of requests are compressed with gzip. */
  readonly compressRequests: boolean;
  /**
   * How often a request is repeated whose connection failed or whose status is in `retryOnStatus`; 0 unless the user
   * set it. Repeats are counted in the results.
   */
  readonly maxRetries: number;
  readonly retryOnStatus: readonly number[];
  readonly retryOnTimeout: boolean;
  /**
   * Whether a request that only reads is sent once more if a connection that was used before ends before its answer.
   * Repeats are counted in the results.
   */
  readonly repeatOnStaleConnection: boolean;
  /** Headers that each request has. */
  readonly headers: Readonly<Record<string, string>>;
  /** The header `X-Opaque-Id` of each request, by which the logs of the cluster name it. */
  readonly opaqueId: string | null;
}

/** What holds when the user gives no options: 60 seconds, no TLS, nothing repeated. */
export const defaultClientOptions: ClientOptions = {
  timeout: 60,
  useTls: false,
  verifyCertificates: true,
  verifyHostName: true,
  caCertificates: null,
  clientCertificate: null,
  clientKey: null,
  basicAuth: null,
  sigV4: null,
  compressRequests: false,
  maxRetries: 0,
  retryOnStatus: [502, 503, 504],
  retryOnTimeout: false,
  repeatOnStaleConnection: true,
  headers: {},
  opaqueId: null,
};
