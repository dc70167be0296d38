// A session whose server is a function and whose time moves only when everything waits; and a factory that keeps what
// it was asked for.
import { gzipSync } from 'node:zlib';
import type { InPlaceRequest, RequestFactory, RequestParts } from '../../src/http/request.ts';
import { type JsonObject, toJson } from '../../src/json.ts';
import {
  type OperationContext,
  type OperationSpec,
  Outcome,
  RequestFailure,
  type ScriptReply,
  type ScriptRequest,
  type Session,
  type WorkloadFacts,
} from '../../src/operation/operation.ts';
import { operationType } from '../../src/operation/registry.ts';
import { RunValueStore } from '../../src/operation/run-value-store.ts';
import { Answer, type ContentEncoding } from '../../src/transport/answer.ts';
import type { PreparedRequest } from '../../src/transport/request.ts';
import { type Millis, millis } from '../../src/units.ts';
import type { VectorSource } from '../../src/vectors/vector-reader.ts';

/** What the server answers; a failure is thrown. `delay` in ms. */
export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly delay?: number;
  readonly failure?: RequestFailure;
}

export type Server = (request: ScriptRequest, count: number) => Reply;

interface Timer {
  readonly at: number;
  readonly fire: () => void;
  readonly owner: PlayedSession;
  readonly reject: (failure: RequestFailure) => void;
}

/** The world of one execution: its clock, its timers and what happened. */
export class Stage {
  time = 1000;
  readonly log: string[] = [];
  readonly requests: ScriptRequest[] = [];
  readonly parts: { readonly operation: string; readonly type: string; readonly serviceTime: Millis }[] = [];
  retries = 0;
  service = 0;
  forks = 0;
  released = 0;
  limit = Number.POSITIVE_INFINITY;
  timers: Timer[] = [];
  readonly server: Server;

  constructor(server: Server) {
    this.server = server;
  }

  /** Runs until the promise is settled, moving the clock from timer to timer. */
  async finish(promise: Promise<void>): Promise<unknown> {
    const end: { error?: unknown; isOver: boolean } = { isOver: false };
    void promise.then(
      () => {
        end.isOver = true;
      },
      (error: unknown) => {
        end.isOver = true;
        end.error = error;
      },
    );
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (end.isOver) return end.error;
      const next = this.timers.toSorted((left, right) => left.at - right.at)[0];
      if (next === undefined) throw new Error('Everything waits, and nothing will ever happen.');
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = next.at;
      next.fire();
    }
  }
}

export class PlayedSession implements Session {
  private readonly stage: Stage;

  constructor(stage: Stage) {
    this.stage = stage;
  }

  readonly now = (): number => this.stage.time;

  request(request: ScriptRequest): Promise<ScriptReply> {
    const { stage } = this;
    stage.requests.push(request);
    stage.log.push(`${stage.time - 1000} ${request.method} ${request.path}`);
    const reply = stage.server(request, stage.requests.length);
    return this.later(reply.delay ?? 0, () => {
      if (reply.failure !== undefined) throw reply.failure;
      const status = reply.status ?? 200;
      const body = Buffer.from(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
      if (status >= 300 && !request.ignoredStatus?.includes(status))
        throw new RequestFailure('status', `HTTP ${status}`, status, body);
      return { status, body };
    });
  }

  /** A request that was made before is one whose body is its bytes, as {@link RecordingFactory} makes them. */
  send(request: PreparedRequest): Promise<ScriptReply> {
    return this.request({ method: 'POST', path: '/', body: request.bytes(0) });
  }

  async sleep(duration: Millis): Promise<void> {
    this.stage.log.push(`${this.stage.time - 1000} sleep ${duration}`);
    await this.later(duration, () => undefined);
  }

  countRetry(): void {
    this.stage.retries++;
  }

  fork(): Session {
    this.stage.forks++;
    return new PlayedSession(this.stage);
  }

  release(): void {
    this.stage.released++;
    const mine = this.stage.timers.filter((timer) => timer.owner === this);
    this.stage.timers = this.stage.timers.filter((timer) => timer.owner !== this);
    for (const timer of mine) timer.reject(new RequestFailure('cancelled', 'ended'));
  }

  reportPart(part: { readonly operation: string; readonly type: string; readonly serviceTime: Millis }): void {
    this.stage.parts.push(part);
  }

  countAsService(duration: Millis): void {
    this.stage.service += duration;
  }

  private later<T>(delay: number, value: () => T): Promise<T> {
    const { stage } = this;
    return new Promise((resolve, reject) => {
      const at = Math.min(stage.time + delay, Math.max(stage.limit, stage.time));
      const fire = (): void => {
        try {
          if (stage.time >= stage.limit) throw new RequestFailure('timeout', 'the limit is over');
          resolve(value());
        } catch (error) {
          reject(error);
        }
      };
      stage.timers.push({ at, fire, owner: this, reject });
    });
  }
}

/** Keeps the parts of each request; the bytes are a readable form of them. */
export class RecordingFactory implements RequestFactory {
  readonly headRoom = 16;
  readonly prepared: RequestParts[] = [];

  prepare(parts: RequestParts): PreparedRequest {
    this.prepared.push(parts);
    const bytes = Buffer.from(`${parts.method} ${parts.path}\n${parts.body ?? ''}`);
    return {
      bytes: () => bytes,
      isHead: parts.method === 'HEAD',
      isRepeatable: parts.isRepeatable ?? parts.method === 'GET',
    };
  }

  prepareInPlace(method: string, path: string, headers?: Readonly<Record<string, string>>): InPlaceRequest {
    this.prepared.push({ method, path, body: null, headers });
    let body: Buffer = Buffer.alloc(0);
    return {
      isHead: false,
      isRepeatable: false,
      bytes: () => body,
      setBody: (buffer, length) => {
        body = buffer.subarray(this.headRoom, this.headRoom + length);
      },
    };
  }
}

export const EMPTY: WorkloadFacts = {
  indices: [],
  dataStreams: [],
  templates: [],
  composableTemplates: [],
  componentTemplates: [],
  corpora: [],
  dataSets: [],
};

/** A source for operations that want no vectors. */
const noVectors: VectorSource = {
  open: () => ({ fill: () => undefined, close: () => undefined }),
};

/** Facts of a workload with one index `logs`. */
export const ONE_INDEX: WorkloadFacts = { ...EMPTY, indices: [{ name: 'logs', body: null, types: [] }] };

export function spec(type: string, params: object): OperationSpec {
  const json = toJson({ 'operation-type': type, ...params });
  return { name: type, type, params: json as JsonObject };
}

export function typeOf(name: string) {
  const type = operationType(name);
  if (type === undefined) throw new Error(`There is no operation type ${name}.`);
  return type;
}

export function context(
  type: string,
  params: object,
  facts: WorkloadFacts = EMPTY,
  more: Partial<OperationContext> = {},
): OperationContext {
  return {
    spec: spec(type, params),
    workload: facts,
    clientIndex: 0,
    clientCount: 1,
    requests: new RecordingFactory(),
    vectors: noVectors,
    requestTimeout: millis(60_000),
    random: () => 0.5,
    values: new RunValueStore(),
    ...more,
  };
}

/** Runs a script operation once against a played server. */
export async function play(
  type: string,
  params: object,
  server: Server = () => ({}),
  facts: WorkloadFacts = EMPTY,
  more: Partial<OperationContext> = {},
  limit = Number.POSITIVE_INFINITY,
) {
  const operation = typeOf(type).create(context(type, params, facts, more));
  if (operation.kind !== 'script') throw new Error(`${type} is no script.`);
  const stage = new Stage(server);
  stage.limit = stage.time + limit;
  const outcome = new Outcome();
  const error = await stage.finish(operation.run(new PlayedSession(stage), outcome));
  return { stage, outcome, error };
}

/** `METHOD path body` of each request. */
export const lines = (requests: readonly ScriptRequest[]): readonly string[] =>
  requests.map((request) =>
    [request.method, request.path, ...(request.body == null ? [] : [String(request.body)])].join(' '),
  );

/** An answer as the load path gives it. */
export function answerOf(
  body: unknown,
  options: { status?: number; encoding?: ContentEncoding; kept?: number } = {},
): Answer {
  const answer = new Answer();
  const plain = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const wire = options.encoding === 'gzip' ? gzipSync(plain) : plain;
  answer.status = options.status ?? 200;
  answer.encoding = options.encoding ?? 'identity';
  answer.body = wire.subarray(0, options.kept ?? wire.length);
  answer.isWhole = answer.body.length === wire.length;
  answer.bodyLength = wire.length;
  return answer;
}

export const ms = millis;
