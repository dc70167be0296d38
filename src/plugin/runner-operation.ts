// An operation of a type that a plug-in runs itself.
import { BenchmarkError } from '../errors.ts';
import {
  type OperationContext,
  type Outcome,
  RequestFailure,
  type ScriptOperation,
  type Session,
} from '../operation/operation.ts';
import type { ParameterSource, SourceParams } from '../operation/parameter-source.ts';
import { longestWait, secondsToMillis } from '../units.ts';
import type { PluginRunner, RunnerResult } from './host.ts';

/**
 * One client's executions of a runner, with the parameters of a source, or with those of the workload if `source` is
 * `null`.
 */
export class RunnerOperation implements ScriptOperation {
  readonly kind = 'script';
  readonly isFinite: boolean;
  private readonly runner: PluginRunner;
  private readonly source: ParameterSource | null;
  private readonly constant: SourceParams;
  private current: SourceParams;
  private last: RunnerResult | null = null;

  constructor(runner: PluginRunner, source: ParameterSource | null, { spec }: OperationContext) {
    this.runner = runner;
    this.source = source;
    this.isFinite = runner.decidesCompletion || source?.isFinite === true;
    this.constant = { params: spec.params, body: null };
    this.current = this.constant;
  }

  ready(): Promise<void> | null {
    return this.source?.ready() ?? null;
  }

  next(): boolean {
    if (this.runner.decidesCompletion && this.last?.isCompleted === true) return false;
    const item = this.source === null ? this.constant : this.source.next();
    if (item === null) return false;
    this.current = item;
    return true;
  }

  progress(): number | null {
    return this.last?.progress ?? this.source?.progress() ?? null;
  }

  async run(session: Session, outcome: Outcome): Promise<void> {
    try {
      this.last = await withinLimit(session, this.runner.run(this.current, session));
      tell(this.last, outcome);
    } catch (error) {
      if (!(error instanceof BenchmarkError) || error.code !== 'PLUGIN') throw error;
      outcome.weight = 0;
      outcome.fail('plugin', describe(error));
    }
  }

  close(): void {
    this.runner.close();
    this.source?.close();
  }
}

/** Rejects when the operation reaches its time limit or is cancelled, whatever the plug-in waits for. */
async function withinLimit<T>(session: Session, work: Promise<T>): Promise<T> {
  const watch = session.fork();
  // What the plug-in still does when its time is over concerns nobody.
  work.catch(() => undefined);
  const limit = watch
    .sleep(secondsToMillis(longestWait))
    .then(() => Promise.reject(new RequestFailure('timeout', 'too late')));
  limit.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    watch.release();
  }
}

function tell(result: RunnerResult, outcome: Outcome): void {
  outcome.weight = result.weight;
  outcome.unit = result.unit;
  outcome.throughput = result.throughput;
  outcome.throughput = result.throughput;
  if (result.details.size > 0) outcome.details = result.details;
  if (!result.success)
    outcome.fail(result.errorType ?? 'runner', result.errorDescription ?? 'The runner reports a failure.');
}

/** One line: what failed, and where. */
function describe({ message, problems: [first] }: BenchmarkError): string {
  return first === undefined ? message : `${message} (${first.file ?? ''}:${first.line ?? 0})`;
}
