// One stream of executions, measured by any number of recorders whose reports arrive in any order: throughput must
// not depend on that.

import type { ThroughputSlot } from '../../src/metrics/report.ts';
import { ThroughputGrid, type ThroughputPoint } from '../../src/metrics/throughput.ts';
import { Outcome } from '../../src/operation/operation.ts';
import { TaskRecorder } from '../../src/worker/recorder.ts';

/** One execution of a stream, in ms since the start of the step. */
export interface Execution {
  readonly start: number;
  readonly end: number;
  readonly type: ThroughputSlot['type'];
  readonly weight: number;
  /** The recorder that measures it. */
  readonly recorder: number;
}

/** Plays a stream on so many recorders, each reporting every `interval` ms; a report arrives `delay` ms late. */
export function playStream(
  stream: readonly Execution[],
  recorders: number,
  interval: number,
  delay: (report: number) => number,
): readonly ThroughputPoint[] {
  const reports: { readonly due: number; readonly start: number | null; readonly slots: readonly ThroughputSlot[] }[] =
    [];
  const outcome = new Outcome();
  for (let index = 0; index < recorders; index++) {
    const recorder = new TaskRecorder('t', false);
    recorder.begin(0);
    let next = interval;
    const report = (): void => {
      const { taskStart, slots } = recorder.drain(null);
      reports.push({ due: next + delay(reports.length), start: taskStart, slots });
      next += interval;
    };
    const own = stream
      .filter((execution) => execution.recorder % recorders === index)
      .sort((left, right) => left.end - right.end);
    if (own.length > 0) recorder.taskBegins(Math.min(...own.map(({ start }) => start)));
    for (const { start, end, type, weight } of own) {
      while (end >= next) report();
      outcome.reset();
      outcome.weight = weight;
      recorder.sample(
        type,
        { processingStart: start, requestStart: start, requestEnd: end, processingEnd: end, intended: Number.NaN },
        outcome,
      );
    }
    report();
  }
  const grid = new ThroughputGrid();
  for (const { start, slots } of reports.sort((left, right) => left.due - right.due)) grid.add(start, slots);
  return grid.points();
}

/** A target throughput that is exactly met, in requests/s, for so many seconds; recorders take turns. */
export function steadyStream(rate: number, seconds: number): readonly Execution[] {
  return Array.from({ length: rate * seconds }, (_, index): Execution => {
    const start = (index * 1000) / rate;
    return { start, end: start + 0.4, type: 'normal', weight: 1, recorder: index };
  });
}
