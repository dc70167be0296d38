// An operation that sends the same request again and again, whose bytes are made once.
import type { Answer } from '../../transport/answer.ts';
import type { PreparedRequest } from '../../transport/request.ts';
import type { Outcome, RequestOperation } from '../operation.ts';

/** An endless source of one request; `read` looks at the whole body of each answer. */
export function constantOperation(
  request: PreparedRequest,
  read: (answer: Answer, outcome: Outcome) => void,
): RequestOperation {
  return {
    kind: 'request',
    isFinite: false,
    bodyUse: 'all',
    progress: () => null,
    ready: () => null,
    next: () => request,
    read,
  };
}
