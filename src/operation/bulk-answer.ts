// What the answer to a bulk request says. Usually its first bytes say that nothing failed; else each item is looked at.
import { oneLine } from './http-error.ts';
import { jsonPath, scanBoolean } from './scan.ts';

const ERRORS = jsonPath('errors');
const MOST_REASONS = 5;

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
}

/**
 * Counts the failed items: those with a status above 299 or a failed shard. `null` if the body is no answer to a bulk
 * request.
 */
export function readBulkErrors(body: Buffer): BulkErrors | null {
  const items = member(parse(body), 'items');
  if (!Array.isArray(items)) return null;
  const reasons = new Set<string>();
  let count = 0;
  for (const item of items) {
    const result = onlyMember(item);
    if (!isFailed(result)) continue;
    count++;
    if (reasons.size <= MOST_REASONS) reasons.add(describeItem(result));
  }
  return { count, description: describe([...reasons]) };
}

function isFailed(result: unknown): boolean {
  const status = member(result, 'status');
  const failedShards = member(member(result, '_shards'), 'failed');
  return (typeof status === 'number' && status > 299) || (typeof failedShards === 'number' && failedShards > 0);
}

function describeItem(result: unknown): string {
  const error = member(result, 'error');
  const reason = member(error, 'reason') ?? error;
  const status = `HTTP status: ${String(member(result, 'status'))}`;
  return typeof reason === 'string' ? `${status}, message: ${reason}` : status;
}

function describe(reasons: readonly string[]): string {
  const shown = reasons.slice(0, MOST_REASONS);
  return oneLine(`${shown.join(' | ')}${reasons.length > shown.length ? ' | …' : ''}`);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    // The caller reports an answer that is not JSON as one that cannot be read.
    return null;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function onlyMember(item: unknown): unknown {
  return typeof item === 'object' && item !== null ? Object.values(item)[0] : undefined;
}
