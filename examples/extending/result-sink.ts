// A sink: keeps the last test run in memory.
import type { ResultSink } from '../../src/store/sink.ts';
import type { TestRun } from '../../src/store/test-run.ts';

/** What was written last is in `latest`. */
export class MemorySink implements ResultSink {
  readonly name = 'memory';
  latest: TestRun | null = null;

  async write(run: TestRun): Promise<void> {
    this.latest = run;
  }
}
