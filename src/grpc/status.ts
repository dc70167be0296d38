// What the statuses of gRPC mean to a load: which kind of failure one is, and which status of HTTP says the same.
import type { Refusal } from '../transport/answer.ts';

interface StatusMeaning {
  readonly name: string;
  /** By which the client options decide about repeats. */
  readonly http: number;
}

const meaning = (name: string, http: number): StatusMeaning => ({ name, http });

/** By the number of the status, from 0. */
const STATUSES: readonly StatusMeaning[] = [
  meaning('OK', 200),
  meaning('CANCELLED', 499),
  meaning('UNKNOWN', 500),
  meaning('INVALID_ARGUMENT', 400),
  meaning('DEADLINE_EXCEEDED', 504),
  meaning('NOT_FOUND', 404),
  meaning('ALREADY_EXISTS', 409),
  meaning('PERMISSION_DENIED', 403),
  meaning('RESOURCE_EXHAUSTED', 429),
  meaning('FAILED_PRECONDITION', 400),
  meaning('ABORTED', 409),
  meaning('OUT_OF_RANGE', 400),
  meaning('UNIMPLEMENTED', 501),
  meaning('INTERNAL', 500),
  meaning('UNAVAILABLE', 503),
  meaning('DATA_LOSS', 500),
  meaning('UNAUTHENTICATED', 401),
];

const DEADLINE_EXCEEDED = 4;
const UNKNOWN = meaning('UNKNOWN', 500);

/** The status of HTTP that means the same as one of gRPC. */
export const httpStatusOf = (code: number): number => (STATUSES[code] ?? UNKNOWN).http;

const LONGEST_REASON = 300;

/** The first cause in the error of the REST interface, which OpenSearch sends along in one line. */
const ROOT_CAUSE = /; details=\{.*?"root_cause":\[\{[^}]*?"reason":"((?:[^"\\]|\\.)*)".*/;

/** OpenSearch sends its stack trace along, in the lines that follow. */
function firstLine(details: string): string {
  const first = details.trim().split('\n', 1)[0] ?? '';
  const line = first
    .replace(ROOT_CAUSE, (_, reason: string) => `; caused by ${reason}`)
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON - 1)}…` : line;
}

/** A failure as it is counted and described; `details` is what the server or the library says of it. */
export function refusalOf(code: number, details: string): Refusal {
  const kind = code === DEADLINE_EXCEEDED ? 'timeout' : `gRPC ${(STATUSES[code] ?? UNKNOWN).name}`;
  const reason = firstLine(details);
  return { kind, description: reason === '' ? kind : `${kind}: ${reason}` };
}
