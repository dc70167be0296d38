// Keeps how a test run went over time, from the reports of all workers.
import type { RunHistory, TelemetrySeries } from './history.ts';
import { NodeSum, TaskSum } from './history-sums.ts';
import type { WorkerReport } from './report.ts';
import { TimeCells } from './time-cells.ts';

/** Cells that are held of one task or machine; a longer course has longer cells. */
const DEFAULT_BOUND = 600;

/** Takes the reports of all workers, in any order of the workers, and keeps the course of the test run. */
export class HistoryRecorder {
  private readonly startedAt: number;
  private readonly bound: number;
  private readonly tasks = new Map<string, TaskCourse>();
  private readonly nodes = new Map<string, TimeCells<NodeSum>>();
  private readonly stepStarts = new Map<number, number>();

  /** @param startedAt start of the test run in ms since 1970 */
  constructor(startedAt: number, bound: number = DEFAULT_BOUND) {
    this.startedAt = startedAt;
    this.bound = bound;
  }

  /** Notes when a step starts, in ms since the start of the test run. */
  beginStep(step: number, at: number): void {
    this.stepStarts.set(step, at);
  }

  /** Adds what a worker of a machine did. What it tells before the clock of its step runs belongs to no time. */
  add(report: WorkerReport, node: string): void {
    const stepStart = this.stepStarts.get(report.step);
    if (report.at === null || stepStart === undefined) return;
    const middle = stepStart + Math.max(0, report.at - report.health.intervalMillis / 2);
    for (const task of report.tasks) {
      if (task.requests + task.refusedRequests + task.slots.length === 0) continue;
      const course = this.course(task.task, stepStart);
      course.unit = task.unit ?? course.unit;
      course.cells.at(middle).add(task);
      for (const { end, work } of task.slots) course.cells.at(stepStart + end).work += work;
    }
    let cells = this.nodes.get(node);
    if (cells === undefined) {
      cells = new TimeCells(this.bound, 0, () => new NodeSum());
      this.nodes.set(node, cells);
    }
    cells.at(middle).add(report);
  }

  /** The course so far; `telemetry` is what devices have read beside it. */
  history(telemetry: readonly TelemetrySeries[] = []): RunHistory {
    return {
      startedAt: this.startedAt,
      tasks: [...this.tasks].map(([task, { unit, cells }]) => ({
        task,
        unit,
        length: cells.length,
        cells: cells.list().map(({ start, content }) => content.result(start)),
      })),
      nodes: [...this.nodes].map(([node, cells]) => ({
        node,
        length: cells.length,
        cells: cells.list().map(({ start, content }) => content.result(start)),
      })),
      telemetry,
    };
  }

  /** The cells of a task begin with its step, so that only the last one of a task is not full. */
  private course(task: string, origin: number): TaskCourse {
    let course = this.tasks.get(task);
    if (course === undefined) {
      course = { unit: null, cells: new TimeCells(this.bound, origin, () => new TaskSum()) };
      this.tasks.set(task, course);
    }
    return course;
  }
}

interface TaskCourse {
  unit: string | null;
  readonly cells: TimeCells<TaskSum>;
}
