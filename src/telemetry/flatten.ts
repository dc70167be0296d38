// Numbers of nested answers under names that say where they stand.
import { entriesAt } from './document.ts';

/** Every finite number below a value, named by its keys joined with `_`, behind the prefix. */
export function flattened(value: unknown, prefix: string): readonly (readonly [name: string, value: number])[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [[prefix, value]] : [];
  return entriesAt(value).flatMap(([key, item]) => flattened(item, prefix === '' ? key : `${prefix}_${key}`));
}

/** The unit that the name of a figure of OpenSearch tells. */
export function unitOf(name: string): string {
  if (name.endsWith('_in_bytes') || name.endsWith('_bytes')) return 'byte';
  if (name.endsWith('_in_millis') || name.endsWith('_millis')) return 'ms';
  return name.endsWith('percent') ? '%' : '';
}

/** The last words of the names of figures that only grow. */
const GROWING: readonly string[] = [
  'time_in_millis',
  'total_in_millis',
  'rejected',
  'rejections',
  'completed',
  'evictions',
  'hit_count',
  'miss_count',
  'tripped',
  'collection_count',
  'rx_count',
  'tx_count',
  'rx_size_in_bytes',
  'tx_size_in_bytes',
  'total',
];

/** Whether a figure of OpenSearch only grows, by its name. */
export const isCounter = (name: string): boolean => GROWING.some((end) => name.endsWith(`_${end}`));
