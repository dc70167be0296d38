// The options of the HTTP client (spec/1 §4.2), parsed. Plain data: they travel to worker threads.

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}

export interface SigV4Options {
  readonly source: 'environment' | 'client_option' | 'session';
  readonly region: string;
  readonly service: 'es' | 'aoss';
  readonly credentials: AwsCredentials;
  /** Wall time in ms at which they end; `null` if they do not. Only those of a session do, see `refreshCredentials`. */
  readonly expiresAt: number | null;
}

export interface BasicAuth {
  readonly user: string;
  readonly password: string;
}

export interface ClientOptions {
  /** Seconds per request and around a whole operation. */
  readonly timeout: number;
  readonly useTls: boolean;
  readonly verifyCertificates: boolean;
  /** False (`ssl_assert_hostname:false`): the chain is verified, the name in the certificate is not. */
  readonly verifyHostName: boolean;
  /** PEM files, read when the options are parsed (workers may run elsewhere). */
  readonly caCertificates: string | null;
  readonly clientCertificate: string | null;
  readonly clientKey: string | null;
  readonly basicAuth: BasicAuth | null;
  readonly sigV4: SigV4Options | null;
  /** gzip request bodies. */
  readonly compressRequests: boolean;
  /** Repeats of a request whose connection failed or whose status is in `retryOnStatus`; 0 unless the user set it. Counted. */
  readonly maxRetries: number;
  readonly retryOnStatus: readonly number[];
  readonly retryOnTimeout: boolean;
  /** A request that only reads is sent once more if a connection that was used before ends before its answer. Counted. */
  readonly repeatOnStaleConnection: boolean;
  readonly headers: Readonly<Record<string, string>>;
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
