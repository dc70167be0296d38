// Says in one line why a request failed, and of what kind the failure is.
import type { Answer, Refusal } from '../transport/answer.ts';
import { decodeBody } from './body.ts';
import { healthState, isHealth } from './health-state.ts';
import type { RequestFailure } from './operation.ts';
import { type JsonPath, jsonPath, scanString } from './scan.ts';

const LONGEST_DESCRIPTION = 300;

interface CausePaths {
  readonly type: JsonPath;
  readonly reason: JsonPath;
}

const causePaths = (place: string): CausePaths => ({
  type: jsonPath(`${place}.type`),
  reason: jsonPath(`${place}.reason`),
});

const TOP = causePaths('error');
/** Where the cause stands that an error such as "all shards failed" only wraps, and what is below it in turn. */
const ROOT_CAUSES = [
  'error.root_cause.0',
  'error.failed_shards.0.reason',
  'error.failed_shards.0.reason.caused_by',
  'error.failures.0.reason',
  'failures.0.cause',
  'failures.0.reason',
  '_shards.failures.0.reason',
].map(causePaths);
const PLAIN_ERROR = jsonPath('error');
const MESSAGE = jsonPath('message');

/**
 * Describes an error answer to a load request (status ≥ 300): `HTTP 429`, with type and reason from the part of its
 * body that was kept.
 */
export function describeHttpError(answer: Answer): Refusal {
  return answer.refusal ?? describeStatus(answer.status, decodeBody(answer));
}

/** Describes a failed request of a script. */
export function describeFailure(failure: RequestFailure): Refusal {
  if (failure.refusal !== null) return failure.refusal;
  if (failure.status !== null) return describeStatus(failure.status, failure.body ?? Buffer.alloc(0));
  const kind = failure.kind === 'connection' ? 'connection lost' : failure.kind;
  return { kind, description: oneLine(failure.message) };
}

function describeStatus(status: number, body: Buffer): Refusal {
  const kind = `HTTP ${status}`;
  const reason = reasonOf(body);
  return { kind, description: reason === '' ? kind : `${kind}: ${reason}` };
}

function reasonOf(body: Buffer): string {
  const top = causeAt(body, TOP);
  const causes = [...new Set(ROOT_CAUSES.map((cause) => causeAt(body, cause)))].filter(
    (cause) => cause !== '' && cause !== top,
  );
  if (top !== '' || causes.length > 0)
    return oneLine([top, ...causes].filter((part) => part !== '').join('; caused by '));
  if (isHealth(body)) return healthState(body);
  const plain = scanString(body, PLAIN_ERROR) ?? scanString(body, MESSAGE);
  return oneLine(plain ?? body.toString('utf8', 0, LONGEST_DESCRIPTION * 4));
}

/** Type and reason at a place of the body, as far as they are there. */
function causeAt(body: Buffer, { type, reason }: CausePaths): string {
  return [scanString(body, type), scanString(body, reason)].filter((part) => part !== undefined).join(': ');
}

/** A text as one line without control characters, shortened to a few hundred characters. */
export function oneLine(text: string): string {
  const line = text.replace(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length > LONGEST_DESCRIPTION ? `${line.slice(0, LONGEST_DESCRIPTION - 1)}…` : line;
}
