// Runs one test procedure with the command line, as a user does, and reads what it stored.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson, writeJson } from '../../src/json.ts';
import type { Results } from '../../src/metrics/results.ts';
import { packageRoot } from '../../src/package.ts';
import { parseTestRun } from '../../src/store/test-run-reader.ts';
import { type Procedure, paramsOf, type Surroundings } from './procedures.ts';

/** The figures of a run that was stored. */
export interface RunFigures {
  /** Documents that the target took. */
  readonly documents: number;
  readonly requests: number;
  /** Failed requests, those of preparation and tidying up included. */
  readonly errors: number;
  readonly failures: readonly TaskFailure[];
}

/** A kind of failure of a task. */
export interface TaskFailure {
  readonly task: string;
  readonly count: number;
  /** What failed, with an example. */
  readonly what: string;
}

/** How the run of a procedure ended. */
export interface ProcedureRun {
  readonly figures: RunFigures | null;
  /** What kept it from succeeding; `null` if nothing did. */
  readonly failure: string | null;
  /** Whether it was refused because this version of the program cannot do what it needs. */
  readonly isUnsupported: boolean;
  readonly seconds: number;
}

/** Where runs happen. */
export interface RunPlace {
  /** Holds the configuration, the corpora and the results of the runs. */
  readonly home: string;
  /** `--target-hosts`. */
  readonly server: string;
  /** `--grpc-target-hosts`; `null` = not given. */
  readonly grpcServer: string | null;
  /** `host:port` of a Kafka broker; `null` = there is none. */
  readonly kafka: string | null;
  /** After so many seconds a run is ended. */
  readonly limit: number;
  /** Ends the run at once. */
  readonly signal: AbortSignal;
}

/** Where runs in a home look for corpora. */
export const dataDirectoryOf = (home: string): string => join(home, '.benchmark', 'benchmarks', 'data');

/** What the parameters of a procedure name of the place where it runs. */
export const surroundingsOf = ({ home, kafka }: RunPlace): Surroundings => ({
  kafka: kafka ?? '',
  data: dataDirectoryOf(home),
});

const TERMINATION_LIMIT_MILLIS = 10_000;
/** So many characters of an error message are kept. */
const MOST_ERROR_TEXT = 600;

/** Runs a procedure in test mode, in a process of its own, and waits for its end. */
export async function runProcedure(procedure: Procedure, id: string, place: RunPlace): Promise<ProcedureRun> {
  const begin = performance.now();
  const execution = await execute(commandOf(procedure, id, place), place);
  const seconds = (performance.now() - begin) / 1000;
  const figures = storedFigures(id, place.home);
  const { isUnsupported } = execution;
  return { figures, failure: failureOf(execution, figures, place), isUnsupported, seconds };
}

function failureOf(
  { code, isLate, isUnsupported, errors }: Execution,
  figures: RunFigures | null,
  place: RunPlace,
): string | null {
  if (isLate) return `was ended after ${place.limit} s`;
  if (isUnsupported) return errors;
  if (code !== 0) return `ended with exit code ${code}: ${errors}`;
  return figures === null ? 'has stored no results' : null;
}

function commandOf(procedure: Procedure, id: string, place: RunPlace): readonly string[] {
  const { home, server, grpcServer } = place;
  const params = paramsOf(procedure.directory, procedure.needs, surroundingsOf(place));
  const paramsFile = join(home, 'params', `${id}.json`);
  if (params.size > 0) {
    mkdirSync(join(home, 'params'), { recursive: true });
    writeFileSync(paramsFile, writeJson(params));
  }
  return [
    join(packageRoot, 'bin', 'opensearch-benchmark'),
    'run',
    '--pipeline=benchmark-only',
    `--workload-path=${procedure.directory}`,
    `--test-procedure=${procedure.name}`,
    `--target-hosts=${server}`,
    `--test-run-id=${id}`,
    ...(grpcServer !== null && procedure.needs.parts.includes('transport-grpc')
      ? [`--grpc-target-hosts=${grpcServer}`]
      : []),
    '--test-mode',
    '--offline',
    ...(procedure.needs.withoutTasks.length > 0 ? [`--exclude-tasks=${procedure.needs.withoutTasks.join(',')}`] : []),
    ...(params.size > 0 ? [`--workload-params=${paramsFile}`] : []),
  ];
}

interface Execution {
  readonly code: number | null;
  readonly isLate: boolean;
  /** See {@link ProcedureRun.isUnsupported}. */
  readonly isUnsupported: boolean;
  /** What it wrote as errors, in one line. */
  readonly errors: string;
}

function execute([program = '', ...words]: readonly string[], { home, limit, signal }: RunPlace): Promise<Execution> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...words], {
      cwd: home,
      env: { ...process.env, BENCHMARK_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [outputs, errors]: [string[], string[]] = [[], []];
    let isLate = false;
    const end = (): void => {
      child.kill('SIGINT');
      timers.push(setTimeout(() => child.kill('SIGKILL'), TERMINATION_LIMIT_MILLIS));
    };
    const timers = [
      setTimeout(() => {
        isLate = true;
        end();
      }, limit * 1000),
    ];
    signal.addEventListener('abort', end, { once: true });
    child.stdout.setEncoding('utf8').on('data', (text: string) => outputs.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
    child.once('error', reject);
    child.once('close', (code) => {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve({
        code,
        isLate,
        isUnsupported: outputs.join('').includes('error code UNSUPPORTED'),
        errors: shortened(errors.join('')),
      });
    });
  });
}

/** An error message in one line, without what frames it. */
function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replace('[ERROR] ❌ ', '').trim();
  return line.length > MOST_ERROR_TEXT ? `${line.slice(0, MOST_ERROR_TEXT)} …` : line;
}

/** `null` if the run has stored nothing. */
function storedFigures(id: string, home: string): RunFigures | null {
  const path = join(home, '.benchmark', 'benchmarks', 'test-runs', id, 'test_run.json');
  if (!existsSync(path)) return null;
  const results = parseTestRun(parseJson(readFileSync(path, 'utf8')))?.results;
  return results === undefined || results === null ? null : figuresOf(results);
}

function figuresOf({ tasks, endpoints }: Results): RunFigures {
  return {
    documents: sum(tasks.map(({ documents }) => (documents === null ? 0 : documents.total - documents.failed))),
    requests: sum(endpoints.map(({ requests }) => requests)),
    errors: sum(endpoints.map(({ errors }) => errors)),
    failures: tasks.flatMap(({ task, errors, documents }) => [
      ...errors.map(({ kind, count, example }) => ({ task, count, what: example === '' ? kind : example })),
      ...(documents?.reasons ?? []).map(({ count, example }) => ({ task, count, what: `document: ${example}` })),
    ]),
  };
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
