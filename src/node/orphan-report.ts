// What a node keeps of a run whose coordinator is gone: its sums, and its last reports.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { writeReport } from '../fleet/protocol/report-codec.ts';
import type { TaskTotals } from '../fleet/protocol/totals.ts';
import type { WorkerReport } from '../metrics/report.ts';

/** Whose report it is, and why it never reached its coordinator. */
export interface OrphanReport {
  readonly testRunId: string;
  readonly address: string;
  readonly reason: string;
  /** Messages that the coordinator has not taken. */
  readonly unsent: number;
}

/** Where an orphan report lies: `<root.dir>/test-runs/<id>/node-<address>.json`. */
export const orphanReportPath = (rootDirectory: string, testRunId: string, address: string): string =>
  join(rootDirectory, 'test-runs', plain(testRunId), `node-${plain(address)}.json`);

/** Writes the report, and returns its path. `totals` and `reports` are those of the node. Fails with DISK. */
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
      tasks: report.tasks.map(({ task, requests, failedRequests, errors }) => ({ task, requests, failedRequests, errors })),
      // Everything, histograms too, as it travels.
      encoded: Buffer.from(writeReport(report)).toString('base64'),
    })),
  };
  try {
    await mkdir(dirname(path), { recursive: true });
    // Under its final name the file is always whole.
    await writeFile(`${path}.new`, `${JSON.stringify(document, null, 2)}\n`);
    await rename(`${path}.new`, path);
  } catch (error) {
    throw new BenchmarkError('DISK', `Cannot write the last report ${path}.`, { cause: error });
  }
  return path;
}

/** Ids come from elsewhere: nothing in them may lead out of the directory. */
const plain = (name: string): string => name.replace(/[^\w.:-]/g, '_').replace(/^\.+/, '_');
