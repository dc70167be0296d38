// What the answer to a bulk request says. Usually its first bytes say that nothing failed; else each item is looked at.
import { type BulkErrors, FailedItems } from './failed-items.ts';
import { member, parseAnswer } from './json-answer.ts';
import { jsonPath, scanBoolean } from './scan.ts';

const ERRORS = jsonPath('errors');

/** True if the start of an answer says that no item failed. */
export function saysNoErrors(head: Buffer): boolean {
  return scanBoolean(head, ERRORS) === false;
}

/** What failed in a bulk request, and where. */
export interface BulkAnswerErrors extends BulkErrors {
  /** Positions of the documents of the failed items, from 0 and ascending. */
  readonly positions: readonly number[];
}

/**
 * Counts the failed items: those with a status above 299 or a failed shard, and those that are missing for the
 * documents that were sent. `null` if the body is no answer to a bulk request.
 */
export function readBulkErrors(body: Buffer, documents: number): BulkAnswerErrors | null {
  const items = member(parseAnswer(body), 'items');
  if (!Array.isArray(items)) return null;
  const failed = new FailedItems();
  const positions: number[] = [];
  for (const [position, item] of items.entries()) {
    const result = onlyMember(item);
    if (!isFailed(result)) continue;
    positions.push(position);
    const type = member(member(result, 'error'), 'type');
    const status = String(member(result, 'status'));
    failed.add({ status, type: typeof type === 'string' ? type : null, reason: reasonOf(result) });
  }
  failed.addMissing(documents - items.length);
  for (let position = items.length; position < documents; position++) positions.push(position);
  return { ...failed.sum(), positions };
}

function reasonOf(result: unknown): string | null {
  const error = member(result, 'error');
  const reason = member(error, 'reason') ?? error;
  return typeof reason === 'string' ? reason : null;
}

function isFailed(result: unknown): boolean {
  const status = member(result, 'status');
  const failedShards = member(member(result, '_shards'), 'failed');
  return (typeof status === 'number' && status > 299) || (typeof failedShards === 'number' && failedShards > 0);
}

function onlyMember(item: unknown): unknown {
  return typeof item === 'object' && item !== null ? Object.values(item)[0] : undefined;
}
