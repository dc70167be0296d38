// AWS Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac } from 'node:crypto';
import type { AwsCredentials } from './client-options.ts';

/** The parts of a request that its signature covers. */
export interface SignedParts {
  readonly method: string;
  /** Path and query as they are sent. */
  readonly target: string;
  /** Headers by lower-case name. `host` and the date must be among them. */
  readonly headers: ReadonlyMap<string, string>;
  /** Hexadecimal SHA-256 of the body as it is sent. */
  readonly bodyHash: string;
}

/** Whose signature it is, for what, and when. */
export interface SigningScope {
  readonly credentials: AwsCredentials;
  readonly region: string;
  /** `es`, `aoss` or `s3`. */
  readonly service: string;
  /** The time of the signature, as `YYYYMMDDTHHMMSSZ`. */
  readonly time: string;
}

/** SHA-256 in hexadecimal. */
export const sha256Hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** A wall time in ms as AWS writes it: `YYYYMMDDTHHMMSSZ`. */
export function formatAmzDate(wall: number): string {
  return `${new Date(wall).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** The headers that sign a request of an OpenSearch domain: date, hash of the body, session token, `authorization`. */
export function signRequest(parts: SignedParts, scope: SigningScope): ReadonlyMap<string, string> {
  const added = new Map([
    ['x-amz-content-sha256', parts.bodyHash],
    ['x-amz-date', scope.time],
  ]);
  if (scope.credentials.sessionToken !== null) added.set('x-amz-security-token', scope.credentials.sessionToken);
  const signed = new Map([['host', parts.headers.get('host') ?? ''], ...added]);
  added.set('authorization', authorization({ ...parts, headers: signed }, scope));
  return added;
}

/** The value of the header `authorization`; all given headers are signed. */
export function authorization(parts: SignedParts, scope: SigningScope): string {
  const { credentials, region, service, time } = scope;
  const names = [...parts.headers.keys()].sort();
  const credentialScope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${time}\n${credentialScope}\n${sha256Hex(canonicalRequest(parts, names, service))}`;
  const signature = hmac(signingKey(scope), text).toString('hex');
  const credential = `${credentials.accessKeyId}/${credentialScope}`;
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
}

/**
 * The canonical form of a request, which both sides make and hash; `names` are those of its headers, sorted. S3 takes
 * the path as it is sent.
 */
export function canonicalRequest(parts: SignedParts, names: readonly string[], service: string): string {
  const split = parts.target.indexOf('?');
  const path = split < 0 ? parts.target : parts.target.slice(0, split);
  const query = split < 0 ? '' : parts.target.slice(split + 1);
  const lines = names.map((name) => `${name}:${(parts.headers.get(name) ?? '').trim().replace(/ +/g, ' ')}\n`);
  return [
    parts.method,
    service === 's3' ? path : canonicalPath(path),
    canonicalQuery(query),
    lines.join(''),
    names.join(';'),
    parts.bodyHash,
  ].join('\n');
}

function signingKey(scope: SigningScope): Buffer {
  const day = hmac(`AWS4${scope.credentials.secretAccessKey}`, scope.time.slice(0, 8));
  return hmac(hmac(hmac(day, scope.region), scope.service), 'aws4_request');
}

/** The path normalised, and percent-encoded once more than it is sent, as all services but S3 want it. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  const isDirectory = segments.length > 0 && /(\/|\/\.\.?)$/.test(path);
  return `/${segments.join('/')}${isDirectory ? '/' : ''}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return { name: encode(decode(name)), value: encode(decode(value)) };
    });
  pairs.sort((a, b) => compare(a.name, b.name) || compare(a.value, b.value));
  return pairs.map(({ name, value }) => `${name}=${value}`).join('&');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Decodes a percent-encoded text; one with a `%` that encodes nothing stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
