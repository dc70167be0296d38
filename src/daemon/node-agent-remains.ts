// What a node keeps of a run whose coordinator is gone: its sums, and its last reports.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { writeReport } from '../fleet/report-codec.ts';
import type { TaskTotals } from '../fleet/totals.ts';
import type { WorkerReport } from '../metrics/report.ts';

export interface Remains {
  readonly testRunId: string;
  readonly address: string;
  readonly reason: string;
  /** Messages that the coordinator has not taken. */
  readonly unsent: number;
}

/** Where they lie: `<root.dir>/test-runs/<id>/node-<address>.json`. */
export const remainsPath = (rootDirectory: string, testRunId: string, address: string): string =>
  join(rootDirectory, 'test-runs', plain(testRunId), `node-${plain(address)}.json`);

/** Writes them; returns the path. Fails with DISK. */
export async function writeRemains(
  rootDirectory: string,
  remains: Remains,
  totals: readonly TaskTotals[],
  reports: readonly WorkerReport[],
): Promise<string> {
  const path = remainsPath(rootDirectory, remains.testRunId, remains.address);
  const document = {
    'test-run-id': remains.testRunId,
    node: remains.address,
    reason: remains.reason,
    'ended-at': new Date().toISOString(),
    partial: true,
    'messages-not-taken': remains.unsent,
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
    // Whoever finds it finds all of it.
    await writeFile(`${path}.new`, `${JSON.stringify(document, null, 2)}\n`);
    await rename(`${path}.new`, path);
  } catch (error) {
    throw new BenchmarkError('DISK', `Cannot write the last report ${path}.`, { cause: error });
  }
  return path;
}

/** Ids come from elsewhere: nothing in them may lead out of the directory. */
const plain = (name: string): string => name.replace(/[^\w.:-]/g, '_').replace(/^\.+/, '_');
