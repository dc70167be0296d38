// Makes the bytes of requests for one cluster.
import { isIP } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Clock, systemClock } from '../clock.ts';
import { BenchmarkError } from '../errors.ts';
import { packageVersion } from '../package.ts';
import type { PreparedRequest } from '../transport/request.ts';
import { type CredentialKeeper, createCredentialKeeper } from './credential-keeper.ts';
import type { Endpoint } from './endpoint.ts';
import { formatHeaders, headerProblem, mergeHeaders } from './header-fields.ts';
import type { InPlaceRequest, RequestFactory, RequestParts } from './request.ts';
import { checkMethod, encodeTarget } from './request-target.ts';
import { formatAmzDate, sha256Hex, signRequest } from './sigv4.ts';
import type { TargetCluster } from './target-cluster.ts';

/** Room for a head in front of a body. A longer head (many headers) is copied together with its body instead. */
const HEAD_ROOM = 4096;
const METHODS_THAT_READ: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const METHODS_WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);
const COMMON_HEADERS = {
  'content-type': 'application/json',
  'user-agent': `opensearch-benchmark/${packageVersion}`,
  connection: 'keep-alive',
  accept: '*/*',
  'accept-encoding': 'gzip, deflate',
};
const NOTHING = Buffer.alloc(0);
const NEVER = -1;

/** A factory of requests for one cluster. `clock` dates signatures. */
export function createRequestFactory(cluster: TargetCluster, clock: Clock = systemClock): RequestFactory {
  const signer = cluster.options.sigV4 === null ? null : createCredentialKeeper(cluster.options.sigV4, clock);
  return {
    headRoom: HEAD_ROOM,
    prepare: (parts) => new ConstantRequest(new HeadMaker(cluster, signer, clock, parts), cluster, parts.body),
    prepareInPlace: (method, path, headers) =>
      new ChangingRequest(new HeadMaker(cluster, signer, clock, { method, path, body: NOTHING, headers }), cluster),
  };
}

/** The header `Host` of an endpoint: brackets around IPv6, and no port if it is the usual one of its scheme. */
export function hostHeader(endpoint: Endpoint): string {
  const host = isIP(endpoint.host) === 6 ? `[${endpoint.host}]` : endpoint.host;
  return endpoint.port === (endpoint.useTls ? 443 : 80) ? host : `${host}:${endpoint.port}`;
}

/** The headers that each request to an endpoint has, before those of the operation. */
function endpointHeaders(cluster: TargetCluster, endpoint: Endpoint): Readonly<Record<string, string>> {
  const { options } = cluster;
  const auth = endpoint.basicAuth ?? options.basicAuth;
  return {
    host: hostHeader(endpoint),
    ...COMMON_HEADERS,
    ...(options.compressRequests ? { 'content-encoding': 'gzip' } : {}),
    ...(auth === null
      ? {}
      : { authorization: `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}` }),
    ...(options.opaqueId === null ? {} : { 'x-opaque-id': options.opaqueId }),
  };
}

/** Makes the heads of one request, one for each endpoint. */
class HeadMaker {
  readonly method: string;
  readonly isRepeatable: boolean;
  readonly needsSignature: boolean;
  private readonly targets: readonly {
    readonly target: string;
    readonly headers: ReadonlyMap<string, string>;
    readonly head: string;
  }[];
  private readonly sendsLength: boolean;
  private readonly signer: CredentialKeeper | null;
  private readonly clock: Clock;

  constructor(cluster: TargetCluster, signer: CredentialKeeper | null, clock: Clock, parts: RequestParts) {
    this.method = checkMethod(parts.method);
    this.isRepeatable = parts.isRepeatable ?? METHODS_THAT_READ.has(this.method);
    this.needsSignature = signer !== null;
    this.signer = signer;
    this.clock = clock;
    this.sendsLength = parts.body !== null || !METHODS_WITHOUT_BODY.has(this.method);
    const own = parts.headers ?? {};
    checkHeaders(own);
    this.targets = cluster.endpoints.map((endpoint) => {
      const headers = mergeHeaders(endpointHeaders(cluster, endpoint), cluster.options.headers, own);
      if (parts.body === null) headers.delete('content-encoding');
      const plain = encodeTarget(endpoint.prefix, parts.path);
      const target = signer === null ? plain : withoutPlus(plain);
      return { target, headers, head: `${this.method} ${target} HTTP/1.1\r\n${formatHeaders(headers)}` };
    });
  }

  /** The second that a signature is good for; always the same if there is none. */
  currentSecond(): number {
    return this.needsSignature ? Math.floor(this.clock.wall() / 1000) : 0;
  }

  /** The head without its length and the empty line. */
  start(endpointIndex: number, bodyHash: string): string {
    const made = this.targets[endpointIndex];
    if (made === undefined)
      throw new BenchmarkError('INTERNAL', `A request was made for endpoint ${endpointIndex}, which does not exist.`);
    if (this.signer === null) return made.head;
    const scope = { ...this.signer.scope(), time: formatAmzDate(this.clock.wall()) };
    const signature = signRequest({ method: this.method, target: made.target, headers: made.headers, bodyHash }, scope);
    return `${this.method} ${made.target} HTTP/1.1\r\n${formatHeaders(new Map([...made.headers, ...signature]))}`;
  }

  /** The length, if one is sent, and the empty line. */
  end(bodyLength: number): string {
    return this.sendsLength ? `content-length: ${bodyLength}\r\n\r\n` : '\r\n';
  }
}

/** A request that never changes: its bytes for each endpoint are made once, or once a second if they are signed. */
class ConstantRequest implements PreparedRequest {
  readonly isHead: boolean;
  readonly isRepeatable: boolean;
  private readonly heads: HeadMaker;
  private readonly body: Buffer;
  private readonly bodyHash: string;
  private readonly made: { bytes: Buffer; second: number }[];

  constructor(heads: HeadMaker, cluster: TargetCluster, body: Buffer | null) {
    this.heads = heads;
    this.isHead = heads.method === 'HEAD';
    this.isRepeatable = heads.isRepeatable;
    this.body = body === null ? NOTHING : cluster.options.compressRequests ? gzipSync(body) : body;
    this.bodyHash = heads.needsSignature ? sha256Hex(this.body) : '';
    this.made = cluster.endpoints.map(() => ({ bytes: NOTHING, second: NEVER }));
  }

  bytes(endpointIndex: number): Buffer {
    const made = this.made[endpointIndex];
    const second = this.heads.currentSecond();
    if (made !== undefined && made.second === second) return made.bytes;
    const head = this.heads.start(endpointIndex, this.bodyHash) + this.heads.end(this.body.length);
    const bytes = Buffer.concat([Buffer.from(head, 'latin1'), this.body]);
    this.made[endpointIndex] = { bytes, second };
    return bytes;
  }
}

/**
 * A request whose body changes. The head is written right in front of the body, so that both are one piece of memory
 * and leave in one write.
 */
class ChangingRequest implements InPlaceRequest {
  readonly isHead: boolean;
  readonly isRepeatable: boolean;
  private readonly heads: HeadMaker;
  private readonly compresses: boolean;
  private readonly starts: (Buffer | undefined)[];
  private buffer: Buffer = NOTHING;
  private length = 0;
  private compressed: Buffer | null = null;
  private bodyHash = '';
  private made: Buffer | null = null;
  private madeFor = NEVER;
  private madeAt = NEVER;

  constructor(heads: HeadMaker, cluster: TargetCluster) {
    this.heads = heads;
    this.isHead = heads.method === 'HEAD';
    this.isRepeatable = heads.isRepeatable;
    this.compresses = cluster.options.compressRequests;
    this.starts = cluster.endpoints.map(() => undefined);
  }

  setBody(buffer: Buffer, length: number): void {
    this.buffer = buffer;
    this.length = length;
    this.made = null;
    if (!this.compresses && !this.heads.needsSignature) return;
    const body = buffer.subarray(HEAD_ROOM, HEAD_ROOM + length);
    this.compressed = this.compresses ? gzipSync(body) : null;
    this.bodyHash = this.heads.needsSignature ? sha256Hex(this.compressed ?? body) : '';
  }

  bytes(endpointIndex: number): Buffer {
    const second = this.heads.currentSecond();
    if (this.made === null || this.madeFor !== endpointIndex || this.madeAt !== second) {
      this.made = this.make(endpointIndex);
      this.madeFor = endpointIndex;
      this.madeAt = second;
    }
    return this.made;
  }

  private make(endpointIndex: number): Buffer {
    const start = this.start(endpointIndex);
    const end = this.heads.end(this.compressed?.length ?? this.length);
    const headLength = start.length + end.length;
    if (this.compressed !== null) return Buffer.concat([start, Buffer.from(end, 'latin1'), this.compressed]);
    if (headLength > HEAD_ROOM) {
      return Buffer.concat([
        start,
        Buffer.from(end, 'latin1'),
        this.buffer.subarray(HEAD_ROOM, HEAD_ROOM + this.length),
      ]);
    }
    const at = HEAD_ROOM - headLength;
    start.copy(this.buffer, at);
    this.buffer.write(end, at + start.length, 'latin1');
    return this.buffer.subarray(at, HEAD_ROOM + this.length);
  }

  private start(endpointIndex: number): Buffer {
    const known = this.starts[endpointIndex];
    if (known !== undefined && !this.heads.needsSignature) return known;
    const start = Buffer.from(this.heads.start(endpointIndex, this.bodyHash), 'latin1');
    this.starts[endpointIndex] = start;
    return start;
  }
}

function checkHeaders(headers: Readonly<Record<string, string>>): void {
  const problems = Object.entries(headers).flatMap(([name, value]) => headerProblem(name, value) ?? []);
  if (problems.length === 0) return;
  throw new BenchmarkError('WORKLOAD_INVALID', `A request has headers that cannot be sent: ${problems.join('; ')}.`);
}

/**
 * A target whose query has `%20` in place of `+`. Both mean a space to the server, but whoever checks a signature may
 * take `+` for itself.
 */
function withoutPlus(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query) + target.slice(query).replaceAll('+', '%20');
}
