// Leaves raw values out of reports that cannot be of use to the coordinator: at full load they are most of what would travel.

import type { TaskReport, WorkerReport } from '../metrics/report.ts';
import { maxRawSamples } from '../metrics/task-metrics.ts';

const none = new Float64Array(0);
const noRaw: TaskReport['raw'] = { latency: none, serviceTime: none, clientProcessingTime: none, processingTime: none };

/**
 * Percentiles are exact only while every sample of a task is held, up to {@link maxRawSamples}; beyond that the histograms count, which always travel.
 * So a node whose own samples are more, or a report that does not have all of its own, needs no raw values.
 */
export class Lightener {
  private readonly samples = new Map<string, number>();

  lighten(report: WorkerReport): WorkerReport {
    return { ...report, tasks: report.tasks.map((task) => this.lightenTask(task)) };
  }

  private lightenTask(report: TaskReport): TaskReport {
    const { task, normalSamples, raw } = report;
    const samples = (this.samples.get(task) ?? 0) + normalSamples;
    this.samples.set(task, samples);
    return samples > maxRawSamples || raw.latency.length < normalSamples ? { ...report, raw: noRaw } : report;
  }
}
