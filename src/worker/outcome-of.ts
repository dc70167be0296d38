// What became of one execution of an operation: read from its answer, or failed as a whole.
import { messageOf } from '../errors.ts';
import { assertOutcome } from '../operation/assertions.ts';
import { describeFailure, describeHttpError } from '../operation/http-error.ts';
import { type LoadOperation, type Outcome, RequestFailure, type RequestOperation } from '../operation/operation.ts';
import type { Answer } from '../transport/answer.ts';
import type { ClientRun } from './client-run.ts';

/** Lets the operation read an answer. It is a failure if it cannot be read or violates an assertion. */
export function readAnswer(
  { assertions }: ClientRun,
  operation: RequestOperation,
  answer: Answer,
  outcome: Outcome,
): void {
  try {
    operation.read(answer, outcome);
    if (assertions.length > 0) assertOutcome(assertions, outcome);
  } catch (error) {
    failWhole(outcome, operation, 'unreadable answer', messageOf(error));
  }
}

/** Makes the outcome a failure in which nothing was done; the documents that were sent count as failed. */
export function failWhole(
  outcome: Outcome,
  operation: LoadOperation | undefined,
  kind: string,
  description: string,
): void {
  outcome.failWhole(kind, description);
  const count = operation?.documents ?? 0;
  if (count === 0) return;
  outcome.documents = count;
  outcome.failedDocuments = [{ kind, count, example: description }];
}

/** Whether the status of an answer is a failure for the operation. */
export const isHttpError = ({ status }: Answer, { ignoredStatus }: RequestOperation): boolean =>
  status >= 300 && !(ignoredStatus?.includes(status) ?? false);

/** Makes the outcome a failure because of the status of an answer. */
export function failWithStatus(outcome: Outcome, operation: RequestOperation, answer: Answer): void {
  const { kind, description } = describeHttpError(answer);
  failWhole(outcome, operation, kind, description);
}

/** Makes the outcome a failure because a request was lost, or because of whatever else was thrown meanwhile. */
export function failWithError(outcome: Outcome, operation: LoadOperation, error: unknown): void {
  const { kind, description } =
    error instanceof RequestFailure
      ? describeFailure(error)
      : { kind: 'unreadable answer', description: messageOf(error) };
  failWhole(outcome, operation, kind, description);
}
