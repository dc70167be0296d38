// A runner of a plug-in: gives it a client, and reads what it returns.
import { RequestFailure, type ScriptReply, type Session } from '../../operation/operation.ts';
import type { SourceParams } from '../../operation/parameter-source.ts';
import { millis, seconds, secondsToMillis } from '../../units.ts';
import type { PluginRunner, RunnerResult } from '../host.ts';
import type { ClientRunner, Params, RunnerClient, RunnerReply, RunnerRequestOptions } from './api.ts';
import { KeptParams } from './author-source.ts';
import type { AuthorTrace } from './author-trace.ts';
import { plainCopy } from './plain-copy.ts';
import { kindOf } from './registrations.ts';

const NO_DETAILS: ReadonlyMap<string, string | number | boolean> = new Map();

/** Executes a {@link ClientRunner} of one client. */
export class AuthorRunner implements PluginRunner {
  readonly decidesCompletion: boolean;
  private readonly runner: ClientRunner;
  private readonly name: string;
  private readonly trace: AuthorTrace;

  /** `name` names the runner in errors. Throws `PLUGIN` if it is no runner. */
  constructor(runner: ClientRunner, name: string, trace: AuthorTrace) {
    if (typeof runner !== 'object' || runner === null || typeof runner.run !== 'function')
      throw trace.wrong(name, `it must be an object with a function "run", but is ${kindOf(runner)}`);
    this.runner = runner;
    this.name = name;
    this.trace = trace;
    this.decidesCompletion = runner.completed !== undefined;
  }

  async run(params: SourceParams, session: Session): Promise<RunnerResult> {
    const what = (): string => this.name;
    const returned = await this.trace.wait<unknown>(what, () =>
      this.runner.run(clientOf(session), plainParams(params)),
    );
    const { completed, progress } = this.runner;
    return { ...this.resultOf(returned), isCompleted: completed === true, progress: progress ?? null };
  }

  close(): void {
    this.trace.call(
      () => `close() of ${this.name}`,
      () => this.runner.close?.(),
    );
  }

  private resultOf(returned: unknown): Omit<RunnerResult, 'isCompleted' | 'progress'> {
    if (Array.isArray(returned)) return this.resultOfRecord({ weight: returned[0], unit: returned[1] });
    if (returned === undefined || returned === null) return this.resultOfRecord({});
    if (typeof returned === 'object') return this.resultOfRecord(Object.fromEntries(Object.entries(returned)));
    throw this.trace.wrong(
      this.name,
      `it must return nothing, a weight with its unit, or an object, but returned ${kindOf(returned)}`,
    );
  }

  private resultOfRecord(record: Params): Omit<RunnerResult, 'isCompleted' | 'progress'> {
    const { weight = 1, unit = 'ops', success = true, throughput = null, ...rest } = record;
    const { 'error-type': errorType = null, 'error-description': errorDescription = null, ...details } = rest;
    if (typeof weight !== 'number' || !Number.isFinite(weight) || weight < 0)
      throw this.trace.wrong(this.name, `"weight" must be a number of at least 0, but is ${kindOf(weight)}`);
    if (typeof unit !== 'string') throw this.trace.wrong(this.name, `"unit" must be a string, but is ${kindOf(unit)}`);
    return {
      weight,
      unit,
      success: success !== false,
      errorType: errorType === null ? null : String(errorType),
      errorDescription: errorDescription === null ? null : String(errorDescription),
      throughput: typeof throughput === 'number' ? throughput : null,
      details: scalarsOf(details),
    };
  }
}

function scalarsOf(details: Params): ReadonlyMap<string, string | number | boolean> {
  const scalars = Object.entries(details).filter(
    (entry): entry is [string, string | number | boolean] =>
      !['object', 'undefined', 'function'].includes(typeof entry[1]),
  );
  return scalars.length === 0 ? NO_DETAILS : new Map(scalars);
}

function plainParams(params: SourceParams): Params {
  if (params instanceof KeptParams) return params.value;
  const body = params.body === null ? {} : { body: params.body };
  return { ...plainCopy(params.params), ...body };
}

/** Sends the requests of a plug-in. Each that is under way at the same time has a session of its own. */
function clientOf(session: Session): RunnerClient {
  const idle: Session[] = [];
  return {
    request: (method, path, options = {}) => {
      const own = idle.pop() ?? session.fork();
      const answered = send(own, method, path, options).finally(() => idle.push(own));
      // A plug-in that does not wait for a request must not end the process with it.
      answered.catch(() => undefined);
      return answered;
    },
    sleep: async (duration) => {
      const own = idle.pop() ?? session.fork();
      await own.sleep(secondsToMillis(seconds(duration))).finally(() => idle.push(own));
    },
  };
}

async function send(
  session: Session,
  method: string,
  path: string,
  { query = {}, headers, body, timeout, ignore = [] }: RunnerRequestOptions,
): Promise<RunnerReply> {
  const text = Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  const target = text === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${text}`;
  if (!path.startsWith('/')) throw new RequestFailure('protocol', `the path "${path}" does not begin with "/"`);
  const reply = await session.request({
    method: method.toUpperCase(),
    path: target,
    headers,
    body: bodyOf(body),
    ignoredStatus: ignore,
    ...(timeout === undefined ? {} : { timeout: millis(timeout * 1000) }),
  });
  return replyOf(reply);
}

function bodyOf(body: unknown): string | Buffer | null {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body);
}

function replyOf({ status, body }: ScriptReply): RunnerReply {
  return {
    status,
    body,
    text: () => body.toString('utf8'),
    json: () => JSON.parse(body.toString('utf8')),
  };
}
