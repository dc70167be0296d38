// What a node keeps of a test run whose coordinator is gone: its totals, and its last reports.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { writeReport } from '../fleet/protocol/report-codec.ts';
import type { TaskTotals } from '../fleet/protocol/totals.ts';
import type { WorkerReport } from '../metrics/report.ts';

/** Of which test run and node the report is, and why it never reached the coordinator. */
export interface OrphanReport {
  readonly testRunId: string;
  readonly address: string;
  readonly reason: string;
  /** Number of messages that the coordinator has not taken. */
  readonly unsent: number;
}

/** Where a node keeps what belongs to a test run: `<root.dir>/test-runs/<id>`. */
export const testRunDirectory = (rootDirectory: string, testRunId: string): string =>
  join(rootDirectory, 'test-runs', plain(testRunId));

/** Path of a report: `<root.dir>/test-runs/<id>/node-<address>.json`. */
export const orphanReportPath = (rootDirectory: string, testRunId: string, address: string): string =>
  join(testRunDirectory(rootDirectory, testRunId), `node-${plain(address)}.json`);

/** Writes the report, and returns its path. `totals` and `reports` are those of this node alone. Fails with DISK. */
export async function writeOrphanReport(
  rootDirectory: string,
  orphan: OrphanReport,
  totals: readonly TaskTotals[],
  reports: readonly WorkerReport[],
): Promise<string> {
  const path = orphanReportPath(rootDirectory, orphan.testRunId, orphan.address);
  const document = {
    'test-run-id': orphan.testRunId,
    node: orphan.address,
    reason: orphan.reason,
    'ended-at': new Date().toISOString(),
    partial: true,
    'messages-not-taken': orphan.unsent,
    totals,
    'last-reports': reports.map((report) => ({
      worker: report.worker,
      step: report.step,
      sequence: report.sequence,
      health: report.health,
      tasks: report.tasks.map(({ task, requests, failedRequests, errors }) => ({
        task,
        requests,
        failedRequests,
        errors,
      })),
      // The whole report, with its histograms, in the encoding in which it is sent to coordinators.
      encoded: Buffer.from(writeReport(report)).toString('base64'),
    })),
  };
  try {
    await mkdir(dirname(path), { recursive: true });
    // The file gets its final name when it is complete, so whoever finds it there finds all of it.
    await writeFile(`${path}.new`, `${JSON.stringify(document, null, 2)}\n`);
    await rename(`${path}.new`, path);
  } catch (error) {
    throw new BenchmarkError('DISK', `Cannot write the last report ${path}.`, { cause: error });
  }
  return path;
}

/** Ids come from other machines, so nothing in them may lead out of the directory. */
const plain = (name: string): string => name.replace(/[^\w.:-]/g, '_').replace(/^\.+/, '_');
