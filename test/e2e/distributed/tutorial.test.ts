// The tutorial against a real OpenSearch: three machines of 127.0.0.0/8, each with a home of its own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type OpenSearchServer, startOpenSearch } from '../../../scripts/opensearch.ts';
import { packageVersion } from '../../../src/package.ts';
import { assertClean, type Ended, type TestRunDocument, taskOf } from '../benchmark-process.ts';
import { numberedDocuments, workloadJson } from '../small-workloads.ts';
import { nodesOf, requestsOf } from './fleet-section.ts';
import { freePort, Machine } from './machine.ts';

const documents = 6400;
const searches = { iterations: 5, warmup_iterations: 2, target_throughput: 0 };
const params = JSON.stringify({ number_of_documents: documents, bulk_size: 200, number_of_shards: 1, ...searches });
const numbers = 5000;

interface IndexStats {
  readonly _all: {
    readonly primaries: {
      readonly docs: { readonly count: number };
      readonly indexing: { readonly index_total: number };
      readonly search: { readonly query_total: number };
    };
  };
}

/** Metric and task of each line of a summary. */
const rowsOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => /^\|.*\|.*\|/.test(line) && !line.startsWith('|--'))
    .map((line) => line.split('|').slice(1, 3).join('|').replace(/ +/g, ' '));

/** Of all tasks that are reported. */
const requestsIn = ({ results }: TestRunDocument): number =>
  (results?.op_metrics ?? []).reduce((sum, { requests }) => sum + requests, 0);

/** A workload whose documents lie in its own directory. */
const ownDocuments = (index: string): string =>
  workloadJson({
    indices: [{ name: index, body: 'index.json' }],
    corpora: [{ name: 'numbers', documents: [{ 'source-file': 'numbers.json', 'document-count': numbers }] }],
    schedule: [
      { operation: { name: 'delete', 'operation-type': 'delete-index' } },
      { operation: { name: 'create', 'operation-type': 'create-index' } },
      { operation: { name: 'append', 'operation-type': 'bulk', 'bulk-size': 50 }, clients: 4 },
      { operation: { name: 'refresh', 'operation-type': 'refresh', index } },
      {
        operation: { name: 'count', 'operation-type': 'search', index, body: { query: { match_all: {} } } },
        clients: 3,
        iterations: 40,
      },
    ],
  });

class ThreeMachines {
  readonly machines: readonly [Machine, Machine, Machine];
  port = 0;

  constructor(env: Readonly<Record<string, string>> = {}) {
    const machine = (address: string): Machine => new Machine({ address, env });
    this.machines = [machine('127.0.0.1'), machine('127.0.0.2'), machine('127.0.0.3')];
  }

  async start(...coordinatorWords: readonly string[]): Promise<void> {
    this.port = await freePort();
    const [coordinator, ...workers] = this.machines;
    await coordinator.startDaemon('127.0.0.1', `--port=${this.port}`, ...coordinatorWords);
    await Promise.all(workers.map((worker) => worker.startDaemon('127.0.0.1', `--port=${this.port}`)));
  }

  async dispose(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.dispose()));
  }
}

describe('the tutorial', () => {
  const fleet = new ThreeMachines();
  const [coordinator, ...workers] = fleet.machines;
  let server: OpenSearchServer;
  let host = '';
  let local: Ended;
  let localRun: TestRunDocument;
  let ended: Ended;
  let testRun: TestRunDocument;
  let stats: IndexStats;

  const statsOf = async (index: string): Promise<IndexStats> =>
    (await (await fetch(`${server.url}/${index}/_stats`)).json()) as IndexStats;

  async function execute(id: string, ...more: readonly string[]): Promise<Ended> {
    const result = await coordinator.benchmark(
      'execute-test',
      '--pipeline=benchmark-only',
      `--target-hosts=${host}`,
      '--client-options=timeout:60',
      '--kill-running-processes',
      `--test-run-id=${id}`,
      ...more,
    ).ended;
    assertClean(result);
    assert.equal(result.code, 0, result.stderr);
    return result;
  }

  before(async () => {
    const starting = fleet.start();
    server = await startOpenSearch();
    host = new URL(server.url).host;
    const eventdata = [
      '--workload=eventdata',
      '--workload-repository=builtin',
      '--test-procedure=append-and-search',
      `--workload-params=${params}`,
    ];
    local = await execute('local', ...eventdata);
    localRun = coordinator.home.testRun('local');
    await starting;
    ended = await execute('three-machines', ...eventdata, '--worker-ips=127.0.0.2,127.0.0.3');
    testRun = coordinator.home.testRun('three-machines');
    stats = await statsOf('eventdata');
  });

  after(async () => {
    await fleet.dispose();
    await server?.stop();
  });

  test('prints progress and summary where it was typed, with the rows of a run of one machine', () => {
    assert.equal(ended.stderr, '');
    assert.match(ended.stdout, /^\[INFO\] \[Test Run ID\]: three-machines$/m);
    assert.match(ended.stdout, /\[INFO\] ✅ SUCCESS \(took \d+ seconds\)\n-+\n$/);
    assert.ok(rowsOf(ended.stdout).length > 100);
    assert.deepEqual(rowsOf(ended.stdout), rowsOf(local.stdout));
    for (const worker of workers) assert.deepEqual(worker.home.testRunIds(), [], 'results are on the coordinator only');
  });

  test('indexes every document once and sends the searches that OpenSearch counts', () => {
    assert.equal(stats._all.primaries.docs.count, documents);
    assert.equal(stats._all.primaries.indexing.index_total, documents);
    assert.equal(testRun.results?.docs_count, documents);
    const append = taskOf(testRun, 'index-append');
    assert.deepEqual([append.requests, append.samples, append.errors], [documents / 200, documents / 200, 0]);
    const tasks = testRun.results?.op_metrics ?? [];
    const frees = taskOf(testRun, 'pages').samples + searches.warmup_iterations;
    const sent =
      tasks.filter(({ operation_type: type }) => type !== 'bulk').reduce((sum, { requests }) => sum + requests, 0) -
      frees;
    assert.equal(sent, stats._all.primaries.search.query_total);
    const figures = (run: TestRunDocument) =>
      run.results?.op_metrics.map(({ task, requests, samples, errors }) => ({ task, requests, samples, errors }));
    assert.deepEqual(figures(testRun), figures(localRun));
  });

  test('tells in the fleet section what each machine has done', () => {
    const nodes = nodesOf(testRun);
    assert.deepEqual(
      nodes.map(({ address, version, errors, lost }) => ({ address, version, errors, lost })),
      workers.map(({ address }) => ({ address, version: packageVersion, errors: 0, lost: null })),
    );
    for (const node of nodes) {
      assert.ok(node.clients > 0 && node.cores > 0 && node.requests > 0 && node['cpu-seconds'] > 0, node.address);
      const { mean, max } = node['event-loop-utilisation'];
      assert.ok(mean > 0 && mean <= max && max <= 1, `${mean} and ${max}`);
      // One machine has one clock.
      assert.ok(Math.abs(node['clock-offset-ms'] ?? Number.NaN) < 20, `${node['clock-offset-ms']} ms`);
    }
    const besides = requestsOf(nodes) - requestsIn(testRun);
    // Tasks that are not reported: is the index there, delete it, create it, health, two refreshes, merge, and
    // statistics until merges have ended.
    assert.ok(besides >= 8 && besides < 30, `${besides} requests besides`);
  });

  test('leaves its log on the workers, naming the test run', () => {
    for (const worker of workers) {
      const log = worker.log();
      assert.match(log, /\[test run three-machines\] The test run has taken this node\./);
      assert.match(log, /\[test run three-machines\] Workload eventdata: \d+ clients on \d+ threads\./);
      assert.match(log, /\[test run three-machines\] Step \d+: index-append ended with \d+ requests, 0 failed\./);
      const requests = Number(
        /\[test run three-machines\] The test run is over; this node has sent (\d+) requests\./.exec(log)?.[1],
      );
      assert.equal(requests, nodesOf(testRun).find(({ address }) => address === worker.address)?.requests);
    }
    assert.ok(!coordinator.log().includes('The test run has taken this node.'), 'the coordinator was not listed');
  });

  test('makes the documents of eventdata on each worker', () => {
    for (const worker of workers)
      assert.ok(worker.home.dataFiles().some((file) => file.endsWith(`eventdata-${documents}-1.json`)));
  });

  test('with the old name of --worker-ips, localhost in it, and documents that only the coordinator has', async () => {
    const index = 'own-documents';
    const path = coordinator.home.workload('own', {
      'workload.json': ownDocuments(index),
      'index.json': '{"settings":{"number_of_replicas":0}}',
    });
    writeFileSync(join(path, 'numbers.json'), numberedDocuments(numbers));
    await execute('own', `--workload-path=${path}`, '--load-worker-coordinator-hosts=localhost,127.0.0.2,127.0.0.3');
    const run = coordinator.home.testRun('own');
    assert.deepEqual(
      nodesOf(run).map(({ address, clients }) => [address, clients]),
      [
        ['127.0.0.1', 2],
        ['127.0.0.2', 1],
        ['127.0.0.3', 1],
      ],
    );
    const { primaries } = (await statsOf(index))._all;
    assert.deepEqual([primaries.docs.count, primaries.indexing.index_total], [numbers, numbers]);
    assert.equal(taskOf(run, 'append').requests, numbers / 50);
    assert.equal(taskOf(run, 'count').requests, 3 * 40);
    // Besides what is reported: is the index there, create it, refresh it.
    assert.equal(requestsOf(nodesOf(run)), requestsIn(run) + 3);
    for (const worker of workers) {
      const [file = ''] = worker.home.dataFiles().filter((name) => name.endsWith('numbers.json'));
      assert.equal(
        readFileSync(worker.home.path('.benchmark', 'benchmarks', 'data', file), 'utf8'),
        numberedDocuments(numbers),
      );
    }
    const sum = await fetch(`${server.url}/${index}/_search?size=0`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"aggs":{"sum":{"sum":{"field":"number"}}}}',
    });
    const { aggregations } = (await sum.json()) as { aggregations: { sum: { value: number } } };
    assert.equal(aggregations.sum.value, (numbers * (numbers - 1)) / 2);
  });

  test('shows its nodes, and ends with stop', async () => {
    const listed = await coordinator.benchmark('fleet', `--target-hosts=${host}`).ended;
    assert.equal(listed.code, 0, listed.stderr);
    for (const { address } of fleet.machines)
      assert.match(listed.stdout, new RegExp(`^${address.replaceAll('.', '\\.')} .* ms +.* ms`, 'm'));
    assert.match(listed.stdout, /eventdata \([\d.]+ MB\)/);
    for (const machine of [...fleet.machines].reverse()) {
      const { code, stdout } = await machine.daemon('stop');
      assert.deepEqual([code, stdout], [0, '[INFO] Shutting down actor system. [OK]\n']);
      assert.equal((await machine.daemon('status')).code, 3);
      assert.deepEqual(machine.living, { daemon: false, nats: false });
    }
    const refused = await coordinator.benchmark(
      'execute-test',
      '--workload=eventdata',
      '--workload-repository=builtin',
      '--worker-ips=127.0.0.2',
    ).ended;
    assert.equal(refused.code, 64);
    assert.match(refused.stderr, /opensearch-benchmarkd/);
  });

  test('with a token: encrypted, and no secret where others could read it', async (context) => {
    const maker = new Machine({ address: '127.0.0.1' });
    context.after(() => maker.dispose());
    const keyFile = maker.home.path('token.key');
    const token = (await maker.daemon('token', `--token-key-file=${keyFile}`)).stdout.trim();
    const secured = new ThreeMachines({ OSB_FLEET_TOKEN: token });
    context.after(() => secured.dispose());
    await secured.start(`--token-key-file=${keyFile}`);
    const [first] = secured.machines;
    const stranger = new Machine({ address: '127.0.0.4' });
    context.after(() => stranger.dispose());
    const strangerStarts = stranger.daemon(
      'start',
      '--node-ip=127.0.0.4',
      '--coordinator-ip=127.0.0.1',
      `--port=${secured.port}`,
    );

    const index = 'with-token';
    const path = first.home.workload('own', {
      'workload.json': ownDocuments(index),
      'index.json': '{"settings":{"number_of_replicas":0}}',
    });
    writeFileSync(join(path, 'numbers.json'), numberedDocuments(numbers));
    const password = 'Corr3ct-horse_battery';
    const run = first.benchmark(
      'execute-test',
      `--workload-path=${path}`,
      '--worker-ips=127.0.0.2,127.0.0.3',
      `--target-hosts=${host}`,
      `--client-options=timeout:60,basic_auth_user:'admin',basic_auth_password:'${password}'`,
      '--test-run-id=secured',
    );
    await run.printed(/Running append/);
    const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    const result = await run.ended;
    assert.equal(result.code, 0, result.stderr);
    assertClean(result);
    assert.equal((await statsOf(index))._all.primaries.docs.count, numbers);
    const refusal = await strangerStarts;
    assert.equal(refusal.code, 64);
    assert.match(refusal.stderr, /runs with a token, and this node has none/);
    assert.equal((await stranger.daemon('status')).stdout, 'Stopped\n');
    const [, , secret = ''] = token.split('.');
    assert.ok(secret.length > 20);
    assert.ok(!processes.includes(secret));
    const known = filesOf(secured.machines.map(({ home }) => home.directory));
    const leaks = known.filter(({ path: file, isOpen }) => {
      const text = readFileSync(file, 'latin1');
      return text.includes(password) || (isOpen && text.includes(secret));
    });
    assert.deepEqual(leaks, []);
  });
});

/** All files below directories, and whether others than their owner may read them. */
function filesOf(directories: readonly string[]): readonly { readonly path: string; readonly isOpen: boolean }[] {
  return directories
    .flatMap((directory) =>
      readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name)),
    )
    .filter((path) => existsSync(path) && statSync(path).isFile())
    .map((path) => ({ path, isOpen: (statSync(path).mode & 0o044) !== 0 }));
}
