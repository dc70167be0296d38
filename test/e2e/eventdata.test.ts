// The main job: the built-in workload against a real OpenSearch, seen from outside.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { sharedOpenSearch } from '../../scripts/opensearch.ts';
import { assertClean, type Ended, Home, type TestRunDocument, taskOf } from './benchmark-process.ts';

const documents = 12_000;
const searches = { iterations: 5, warmup_iterations: 2, target_throughput: 0 };
const builtin = ['--workload=eventdata', '--workload-repository=builtin', '--pipeline=benchmark-only'];
const params = (more: Readonly<Record<string, unknown>>): string =>
  `--workload-params=${JSON.stringify({ number_of_shards: 1, ...more })}`;

/** Metrics and tasks of a markdown summary, in order. */
function rowsOf(text: string): readonly (readonly [metric: string, task: string, value: string, unit: string])[] {
  const lines = text.split('\n');
  return lines
    .slice(lines.findIndex((line) => line.startsWith('|--')) + 1)
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, metric = '', task = '', value = '', unit = '']) => [metric, task, value, unit]);
}

interface IndexStats {
  readonly _all: {
    readonly primaries: {
      readonly docs: { readonly count: number };
      readonly indexing: { readonly index_total: number };
      readonly search: { readonly query_total: number; readonly scroll_total: number };
    };
  };
}

describe('eventdata', () => {
  const home = new Home();
  let url = '';
  let stop: () => Promise<void> = async () => undefined;
  let ended: Ended;
  let testRun: TestRunDocument;
  let stats: IndexStats;

  before(async () => {
    const server = await sharedOpenSearch();
    ({ url, stop } = server);
    ended = await home.run([
      'execute-test',
      ...builtin,
      `--target-hosts=${new URL(url).host}`,
      '--test-procedure=append-and-search',
      params({ number_of_documents: documents, bulk_size: 500, ...searches }),
      '--results-file=results/summary.md',
      '--user-tag=intention:first,owner:me',
      '--test-run-id=the-first',
      '--latency-percentiles=50,99',
      '--show-in-results=all',
    ]);
    testRun = home.testRun('the-first');
    stats = (await (await fetch(`${url}/eventdata/_stats`)).json()) as IndexStats;
  });

  after(async () => {
    await fetch(`${url}/eventdata`, { method: 'DELETE' });
    home.dispose();
    await stop();
  });

  test('ends well and says what it did', () => {
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(ended.stderr, '');
    assert.match(ended.stdout, /^\[INFO\] \[Test Run ID\]: the-first$/m);
    assert.match(
      ended.stdout,
      /Running test with workload \[eventdata\], test_procedure \[append-and-search\] and cluster_config \['external'\] with version \[\d/,
    );
    assert.match(ended.stdout, /\[INFO\] ✅ SUCCESS \(took \d+ seconds\)\n-+\n$/);
  });

  test('indexes every document once', () => {
    assert.equal(stats._all.primaries.docs.count, documents);
    assert.equal(stats._all.primaries.indexing.index_total, documents);
    assert.equal(testRun.results?.docs_count, documents);
    const { requests, samples, errors, throughput } = taskOf(testRun, 'index-append');
    assert.deepEqual(
      { requests, samples, errors, unit: throughput.unit },
      { requests: documents / 500, samples: documents / 500, errors: 0, unit: 'docs/s' },
    );
  });

  test('sends as many searches as OpenSearch counted', () => {
    const tasks = testRun.results?.op_metrics.filter(({ operation_type: type }) => type !== 'bulk') ?? [];
    const frees = taskOf(testRun, 'pages').samples + searches.warmup_iterations;
    const sent = tasks.reduce((sum, { requests }) => sum + requests, 0) - frees;
    assert.equal(tasks.length, 17);
    assert.equal(sent, stats._all.primaries.search.query_total);
  });

  test('stores requests, errors and samples of every task', () => {
    for (const { task, requests, errors, samples, error_rate: rate } of testRun.results?.op_metrics ?? []) {
      assert.equal(errors, 0, task);
      assert.equal(rate, 0, task);
      if (task === 'index-append') continue;
      assert.equal(samples, searches.iterations, task);
      const each =
        task === 'pages' ? requests / (searches.iterations + searches.warmup_iterations) : task === 'dashboard' ? 3 : 1;
      assert.equal(requests, each * (searches.iterations + searches.warmup_iterations), task);
    }
  });

  test('has throughput and durations that fit each other', () => {
    for (const { task, throughput, samples, service_time: service, clients } of testRun.results?.op_metrics ?? []) {
      const work = task === 'index-append' ? documents : samples;
      // Nothing is faster than all its clients at the speed of the mean request.
      const mean = service.mean ?? 0;
      const limit = ((work / samples) * Number(clients) * 1000) / mean;
      if (task === 'pages') continue;
      assert.ok(
        throughput.max !== null && throughput.max <= limit * 1.25,
        `${task}: ${throughput.max} ${throughput.unit} with ${clients} clients at ${mean} ms`,
      );
    }
  });

  test('prints the rows of the summary in order, to a pipe as well', () => {
    const rows = rowsOf(ended.stdout);
    assert.deepEqual(
      rows.slice(0, 5).map(([metric]) => metric),
      [
        'Cumulative indexing time of primary shards',
        'Min cumulative indexing time across primary shards',
        'Median cumulative indexing time across primary shards',
        'Max cumulative indexing time across primary shards',
        'Cumulative indexing throttle time of primary shards',
      ],
    );
    assert.deepEqual(rows.find(([metric]) => metric === 'Doc count')?.slice(2), [String(documents), '']);
    const append = rows.filter(([, task]) => task === 'index-append');
    assert.deepEqual(
      append.map(([metric]) => metric),
      [
        ...['Min', 'Mean', 'Median', 'Max'].map((name) => `${name} Throughput`),
        '50th percentile latency',
        '99th percentile latency',
        ...['50', '90', '99', '99.9', '99.99', '100'].map((percentile) => `${percentile}th percentile service time`),
        'error rate',
      ],
    );
    const tasks = [...new Set(rows.map(([, task]) => task).filter((task) => task !== ''))];
    assert.deepEqual(
      tasks,
      testRun.results?.op_metrics.map(({ task }) => task),
    );
    for (const line of ended.stdout.split('\n').filter((text) => /^\|.*\|.*\|/.test(text)))
      assert.equal(line.split('|').length, 6, line);
  });

  test('writes the same table to the results file', () => {
    const file = readFileSync(home.path('results/summary.md'), 'utf8');
    assert.deepEqual(rowsOf(file), rowsOf(ended.stdout));
    assert.match(file, /^\| +Metric \|/);
    assert.match(file, /\n ✅ SUCCESS \(took \d+ seconds\)\n$/);
    assert.ok(!file.includes('\u001b'));
  });

  test('tags the run and lists it', async () => {
    assert.deepEqual(testRun['user-tags'], { intention: 'first', owner: 'me' });
    assert.equal(testRun['workload-params']?.number_of_documents, documents);
    const { code, stdout } = await home.run(['list', 'test-runs']);
    assert.equal(code, 0);
    assert.match(stdout, /^the-first +\d{8}T\d{6}Z +eventdata .*append-and-search.*intention=first, owner=me/m);
  });

  test('in test mode, with tasks chosen and as CSV appended to a file of before', async () => {
    const words = (id: string) => [
      'run',
      ...builtin,
      `--target-hosts=${new URL(url).host}`,
      '--test-procedure=append-and-search',
      params({ number_of_documents: documents }),
      '--test-mode',
      '--exclude-tasks=type:composite,pages,type:force-merge',
      '--results-file=twice.csv',
      '--results-format=csv',
      `--test-run-id=${id}`,
    ];
    const first = await home.run(words('short'));
    assert.equal(first.code, 0, first.stderr);
    const quiet = await home.run([...words('quiet'), '--quiet']);
    assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '', '']);

    assert.equal(home.testRun('short').results?.docs_count, 1000);
    for (const { task, samples, errors } of home.testRun('short').results?.op_metrics ?? []) {
      assert.ok(!['dashboard', 'pages'].includes(task));
      assert.equal(errors, 0, task);
      if (task !== 'index-append') assert.equal(samples, 1, task);
    }
    const text = readFileSync(home.path('twice.csv'), 'utf8');
    assert.equal(text.match(/^Metric,Task,Value,Unit\r$/gm)?.length, 2);
    assert.match(text, /^Mean Throughput,match-all,\d+\.\d\d,ops\/s\r$/m);
    assert.match(text, /^Doc count,,1000,\r$/m);
    assert.equal(text.replaceAll('\r\n', '').includes('\n'), false);
  });

  test('runs only the included tasks', async () => {
    const included = await home.run([
      'run',
      ...builtin,
      `--target-hosts=${new URL(url).host}`,
      '--test-procedure=search',
      params(searches),
      '--include-tasks=match-all,term',
      '--test-run-id=included',
    ]);
    assert.equal(included.code, 0, included.stderr);
    assert.deepEqual(
      home.testRun('included').results?.op_metrics.map(({ task }) => task),
      ['match-all', 'term'],
    );
    const nothing = await home.start([
      'run',
      ...builtin,
      `--target-hosts=${new URL(url).host}`,
      '--include-tasks=type:sleep',
    ]).ended;
    assertClean(nothing);
    assert.equal(nothing.code, 64);
    assert.match(nothing.stderr, /--include-tasks/);
  });

  test('describes itself', async () => {
    const text = await home.run(['info', ...builtin.slice(0, 2)]);
    assert.equal(text.code, 0);
    assert.match(text.stdout, /TestProcedure \[append-no-conflicts\] \(run by default\)/);
    assert.match(text.stdout, /^\* Documents: 100,000$/m);
    const rendered = await home.run([
      'info',
      ...builtin.slice(0, 2),
      '--rendered',
      '--format=json',
      params({ number_of_documents: 5 }),
    ]);
    assert.equal(rendered.code, 0);
    const workload = JSON.parse(rendered.stdout);
    assert.equal(
      workload.indices[0].body.settings['index.number_of_shards'] ??
        workload.indices[0].body.settings.index?.number_of_shards,
      1,
    );
    assert.equal(workload.corpora[0].documents[0]['document-count'], 5);
    assert.ok(workload.test_procedures.length >= 3);
  });
});
