// What became of one execution of an operation: read from its answer, or failed as a whole.
import { messageOf } from '../errors.ts';
import type { LoadOperation, Outcome, RequestOperation } from '../operation/operation.ts';
import type { Answer } from '../transport/answer.ts';

/** Lets the operation read an answer. One that it cannot read is a failure. */
export function readAnswer(operation: RequestOperation, answer: Answer, outcome: Outcome): void {
  try {
    operation.read(answer, outcome);
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
  const count = (operation?.kind === 'request' ? operation.documents : undefined) ?? 0;
  if (count === 0) return;
  outcome.documents = count;
  outcome.failedDocuments = [{ kind, count, example: description }];
}
