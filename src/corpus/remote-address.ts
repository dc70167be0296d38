// How a file on a server is asked for: by plain http, or as an object of S3 or of Google Cloud Storage.
import { BenchmarkError } from '../errors.ts';
import type { AwsCredentials } from '../http/client-options.ts';
import { loadSessionCredentials, type SessionCredentials } from '../http/session-credentials.ts';
import { formatAmzDate, sha256Hex, signRequest } from '../http/sigv4.ts';
import { knownSecrets } from '../secrets.ts';

/** Environment variables, as a process has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A request as it is sent. */
export interface AddressedRequest {
  readonly address: URL;
  readonly headers: Record<string, string>;
}

/** A place on a server. */
export interface RemoteAddress {
  /** Whether the server may send on to another address. Signed requests cannot be sent on. */
  readonly mayRedirect: boolean;
  /** A GET request with these headers. Rejects with `CREDENTIALS`. */
  ask(headers: Readonly<Record<string, string>>): Promise<AddressedRequest>;
  /** Takes note of the region that an answer names; `false` if that is no other one. */
  moveTo(region: string): boolean;
}

/** Schemes of addresses that are asked for by http. */
const REMOTE = /^(https?|s3|gs):\/\//i;

/** Whether an address leads to a server. */
export const isRemote = (url: string): boolean => REMOTE.test(url);

/** The place that an address of the scheme `http`, `https`, `s3` or `gs` names. */
export function remoteAddress(url: string, variables: Variables): RemoteAddress {
  if (/^s3:/i.test(url)) return new S3Address(url, variables);
  return /^gs:/i.test(url) ? new GoogleAddress(url, variables) : new HttpAddress(url);
}

class HttpAddress implements RemoteAddress {
  readonly mayRedirect = true;
  private readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async ask(headers: Readonly<Record<string, string>>): Promise<AddressedRequest> {
    const address = new URL(this.url);
    if (address.username === '') return { address, headers: { ...headers } };
    const credentials = `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`;
    address.username = '';
    address.password = '';
    return {
      address,
      headers: { ...headers, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    };
  }

  moveTo(): boolean {
    return false;
  }
}

/** Bucket and key of `scheme://bucket/key`, and the query, if there is one. Throws `CORPUS` if there is no bucket. */
function objectOf(url: string): { readonly bucket: string; readonly path: string; readonly query: string } {
  const match = /^\w+:\/\/([^/?]+)(\/[^?]*)?(\?.*)?$/s.exec(url);
  if (match?.[1] === undefined) {
    throw new BenchmarkError('CORPUS', `${url} names no bucket.`, {
      hint: 'Write s3://bucket/key or gs://bucket/key.',
    });
  }
  const path = (match[2] ?? '/').split('/').map(encodeSegment).join('/');
  return { bucket: match[1], path, query: match[3] ?? '' };
}

const encodeSegment = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const emptyBodyHash = sha256Hex('');

/**
 * An object of S3, or of a server that speaks like it (`AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`). Requests are signed
 * with the credentials of the environment, else with those of AWS's default chain.
 */
class S3Address implements RemoteAddress {
  readonly mayRedirect = false;
  private readonly url: string;
  private readonly variables: Variables;
  private region: string;
  private session: Promise<SessionCredentials> | null = null;

  constructor(url: string, variables: Variables) {
    this.url = url;
    this.variables = variables;
    this.region = variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION ?? 'us-east-1';
  }

  async ask(headers: Readonly<Record<string, string>>): Promise<AddressedRequest> {
    const address = this.address();
    const target = `${address.pathname}${address.search}`;
    const parts = { method: 'GET', target, headers: new Map([['host', address.host]]), bodyHash: emptyBodyHash };
    const scope = {
      credentials: await this.credentials(),
      region: this.region,
      service: 's3',
      time: formatAmzDate(Date.now()),
    };
    return { address, headers: { ...headers, ...Object.fromEntries(signRequest(parts, scope)) } };
  }

  moveTo(region: string): boolean {
    if (region === this.region) return false;
    this.region = region;
    return true;
  }

  /** Those of the chain may end while a large file comes, or many. */
  private async credentials(): Promise<AwsCredentials> {
    const known = await this.session;
    if (known === null || (known.expiresAt !== null && Date.now() > known.expiresAt - RENEW_BEFORE))
      this.session = awsCredentials(this.url, this.variables);
    const { credentials } = await (this.session ?? awsCredentials(this.url, this.variables));
    return credentials;
  }

  private address(): URL {
    const { bucket, path, query } = objectOf(this.url);
    const endpoint = this.variables.AWS_ENDPOINT_URL_S3 ?? this.variables.AWS_ENDPOINT_URL;
    if (endpoint !== undefined && endpoint !== '')
      return new URL(`${endpoint.replace(/\/+$/, '')}/${bucket}${path}${query}`);
    const host = `s3.${this.region}.amazonaws.com`;
    // Certificates cover no bucket whose name has dots.
    return new URL(
      bucket.includes('.') ? `https://${host}/${bucket}${path}${query}` : `https://${bucket}.${host}${path}${query}`,
    );
  }
}

/** Credentials are renewed so many ms before they end. */
const RENEW_BEFORE = 300_000;

async function awsCredentials(url: string, variables: Variables): Promise<SessionCredentials> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = variables;
  const sessionToken = variables.AWS_SESSION_TOKEN ?? null;
  const session =
    accessKeyId !== undefined && secretAccessKey !== undefined
      ? { credentials: { accessKeyId, secretAccessKey, sessionToken }, expiresAt: null }
      : await chainCredentials(url);
  const { credentials } = session;
  knownSecrets.register(credentials.accessKeyId, credentials.secretAccessKey, credentials.sessionToken);
  return session;
}

async function chainCredentials(url: string): Promise<SessionCredentials> {
  try {
    return await loadSessionCredentials();
  } catch (cause) {
    throw new BenchmarkError('CREDENTIALS', `There are no AWS credentials with which ${url} could be read.`, {
      hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role.',
      cause,
    });
  }
}

/**
 * An object of Google Cloud Storage, or of its emulator (`STORAGE_EMULATOR_HOST`). `GOOGLE_AUTH_TOKEN` is the token of
 * who may read it; without it only public objects can be read.
 */
class GoogleAddress implements RemoteAddress {
  readonly mayRedirect = false;
  private readonly url: string;
  private readonly variables: Variables;

  constructor(url: string, variables: Variables) {
    this.url = url;
    this.variables = variables;
  }

  async ask(headers: Readonly<Record<string, string>>): Promise<AddressedRequest> {
    const { bucket, path, query } = objectOf(this.url);
    const { STORAGE_EMULATOR_HOST: emulator, GOOGLE_AUTH_TOKEN: token } = this.variables;
    const host = emulator === undefined || emulator === '' ? 'https://storage.googleapis.com' : withScheme(emulator);
    const address = new URL(`${host.replace(/\/+$/, '')}/${bucket}${path}${query}`);
    if (token === undefined || token === '') return { address, headers: { ...headers } };
    knownSecrets.register(token);
    return { address, headers: { ...headers, authorization: `Bearer ${token}` } };
  }

  moveTo(): boolean {
    return false;
  }
}

const withScheme = (host: string): string => (host.includes('://') ? host : `http://${host}`);
