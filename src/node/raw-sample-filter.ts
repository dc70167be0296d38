// Leaves raw values out of reports where they are of no use to the coordinator. At full load they are most of what
// would be sent.

import type { TaskReport, WorkerReport } from '../metrics/report.ts';
import { maxRawSamples } from '../metrics/task-metrics.ts';

const none = new Float64Array(0);
const noRaw: TaskReport['raw'] = { latency: none, serviceTime: none, clientProcessingTime: none, processingTime: none };

/**
 * Decides for the reports of one node. Percentiles are exact only while every sample of a task is held, up to {@link
 * maxRawSamples}; beyond that the histograms count, which are always sent. So raw values are of no use once this node
 * alone has more samples than that, or if a report does not have the values of all its samples.
 */
export class RawSampleFilter {
  private readonly samples = new Map<string, number>();

  /** The report as it travels: all counts and histograms, and raw values only where they are of use. */
  filter(report: WorkerReport): WorkerReport {
    return { ...report, tasks: report.tasks.map((task) => this.filterTask(task)) };
  }

  private filterTask(report: TaskReport): TaskReport {
    const { task, normalSamples, raw } = report;
    const samples = (this.samples.get(task) ?? 0) + normalSamples;
    this.samples.set(task, samples);
    return samples > maxRawSamples || raw.latency.length < normalSamples ? { ...report, raw: noRaw } : report;
  }
}
