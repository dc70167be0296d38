// How fast a task wants to be: `target-throughput` and `target-interval` (spec/3 §2.3).
import { isJsonNumber, type Json, toNumber } from '../json.ts';
import type { TargetThroughput } from './model.ts';
import { describeJson, type ObjectView } from './object-view.ts';

/** `<number> <unit>/s`; what follows is ignored. */
const RATE = /^((?:\d*\.)?\d+)\s(\w+)\/s/;

/** The rate of all clients of a task together; `null` = unthrottled (absent, 0 or an empty string). Reports what cannot be read. */
export function readTargetThroughput(task: ObjectView): TargetThroughput | null {
  const throughput = task.raw('target-throughput');
  const interval = task.raw('target-interval');
  if (isGiven(throughput) && isGiven(interval)) {
    task.complain('target-interval', 'target-throughput and target-interval exclude each other', 'Remove one of them.');
    return null;
  }
  if (isGiven(throughput)) return rateOf(task, throughput);
  if (!isGiven(interval)) return null;
  const seconds = isJsonNumber(interval) ? toNumber(interval) : Number.NaN;
  if (Number.isFinite(seconds) && seconds > 0) return { value: 1 / seconds, unit: 'ops' };
  task.complain('target-interval', `must be a number of seconds above 0, not ${describeJson(interval)}`);
  return null;
}

function isGiven(value: Json | undefined): value is Json {
  if (value === undefined || value === null || value === '') return false;
  return !(isJsonNumber(value) && toNumber(value) === 0);
}

function rateOf(task: ObjectView, throughput: Json): TargetThroughput | null {
  const match = typeof throughput === 'string' ? RATE.exec(throughput) : null;
  const value = match !== null ? Number(match[1]) : isJsonNumber(throughput) ? toNumber(throughput) : Number.NaN;
  if (!Number.isFinite(value) || value < 0) {
    task.complain('target-throughput', `must be a number of operations per second or a text such as "5000 docs/s", not ${describeJson(throughput)}`);
    return null;
  }
  return value === 0 ? null : { value, unit: match?.[2] ?? 'ops' };
}
