// What the answer to a search says of the search: hits, relation, `took`, `timed_out` (`detailed-results`), and the
// metrics of a profile.
import { member, parseAnswer } from './json-answer.ts';
import { jsonPath, scanBoolean, scanNumber, scanString } from './scan.ts';

const TOOK = jsonPath('took');
const TIMED_OUT = jsonPath('timed_out');
const TOTAL = jsonPath('hits.total');
const TOTAL_VALUE = jsonPath('hits.total.value');
const TOTAL_RELATION = jsonPath('hits.total.relation');

/** What the start of an answer to a search says; `undefined` = it does not say it. */
export interface SearchDetails {
  /** Time that the server took, in ms. */
  readonly took: number | undefined;
  readonly timedOut: boolean | undefined;
  /** Total hits; `undefined` if the search did not count them. */
  readonly hits: number | undefined;
  /** `eq` if the total is exact, `gte` if it is a lower bound. */
  readonly relation: string | undefined;
}

/** Reads the details from an answer, of which only the start may be there. */
export function scanSearchDetails(body: Buffer): SearchDetails {
  return {
    took: scanNumber(body, TOOK),
    timedOut: scanBoolean(body, TIMED_OUT),
    hits: scanNumber(body, TOTAL_VALUE) ?? scanNumber(body, TOTAL),
    relation: scanString(body, TOTAL_RELATION),
  };
}

/** The details under the names that assertions use. Missing ones are 0, false and `eq`. */
export function nameDetails(details: SearchDetails): ReadonlyMap<string, string | number | boolean> {
  return new Map<string, string | number | boolean>([
    ['hits', details.hits ?? 0],
    ['hits_relation', details.relation ?? 'eq'],
    ['timed_out', details.timedOut ?? false],
    ['took', details.took ?? 0],
  ]);
}

/**
 * Metrics of a profiled search in ms, `null` if the answer holds no profile. `query_time` is the sum of `time_in_nanos`
 * of the queries of all shards. Each named metric is the sum of that entry of `breakdown` over these queries and their
 * children.
 */
export function readProfile(body: Buffer, metrics: readonly string[]): ReadonlyMap<string, number> | null {
  const shards = listAt(member(parseAnswer(body), 'profile'), 'shards');
  if (shards.length === 0) return null;
  const sums = new Map<string, number>([['query_time', 0], ...metrics.map((name): [string, number] => [name, 0])]);
  const add = (name: string, nanos: unknown): void => {
    if (typeof nanos === 'number') sums.set(name, (sums.get(name) ?? 0) + nanos / 1e6);
  };
  const addBreakdown = (query: unknown): void => {
    for (const name of metrics) add(name, member(member(query, 'breakdown'), name));
    for (const child of listAt(query, 'children')) addBreakdown(child);
  };
  for (const shard of shards) {
    for (const search of listAt(shard, 'searches')) {
      for (const query of listAt(search, 'query')) {
        add('query_time', member(query, 'time_in_nanos'));
        addBreakdown(query);
      }
    }
  }
  return sums;
}

function listAt(value: unknown, name: string): readonly unknown[] {
  const list = member(value, name);
  return Array.isArray(list) ? list : [];
}
