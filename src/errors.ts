// The one error class of the project. An error says what failed, where, and what to do.

/**
 * Stable codes of errors, for scripts and for errors that pass from thread to thread. `docs/errors.md` describes each.
 */
export type ErrorCode =
  | 'USAGE'
  | 'CONFIG'
  | 'WORKLOAD_NOT_FOUND'
  | 'WORKLOAD_REPOSITORY'
  | 'WORKLOAD_SYNTAX'
  | 'WORKLOAD_INVALID'
  | 'WORKLOAD_PARAMS_UNUSED'
  | 'UNSUPPORTED'
  | 'PLUGIN'
  | 'CORPUS'
  | 'DISK'
  | 'TARGET_UNREACHABLE'
  | 'TARGET_REJECTED'
  | 'TARGET_NOT_OPENSEARCH'
  | 'TLS'
  | 'CREDENTIALS'
  | 'OPERATION_FAILED'
  | 'WORKER_LOST'
  | 'FLEET'
  | 'TEST_RUN_NOT_FOUND'
  | 'ANOTHER_RUN'
  | 'CANCELLED'
  | 'INTERNAL';

/** Exit codes of the commands `opensearch-benchmark` and `opensearch-benchmarkd`. */
export const exitCodes = { success: 0, noCommand: 1, usage: 2, regression: 3, failure: 64, cancelled: 130 } as const;

/** One thing wrong with an input, as precisely as it can be located. Lines and columns count from 1. */
export interface Problem {
  readonly file?: string | undefined;
  /** JSON path in the rendered document, e.g. `test_procedures[0].schedule[2].clients`. */
  readonly path?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What an error may say besides its code and message. */
export interface ErrorDetails {
  /** What the user can do about it. */
  readonly hint?: string | undefined;
  /** Exit code of the command that ends with this error. The default follows from the error code. */
  readonly exitCode?: number | undefined;
  /** The error that led to this one; its message is logged. */
  readonly cause?: unknown;
  /** All problems of the input, when it has several. */
  readonly problems?: readonly Problem[] | undefined;
}

/**
 * Every failure that the program foresees. Callers tell errors apart by `code`, which also survives the way between
 * threads.
 */
export class BenchmarkError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly exitCode: number;
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'BenchmarkError';
    this.code = code;
    this.hint = details.hint;
    this.exitCode =
      details.exitCode ??
      (code === 'USAGE' ? exitCodes.usage : code === 'CANCELLED' ? exitCodes.cancelled : exitCodes.failure);
    this.problems = details.problems ?? [];
  }
}

/** An error as plain data, so that it can pass between threads and processes. Causes are reduced to their messages. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly exitCode: number;
  readonly problems: readonly Problem[];
  /** Messages of the causes, outermost first. */
  readonly causes: readonly string[];
}

/** Any thrown value as plain data. What is not a {@link BenchmarkError} gets the code `INTERNAL`. */
export function toWireError(error: unknown): WireError {
  const known = error instanceof BenchmarkError ? error : new BenchmarkError('INTERNAL', messageOf(error));
  return {
    code: known.code,
    message: known.message,
    hint: known.hint,
    exitCode: known.exitCode,
    problems: known.problems,
    causes: causeMessages(error).slice(1),
  };
}

/** The error that {@link toWireError} made into data, with its causes as plain errors. */
export function fromWireError(wire: WireError): BenchmarkError {
  const cause = wire.causes.reduceRight<Error | undefined>(
    (inner, message) => new Error(message, inner === undefined ? undefined : { cause: inner }),
    undefined,
  );
  return new BenchmarkError(wire.code, wire.message, {
    hint: wire.hint,
    exitCode: wire.exitCode,
    problems: wire.problems,
    cause,
  });
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The messages of an error and of its causes, outermost first, ten at most: causes may form a circle. */
export function causeMessages(error: unknown): readonly string[] {
  const messages: string[] = [];
  for (let current: unknown = error; current !== undefined && messages.length < 10; ) {
    messages.push(messageOf(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return messages;
}

/** A problem as one line: `file:line:column at path: message`. */
export function formatProblem(problem: Problem): string {
  const position =
    problem.line === undefined ? '' : `:${problem.line}${problem.column === undefined ? '' : `:${problem.column}`}`;
  const path = problem.path ?? '';
  const where = `${problem.file ?? ''}${position}${path === '' || problem.file === undefined ? path : ` at ${path}`}`;
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  return `${where === '' ? '' : `${where}: `}${problem.message}${hint}`;
}

/**
 * Ends a switch over the kinds of a union: it compiles only while every kind has a case. Fails with `INTERNAL` if data
 * of another kind got past the parsers; only the kind is named, for the rest may be secret.
 */
export function unreachable(value: never): never {
  const kind =
    typeof value === 'object' && value !== null && 'kind' in value ? String(Reflect.get(value, 'kind')) : typeof value;
  throw new BenchmarkError('INTERNAL', `Nobody handles the kind "${kind}".`);
}
