// What a store is: a place where test runs are kept.
import { dirname, join } from 'node:path';
import { writeHistory } from './history-store.ts';
import { replaceFile } from './replace-file.ts';
import type { TestRun } from './test-run.ts';
import { testRunFile, writeTestRun } from './test-run-store.ts';

/** A place where test runs are kept. */
export interface ResultSink {
  /** The value of `datastore.type` in the configuration that chooses it. */
  readonly name: string;
  /** Keeps a test run, in place of an earlier state of the same run. Rejects with a `BenchmarkError` if it cannot. */
  write(run: TestRun): Promise<void>;
}

/** Files below `<root.dir>/test-runs`, one directory for each run. */
export function fileSink(rootDirectory: string): ResultSink {
  return {
    name: 'in-memory',
    write: async (run) => {
      await writeTestRun(rootDirectory, run);
      for (const [name, text] of run.files ?? [])
        await replaceFile(join(dirname(testRunFile(rootDirectory, run.id)), name), text, 'A file of the test run');
      if (run.history !== undefined) await writeHistory(rootDirectory, run.id, run.history);
    },
  };
}
