// What Milvus says: each answer has HTTP status 200 and a `code`, which is 0 for success.
import type { Refusal } from '../../transport/answer.ts';
import { oneLine } from '../http-error.ts';
import { member, parseAnswer } from '../json-answer.ts';

/** The failure that an answer tells of; `null` = success. */
export function milvusRefusal(body: Buffer): Refusal | null {
  const answer = parseAnswer(body);
  const code = member(answer, 'code');
  // Before version 2.4.3 success was 200.
  if (code === 0 || code === 200) return null;
  if (typeof code !== 'number')
    return { kind: 'unreadable answer', description: 'The answer is not one of Milvus: it has no "code".' };
  const kind = `Milvus ${code}`;
  const message = member(answer, 'message');
  return { kind, description: typeof message === 'string' ? `${kind}: ${oneLine(message)}` : kind };
}

/** How many entities an answer says were inserted; `null` if it does not say so. */
export function insertCount(body: Buffer): number | null {
  const count = member(member(parseAnswer(body), 'data'), 'insertCount');
  return typeof count === 'number' ? count : null;
}
