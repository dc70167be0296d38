// Runners of a Python plug-in: they run in Python, and their requests go out on the connections of the client.
import { messageOf } from '../errors.ts';
import { RequestFailure, type ScriptRequest, type Session } from '../operation/operation.ts';
import type { SourceParams } from '../operation/parameter-source.ts';
import type { PluginRunner, RunnerResult } from '../plugin/host.ts';
import { millis } from '../units.ts';
import type { PythonProcess, Reply } from './python-process.ts';
import { KeptParams } from './python-source.ts';
import { type Fields, fieldsOf, listOf, numberOf, textOf } from './shapes.ts';

/** After so many refusals in a row a plug-in that catches them all is not asked any more. */
const PATIENCE = 20;

/** An execution that is under way. */
interface Run {
  readonly what: string;
  readonly session: Session;
  /** Sessions for requests that go out at the same time, and whether the first one is taken. */
  readonly forks: Session[];
  isBusy: boolean;
  /** Failures by the number of their request, for those that the plug-in does not catch. */
  readonly failures: Map<number, RequestFailure>;
  /** Requests in a row that failed because the operation or the test run is at its end. */
  deadEnds: number;
  readonly resolve: (result: RunnerResult) => void;
  readonly reject: (error: Error) => void;
}

/** All executions of runners in one Python process. */
export class PythonRuns {
  private readonly python: PythonProcess;
  private readonly runs = new Map<number, Run>();
  private next = 0;
  private alarm: NodeJS.Timeout | null = null;

  constructor(python: PythonProcess) {
    this.python = python;
  }

  /** One execution of the runner of an operation type. */
  run(name: string, what: string, given: SourceParams, session: Session): Promise<RunnerResult> {
    const number = this.next++;
    const params = given instanceof KeptParams ? null : given.params;
    const kept = given instanceof KeptParams ? { source: given.source, kept: given.kept } : { source: null, kept: 0 };
    return new Promise((resolve, reject) => {
      const failures = new Map<number, RequestFailure>();
      this.runs.set(number, { what, session, forks: [], isBusy: false, failures, deadEnds: 0, resolve, reject });
      this.tell({ do: 'run', name, run: number, params, ...kept }, what, number);
    });
  }

  /** Forgets what is under way and stops the clock. */
  close(): void {
    if (this.alarm !== null) clearTimeout(this.alarm);
    this.alarm = null;
  }

  /** Says something to Python and does what it asks for. What fails ends the run. */
  private tell(header: Parameters<PythonProcess['ask']>[0], what: string, run: number | null, bytes?: Buffer): void {
    this.python.ask(header, what, bytes).then(
      (reply) => this.obey(reply),
      (error: unknown) => {
        const broken = error instanceof Error ? error : new Error(messageOf(error));
        if (run === null) for (const number of [...this.runs.keys()]) this.end(number)?.reject(broken);
        else this.end(run)?.reject(broken);
      },
    );
  }

  private obey({ fields, bytes }: Reply): void {
    let start = 0;
    for (const event of listOf(fields.events).map(fieldsOf)) {
      const run = numberOf(event.run) ?? -1;
      if (event.kind === 'request') {
        const length = numberOf(event.bodyLength) ?? 0;
        this.send(run, event, bytes.subarray(start, start + length));
        start += length;
      } else if (event.kind === 'sleep') {
        this.sleep(run, event);
      } else if (event.kind === 'done') {
        this.end(run)?.resolve(resultOf(fieldsOf(event.result)));
      } else {
        this.fail(run, event);
      }
    }
    this.wakeIn(numberOf(fields.wait));
  }

  private send(number: number, event: Fields, body: Buffer): void {
    const run = this.runs.get(number);
    if (run === undefined) return;
    const request = numberOf(event.request) ?? -1;
    this.perform(run, number, request, async (session) => {
      const reply = await session.request(requestOf(event, body));
      run.deadEnds = 0;
      return { header: { status: reply.status }, body: reply.body };
    });
  }

  private sleep(number: number, event: Fields): void {
    const run = this.runs.get(number);
    if (run === undefined) return;
    const pause = millis(Math.max(0, (numberOf(event.seconds) ?? 0) * 1000));
    this.perform(run, number, numberOf(event.request) ?? -1, async (session) => {
      await session.sleep(pause);
      return { header: { status: 0 }, body: undefined };
    });
  }

  /** Does something on a connection of the run, and tells Python what came of it. */
  private perform(
    run: Run,
    number: number,
    request: number,
    action: (session: Session) => Promise<{ header: { status: number }; body: Buffer | undefined }>,
  ): void {
    const isMain = !run.isBusy;
    run.isBusy = true;
    const session = isMain ? run.session : run.session.fork();
    if (!isMain) run.forks.push(session);
    action(session)
      .then(
        ({ header, body }) => this.tell({ do: 'answer', request, ...header }, run.what, number, body),
        (error: unknown) => this.onFailure(run, number, request, error),
      )
      .finally(() => {
        if (isMain) run.isBusy = false;
        else session.release();
      });
  }

  private onFailure(run: Run, number: number, request: number, error: unknown): void {
    if (!(error instanceof RequestFailure)) {
      this.end(number)?.reject(error instanceof Error ? error : new Error(messageOf(error)));
      return;
    }
    run.failures.set(request, error);
    run.deadEnds = error.kind === 'timeout' || error.kind === 'cancelled' ? run.deadEnds + 1 : 0;
    if (run.deadEnds > PATIENCE) {
      this.tell({ do: 'cancelRun', run: number }, run.what, number);
      this.end(number)?.reject(error);
      return;
    }
    if (error.status === null)
      this.tell({ do: 'answer', request, failure: error.kind, message: error.message }, run.what, number);
    else {
      const body = error.body ?? Buffer.alloc(0);
      this.tell({ do: 'answer', request, status: error.status }, run.what, number, body);
    }
  }

  private fail(number: number, event: Fields): void {
    const run = this.end(number);
    if (run === undefined) return;
    const failure = run.failures.get(numberOf(event.request) ?? -1);
    run.reject(failure ?? this.python.failures.raised(run.what, event.error));
  }

  private end(number: number): Run | undefined {
    const run = this.runs.get(number);
    this.runs.delete(number);
    for (const fork of run?.forks ?? []) fork.release();
    return run;
  }

  /** Python has something to do in so many seconds. */
  private wakeIn(wait: number | null): void {
    if (this.alarm !== null) clearTimeout(this.alarm);
    this.alarm = null;
    if (wait === null) return;
    this.alarm = setTimeout(
      () => {
        this.alarm = null;
        this.tell({ do: 'wake' }, 'a runner', null);
      },
      Math.ceil(wait * 1000),
    );
  }
}

/** The runner of one client. */
export class PythonRunner implements PluginRunner {
  readonly decidesCompletion: boolean;
  private readonly runs: PythonRuns;
  private readonly name: string;
  private readonly what: string;

  constructor(runs: PythonRuns, name: string, task: string, decidesCompletion: boolean) {
    this.runs = runs;
    this.name = name;
    this.what = `runner "${name}" of task "${task}"`;
    this.decidesCompletion = decidesCompletion;
  }

  run(params: SourceParams, client: Session): Promise<RunnerResult> {
    return this.runs.run(this.name, this.what, params, client);
  }

  close(): void {
    // The runner itself is one for all clients of the process.
  }
}

function requestOf(event: Fields, body: Buffer): ScriptRequest {
  const headers = Object.entries(fieldsOf(event.headers)).map(([name, value]) => [name, textOf(value)]);
  const timeout = numberOf(event.timeout);
  return {
    method: textOf(event.method),
    path: textOf(event.path),
    body: event.hasBody === true ? body : null,
    headers: headers.length === 0 ? undefined : Object.fromEntries(headers),
    ...(timeout === null || timeout <= 0 ? {} : { timeout: millis(timeout * 1000) }),
    ignoredStatus: listOf(event.ignored).filter((status) => typeof status === 'number'),
  };
}

function resultOf(fields: Fields): RunnerResult {
  const details = new Map<string, string | number | boolean>();
  for (const [name, value] of Object.entries(fieldsOf(fields.details))) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') details.set(name, value);
  }
  return {
    weight: numberOf(fields.weight) ?? 1,
    unit: textOf(fields.unit) === '' ? 'ops' : textOf(fields.unit),
    success: fields.success !== false,
    errorType: typeof fields.errorType === 'string' ? fields.errorType : null,
    errorDescription: typeof fields.errorDescription === 'string' ? fields.errorDescription : null,
    throughput: numberOf(fields.throughput),
    details,
    isCompleted: fields.completed === true,
    progress: numberOf(fields.progress),
  };
}
