// Progress lines, on a terminal and elsewhere.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Console } from '../../../src/cli/output/console.ts';
import { duration, layout, ProgressView } from '../../../src/cli/output/progress.ts';
import type { RunEvent } from '../../../src/coordinator/events.ts';
import { formatCount } from '../../../src/report/number-format.ts';
import { epochMillis, monoMillis } from '../../../src/units.ts';

/** A view whose time is moved by hand, and what it printed. */
function makeView(isTTY: boolean) {
  let now = 0;
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text), isTTY, columns: 80 };
  const console = new Console({ stdout: stream, stderr: stream, variables: {} }, false);
  const view = new ProgressView(console, { now: () => monoMillis(now), wall: () => epochMillis(0) });
  const at = (time: number, event: RunEvent): void => {
    now = time;
    view.handle(event);
  };
  return { at, written };
}

const progress = (
  fraction: number | null,
  requests: number,
  secondsLeft: number | null = null,
  errors = 0,
): RunEvent => ({
  kind: 'progress',
  step: 0,
  steps: 2,
  tasks: ['index', 'search'],
  progress: fraction,
  secondsLeft,
  requests,
  errors,
});
const end = (errors: number): RunEvent => ({ kind: 'step-end', step: 0, steps: 2, tasks: ['index', 'search'], errors });

describe('progress without a terminal', () => {
  it('has a line per start and end of a step, and one in 30 s at most', () => {
    const { at, written } = makeView(false);
    at(0, progress(null, 0));
    for (let second = 1; second <= 61; second++)
      at(second * 1000, progress(second / 100, second * 1200, 100 - second, second > 40 ? 3 : 0));
    at(65_000, end(4));
    assert.deepEqual(written, [
      '[INFO] [1/2] Running index,search …\n',
      '[INFO] [1/2] index,search: 30%, 1m 10s left, 1,200 requests/s\n',
      '[INFO] [1/2] index,search: 60%, 40 s left, 1,200 requests/s, 3 failed\n',
      '[INFO] [1/2] index,search: done, took 1m 05s, 4 failed.\n',
    ]);
  });

  it('has a line for start and end of a preparation', () => {
    const { at, written } = makeView(false);
    const step = (done: number): RunEvent => ({
      kind: 'preparation',
      what: 'Downloading x',
      done,
      total: 4 * 1024 ** 2,
      unit: 'bytes',
    });
    at(0, step(0));
    at(1000, step(1024));
    at(31_000, step(2 * 1024 ** 2));
    at(40_000, { kind: 'preparation-end', what: 'Downloading x' });
    assert.deepEqual(written, [
      '[INFO] Downloading x …\n',
      '[INFO] Downloading x: 2.0 MB of 4.0 MB\n',
      '[INFO] Downloading x: done in 40 s.\n',
    ]);
  });
});

/** A rewritten line of a terminal of 80 columns: it leaves the last column free. */
const status = (left: string, right: string): string => `\r\u001b[2K${left.padEnd(79 - right.length)}${right}`;

describe('progress on a terminal', () => {
  it('is one line that is rewritten and stays when the step ends', () => {
    const { at, written } = makeView(true);
    at(0, progress(null, 0));
    at(1000, progress(0.345, 1000, 12));
    at(2000, { kind: 'warning', message: 'careful' });
    at(3000, end(0));
    assert.deepEqual(written, [
      status('Running index,search', '[  ?% done]'),
      status('Running index,search', '12 s left, 1,000 requests/s [ 34% done]'),
      '\r\u001b[2K',
      '[WARNING] careful\n',
      status('Running index,search', 'took 3.0 s [100% done]'),
      '\n',
    ]);
  });

  it('never fills the last column', () => {
    const { at, written } = makeView(true);
    at(0, { ...progress(0.5, 9), tasks: ['x'.repeat(200)] } as RunEvent);
    assert.ok(written.every((text) => text.replace('\r\u001b[2K', '').length < 80));
  });
});

describe('the parts of a line', () => {
  it('shortens names that do not fit', () => {
    assert.equal(
      layout('Running a-task-with-a-long-name', '12 s left', 0.5, 50),
      'Running a-task-with-a-lo... 12 s left [ 50% done]',
    );
    assert.equal(
      layout('Running a-task-with-a-long-name', '12 s left, 99 requests/s', 0.5, 40),
      'Running a-task... 12 s left [ 50% done]',
    );
    assert.equal(
      layout('Running a-task-with-a-long-name', '12 s left, 99 requests/s', 0.5, 30),
      'Running a-task... [ 50% done]',
    );
  });

  it('writes spans and numbers as people do', () => {
    assert.deepEqual([0, 4.24, 9.96, 59.9, 60, 185, 3599.6, 7800].map(duration), [
      '0.0 s',
      '4.2 s',
      '10 s',
      '60 s',
      '1m 00s',
      '3m 05s',
      '1h 00m',
      '2h 10m',
    ]);
    assert.deepEqual([0, 999, 1000, 1234567.4].map(formatCount), ['0', '999', '1,000', '1,234,567']);
  });
});
