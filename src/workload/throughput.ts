// How fast a task shall be: `target-throughput` and `target-interval`.
import { isJsonNumber, type Json, toNumber } from '../json.ts';
import { longestWait } from '../units.ts';
import type { TargetThroughput } from './model.ts';
import { describeJson, type ObjectView } from './object-view.ts';

/** `<number> <unit>/s`; what follows is ignored. A number alone counts operations, as it does without quotes. */
const RATE = /^\s*((?:\d*\.)?\d+)(?:\s*$|\s(\w+)\/s)/;

/**
 * The rate of all clients of a task together; `null` = unthrottled (absent, 0, `none` or an empty string). Reports what
 * cannot be read.
 */
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
  if (seconds > 0 && seconds <= longestWait) return { value: 1 / seconds, unit: 'ops' };
  task.complain(
    'target-interval',
    `must be a number of seconds above 0 and of at most ${longestWait}, not ${describeJson(interval)}`,
  );
  return null;
}

/** Templates write `None` where a parameter is null; the official workloads document `none` for no limit. */
function isGiven(value: Json | undefined): value is Json {
  if (value === undefined || value === null) return false;
  if (typeof value === 'string') return !/^(?:none)?$/i.test(value.trim());
  return !(isJsonNumber(value) && toNumber(value) === 0);
}

function rateOf(task: ObjectView, throughput: Json): TargetThroughput | null {
  const match = typeof throughput === 'string' ? RATE.exec(throughput) : null;
  const value = match !== null ? Number(match[1]) : isJsonNumber(throughput) ? toNumber(throughput) : Number.NaN;
  if (value === 0) return null;
  if (!Number.isFinite(value) || value < 1 / longestWait) {
    const expected = 'a number of operations per second, a text such as "5000 docs/s", or "none"';
    task.complain('target-throughput', `must be ${expected}, not ${describeJson(throughput)}`);
    return null;
  }
  return { value, unit: match?.[2] ?? 'ops' };
}
