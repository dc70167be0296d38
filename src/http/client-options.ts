// The options of the HTTP client (spec/1 §4.2), parsed. Plain data: they travel to worker threads.

export interface SigV4Options {
  readonly source: 'environment' | 'client_option' | 'session';
  readonly region: string;
  readonly service: 'es' | 'aoss';
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string | null };
}

export interface ClientOptions {
  /** Seconds per request and around a whole operation. */
  readonly timeout: number;
  readonly useTls: boolean;
  readonly verifyCertificates: boolean;
  /** PEM files, read when the options are parsed (workers may run elsewhere). */
  readonly caCertificates: string | null;
  readonly clientCertificate: string | null;
  readonly clientKey: string | null;
  readonly basicAuth: { readonly user: string; readonly password: string } | null;
  readonly sigV4: SigV4Options | null;
  /** gzip request bodies. */
  readonly compressRequests: boolean;
  /** Repeats of a request whose connection failed or whose status is in `retryOnStatus`; 0 unless the user set it. Counted. */
  readonly maxRetries: number;
  readonly retryOnStatus: readonly number[];
  readonly retryOnTimeout: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly opaqueId: string | null;
}
