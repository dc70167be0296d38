// What the answer to a bulk request says. Usually its first bytes say that nothing failed; else each item is looked at.
import { oneLine } from './http-error.ts';
import { member, parseAnswer } from './json-answer.ts';
import type { DocumentFailure } from './operation.ts';
import { jsonPath, scanBoolean } from './scan.ts';

const ERRORS = jsonPath('errors');
const MOST_REASONS = 5;
const MISSING_ITEM = 'no item in the answer';

/** True if the start of an answer says that no item failed. */
export function saysNoErrors(head: Buffer): boolean {
  return scanBoolean(head, ERRORS) === false;
}

/** What failed in a bulk request. */
export interface BulkErrors {
  /** How many items failed. */
  readonly count: number;
  /** In one line the first few different pairs of status and reason. */
  readonly description: string;
  /** The failed items by status and type of their error. */
  readonly kinds: readonly DocumentFailure[];
}

/**
 * Counts the failed items: those with a status above 299 or a failed shard, and those that are missing for the
 * documents that were sent. `null` if the body is no answer to a bulk request.
 */
export function readBulkErrors(body: Buffer, documents: number): BulkErrors | null {
  const items = member(parseAnswer(body), 'items');
  if (!Array.isArray(items)) return null;
  const reasons = new Set<string>();
  const kinds = new Map<string, { count: number; readonly example: string }>();
  let count = 0;
  for (const item of items) {
    const result = onlyMember(item);
    if (!isFailed(result)) continue;
    count++;
    if (reasons.size <= MOST_REASONS) reasons.add(describeItem(result));
    const kind = kindOf(result);
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, { count: 1, example: oneLine(reasonOf(result) ?? '') });
    else known.count++;
  }
  const missing = documents - items.length;
  if (missing > 0) {
    count += missing;
    reasons.add(MISSING_ITEM);
    kinds.set(MISSING_ITEM, { count: missing, example: '' });
  }
  return { count, description: describe([...reasons]), kinds: [...kinds].map(([kind, found]) => ({ kind, ...found })) };
}

/** Reasons name documents, so they are all different; types of errors are few. */
function kindOf(result: unknown): string {
  const type = member(member(result, 'error'), 'type');
  return oneLine(`HTTP ${String(member(result, 'status'))}${typeof type === 'string' ? ` ${type}` : ''}`);
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

function describeItem(result: unknown): string {
  const reason = reasonOf(result);
  const status = `HTTP status: ${String(member(result, 'status'))}`;
  return reason === null ? status : `${status}, message: ${reason}`;
}

function describe(reasons: readonly string[]): string {
  const shown = reasons.slice(0, MOST_REASONS);
  return oneLine(`${shown.join(' | ')}${reasons.length > shown.length ? ' | …' : ''}`);
}

function onlyMember(item: unknown): unknown {
  return typeof item === 'object' && item !== null ? Object.values(item)[0] : undefined;
}
