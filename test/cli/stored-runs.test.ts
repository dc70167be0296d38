// The commands that look at stored test runs: compare, aggregate, trend, list aggregated-results.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { RunData } from '../../src/analysis/run-data.ts';
import { writeHistory } from '../../src/store/history-store.ts';
import { testRunFile, writeTestRun } from '../../src/store/test-run-store.ts';
import { madeRun, noisySeconds } from '../analysis/made-runs.ts';
import { runInMemory, temporaryDirectory } from './run-in-memory.ts';

const home = temporaryDirectory();
const root = join(home, '.benchmark', 'benchmarks');
const command = (...words: readonly string[]) => runInMemory(home, words);

async function store({ run, results, history }: RunData, day: number): Promise<void> {
  await writeTestRun(root, { ...run, timestamp: Date.UTC(2026, 0, day), results });
  if (history !== null) await writeHistory(root, run.id, history);
}

before(async () => {
  for (let index = 0; index < 3; index++) {
    await store(madeRun(`slow${index}`, noisySeconds(index, 20, 20)), index + 1);
    await store(madeRun(`fast${index}`, noisySeconds(index + 10, 20, 10)), index + 10);
  }
});

describe('compare', () => {
  test('shows both sides, intervals and marks', async () => {
    const { code, stdout } = await command('compare', '-b', 'slow0,slow1,slow2', '-c', 'fast0,fast1,fast2');
    assert.equal(code, 0);
    assert.match(stdout, /Comparing baseline\n {2}TestRun ID: slow0\n {2}TestRun timestamp: 2026-01-01 00:00:00\n/);
    assert.match(stdout, /with contender\n {2}TestRun ID: fast0/);
    assert.match(stdout, /50th percentile latency \| +search \|[^\n]*:green_circle: \|[^\n]*% to -[\d.]+% \| +yes \|/);
  });

  test('ends with 3 if a condition is met, with 0 if not', async () => {
    const words = ['compare', '--baseline=fast0,fast1,fast2', '--contender=slow0,slow1,slow2'];
    const met = await command(...words, '--fail-if=p50 latency > +50%, mean throughput < -50%');
    assert.equal(met.code, 3);
    assert.match(met.stderr, /\[ERROR\] p50 latency > \+50%: 50th percentile latency of search changed by \+\d+\.\d+%/);
    assert.match(met.stdout, /FAILURE/);
    const notMet = await command(...words, '--fail-if', 'p50 latency > 500%');
    assert.equal(notMet.code, 0);
    assert.match(notMet.stdout, /No condition of --fail-if is met/);
  });

  test('a condition that cannot be read is an error of the command line, one about nothing is one too', async () => {
    const wrong = await command('compare', '-b', 'slow0', '-c', 'fast0', '--fail-if=faster');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--fail-if: 'faster' is no condition/);
    const empty = await command('compare', '-b', 'slow0', '-c', 'fast0', '--fail-if=p50 latency > 1% for nothing');
    assert.equal(empty.code, 2);
    assert.match(empty.stderr, /Both sides have no p50 latency of the task "nothing"/);
  });

  test('has formats for programs, which stand alone on standard output and are appended to a file', async () => {
    const json = await command(
      'compare',
      '-b',
      'slow0',
      '-c',
      'fast0',
      '--results-format=json',
      '--results-file=out/c.json',
    );
    assert.equal(JSON.parse(json.stdout).rows.at(-1).metric, 'error rate');
    assert.deepEqual(JSON.parse(readFileSync(join(home, 'out', 'c.json'), 'utf8')), JSON.parse(json.stdout));
    const csv = await command('compare', '-b', 'slow0', '-c', 'fast0', '--results-format=csv');
    assert.match(csv.stdout, /^Metric,Task,Baseline,Contender,%Diff,Diff,Unit,95% interval,Significant\r\n/);
    const junit = await command(
      'compare',
      '-b',
      'slow0',
      '-c',
      'fast0',
      '--results-format=junit',
      '--fail-if=duration > 1%',
    );
    assert.match(junit.stdout, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites>/);
  });

  test('writes a page with the charts of both sides', async () => {
    const { code, stdout } = await command('compare', '-b', 'slow0', '-c', 'fast0', '--page=out/comparison.html');
    assert.equal(code, 0);
    assert.match(stdout, /HTML comparison saved to: .*out\/comparison\.html\n/);
    const page = readFileSync(join(home, 'out', 'comparison.html'), 'utf8');
    assert.match(page, /<h1>Comparison <span class="soft">w<\/span><\/h1>/);
    for (const id of ['throughput', 'p50', 'p99', 'curve']) assert.ok(page.includes(`id="pair-0-${id}"`), id);
    assert.match(page, /<th scope="row">50th percentile latency<\/th><td class="text">search<\/td>/);
  });

  test('runs that are missing, have no results or cannot be read are named', async () => {
    const missing = await command('compare', '-b', 'slow0', '-c', 'nobody');
    assert.equal(missing.code, 64);
    assert.match(missing.stderr, /There is no test run "nobody"/);
    const { run } = madeRun('begun', []);
    await writeTestRun(root, { ...run, results: null });
    assert.match((await command('compare', '-b', 'slow0', '-c', 'begun')).stderr, /"begun" has no results/);
    const path = testRunFile(root, 'cut');
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '{"test-run-id": "cut", "results": {');
    assert.match((await command('compare', '-b', 'slow0', '-c', 'cut')).stderr, /test_run\.json is no JSON/);
  });

  test('files of OpenSearch Benchmark 1.x with infinities are read', async () => {
    const directory = join(root, 'test_executions', 'old');
    mkdirSync(directory, { recursive: true });
    const text = readFileSync(testRunFile(root, 'slow0'), 'utf8')
      .replace('"test-run-id": "slow0"', '"test-execution-id": "old"')
      .replace('"test-run-timestamp"', '"test-execution-timestamp"')
      .replace(/"100_0": [\d.]+/, '"100_0": Infinity')
      .replace(/"99_0": [\d.]+/, '"99_0": NaN');
    writeFileSync(join(directory, 'test_execution.json'), text);
    const { code, stdout } = await command('compare', '-b', 'old', '-c', 'fast0');
    assert.equal(code, 0);
    assert.match(stdout, /50th percentile latency/);
    assert.doesNotMatch(stdout, / (nan|inf) /i);
  });
});

describe('aggregate', () => {
  test('stores and shows the runs as one; compare takes its runs in its place', async () => {
    const { code, stdout } = await command('aggregate', '--test-runs=slow0,slow1,slow2', '-tid', 'mine');
    assert.equal(code, 0);
    assert.match(stdout, /Aggregate test run ID: {2}aggregate_results_w_mine\n/);
    assert.match(stdout, /50th percentile latency \| +search \|/);
    assert.match(stdout, /\| +latency \| +search \| +\d+\.\d\d \| +\d+\.\d\d \| +% \|/);
    const list = await command('list', 'aggregated-results');
    assert.match(list.stdout, /aggregate_results_w_mine .* aggregation-of-runs=\["slow0","slow1","slow2"\]/);
    const compared = await command('compare', '-b', 'aggregate_results_w_mine', '-c', 'fast0,fast1');
    assert.match(compared.stdout, /TestRun ID: slow2/);
    assert.match(compared.stdout, /\| +yes \|/);
  });

  test('a single id, or runs of different tests, are told', async () => {
    await store(
      { ...madeRun('other', noisySeconds(1, 5, 10)), run: { ...madeRun('other', []).run, workload: 'v' } },
      9,
    );
    const { code, stderr } = await command('aggregate', '--test-runs=slow0,other');
    assert.equal(code, 64);
    assert.match(stderr, /different workloads: w, v/);
  });
});

describe('trend', () => {
  test('shows the runs of the newest test in their order, those of 1.x included', async () => {
    const { code, stdout } = await command('trend', '--figures=p50 latency', '--workload=w');
    assert.equal(code, 0);
    assert.match(stdout, /7 test runs of workload \[w\], test_procedure \[p\]\./);
    assert.match(stdout, /\| +p50 latency \| +search \| +7 \|/);
  });

  test('a figure that does not exist, or a workload without runs, is told', async () => {
    assert.match((await command('trend', '--figures=speed')).stderr, /--figures: 'speed' is no figure/);
    const { code, stderr } = await command('trend', '--workload=nothing');
    assert.equal(code, 64);
    assert.match(stderr, /There are no stored test runs of this kind.*\n.*Stored are: .*w \/ p/);
  });
});
