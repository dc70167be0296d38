// The summary as JSON, for programs.
import { Float, type Json, type JsonObject, writeJson } from '../json.ts';
import type { SummaryRow } from './row.ts';

/**
 * An array with an object for each row: `metric`, `task` (`null` for figures of the cluster), `value` (`null` if there
 * is none) and `unit`. Numbers are in full.
 */
export function jsonTable(rows: readonly SummaryRow[]): string {
  return `${writeJson(rows.map(rowDocument))}\n`;
}

function rowDocument({ metric, task, value, unit }: SummaryRow): JsonObject {
  const number =
    value === null || !Number.isFinite(value.number)
      ? null
      : value.kind === 'integer'
        ? value.number
        : new Float(value.number);
  return new Map<string, Json>([
    ['metric', metric],
    ['task', task === '' ? null : task],
    ['value', number],
    ['unit', unit === '' ? null : unit],
  ]);
}
