// The keys of a task and of a parallel element. Others are allowed, because workloads use them for comments, unless
// they look like a misspelt key.
import { closestMatch } from './closest-match.ts';
import type { ObjectView } from './object-view.ts';

const LIMIT_KEYS = ['warmup-iterations', 'iterations', 'warmup-time-period', 'time-period', 'ramp-up-time-period', 'ramp-down-time-period'] as const;

/** Keys that a task understands. */
export const TASK_KEYS: readonly string[] = [
  'name',
  'operation',
  'clients',
  'clients_list',
  ...LIMIT_KEYS,
  'target-throughput',
  'target-interval',
  'schedule',
  'ignore-response-error-level',
  'serverless',
  'tags',
  'meta',
];

/** Keys that the object of a parallel element understands. */
export const PARALLEL_KEYS: readonly string[] = ['tasks', 'clients', 'completed-by', ...LIMIT_KEYS];

/** Similarity from which a key is taken for a misspelt one: `iteration`, `target_throughput`. */
const SLIP = 0.8;

/**
 * The keys of an object that have no effect. One that is almost a known key is reported as a problem instead, because
 * the value that the author meant to give would be missing.
 */
export function findIdleKeys(view: ObjectView, known: readonly string[]): readonly string[] {
  const others = [...view.json.keys()].filter((key) => !known.includes(key) && !/^\W|comment/i.test(key));
  return others.filter((key) => {
    const meant = closestMatch(key.toLowerCase().replaceAll('_', '-'), known, SLIP);
    if (meant !== null) view.complain(key, 'is no key that has an effect here', `Did you mean "${meant}"?`);
    return meant === null;
  });
}
