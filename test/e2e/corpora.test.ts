// Corpora on their way to a real OpenSearch: archives, downloads, parts; and what is left when that fails in the
// middle.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { sharedOpenSearch } from '../../scripts/opensearch.ts';
import { startObjectStore, storeVariables } from '../fakes/object-store.ts';
import { assertFailure, type Ended, Home, taskOf, temporaryHome } from './benchmark-process.ts';
import { type FakeOpenSearch, startFakeOpenSearch } from './fake-opensearch.ts';
import { numberedDocuments, workloadJson } from './small-workloads.ts';

const prefix = `e2e-corpora-${process.pid}`;
const fifty = numberedDocuments(50);
/** {@link fifty}, packed by bzip2 and by zstd, which not every machine has. */
const bz2 = Buffer.from(
  'QlpoOTFBWSZTWaWZrHkAASdZgAAQEAB/8BIDEgogAJEYG9UP/VSaAAkpN+qob1TQNp6pZAmiBLIE7/d685ILsuxBXLggqsgqqqqqqqq4wrRAmiBOSBLIEyQJ0QJZAnwgSz9xxx7511e9YqqqhoYgMxkBJJJ+LuSKcKEhSzNY8g==',
  'base64',
);
const zst = Buffer.from(
  'KLUv/WSyAQ0DAIJGERCw66cMAS8JxnETmZIskroT4JksSXKkyMyns4lpXk4+Lp7//R5vXEw8LJy+7RptWko6Kpp93RZrChki74KHJ7CEVFvBBTGoEDi+nwHg5xAeEfgBMjJ6PGTD/TmAlAJMPfGw',
  'base64',
);

const indexOf = (name: string): string => `${prefix}-${name}`;

/** What a corpus says beside its documents, and variables of the process. */
interface More {
  readonly corpus?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A workload that indexes one document set. */
const indexing = (name: string, documents: Readonly<Record<string, unknown>>, corpus: More['corpus'] = {}): string =>
  workloadJson({
    indices: [{ name: indexOf(name), body: 'index.json' }],
    corpora: [{ name, ...corpus, documents: [documents] }],
    schedule: [
      { operation: { name: 'delete', 'operation-type': 'delete-index' } },
      { operation: { name: 'create', 'operation-type': 'create-index' } },
      { operation: { name: 'append', 'operation-type': 'bulk', 'bulk-size': 20 }, clients: 2 },
      { operation: { name: 'refresh', 'operation-type': 'refresh', index: indexOf(name) } },
    ],
  });
const indexJson = '{"settings":{"number_of_shards":1,"number_of_replicas":0}}';

describe('a corpus', () => {
  const home = new Home();
  let url = '';
  let stop: () => Promise<void> = async () => undefined;
  before(async () => {
    ({ url, stop } = await sharedOpenSearch());
  });
  after(async () => {
    await fetch(`${url}/${prefix}-*`, { method: 'DELETE' });
    home.dispose();
    await stop();
  });

  async function assertIndexed(
    name: string,
    documents: Readonly<Record<string, unknown>>,
    count: number,
    file?: Buffer,
    more: More = {},
  ): Promise<Ended> {
    const text = indexing(name, documents, more.corpus);
    const path = home.workload(name, { 'workload.json': text, 'index.json': indexJson });
    if (file !== undefined) writeFileSync(`${path}/${documents['source-file']}`, file);
    const ended = await home.run(
      ['run', `--workload-path=${path}`, `--target-hosts=${new URL(url).host}`, `--test-run-id=${name}`],
      more.env === undefined ? {} : { env: more.env },
    );
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(taskOf(home.testRun(name), 'append').errors, 0);
    const answer = (await (
      await fetch(`${url}/${indexOf(name)}/_search?size=0&track_total_hits=true`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"aggs":{"distinct":{"cardinality":{"field":"number","precision_threshold":40000}}}}',
      })
    ).json()) as { hits: { total: { value: number } }; aggregations: { distinct: { value: number } } };
    assert.deepEqual([answer.hits.total.value, answer.aggregations.distinct.value], [count, count]);
    return ended;
  }

  const archives: readonly (readonly [string, string, Buffer])[] = [
    ['bz2', '.bz2', bz2],
    ['gz', '.gz', gzipSync(fifty)],
    ['zst', '.zst', zst],
    ['plain', '', Buffer.from(fifty)],
  ];
  for (const [name, extension, file] of archives) {
    test(`packed as ${name} is indexed whole`, async () => {
      await assertIndexed(
        name,
        { 'source-file': `docs.json${extension}`, 'document-count': 50, 'uncompressed-bytes': fifty.length },
        50,
        file,
      );
    });
  }

  test('of several objects is streamed from a store while it is sent', async (context) => {
    const store = await startObjectStore(context);
    const lines = numberedDocuments(9000).trimEnd().split('\n');
    for (const [index, part] of [lines.slice(0, 1), lines.slice(1, 7000), lines.slice(7000)].entries())
      store.objects.set(`bucket/logs/part-${index}`, Buffer.from(part.join('\n')));
    const corpus = { 'streaming-ingestion': 'aws', 'base-url': 's3://bucket/logs' };
    const ended = await assertIndexed('stream', { 'source-file': 'part-*' }, 9000, undefined, {
      corpus,
      env: storeVariables(store.url),
    });
    // No secret stands in what was said, and nothing was put on the disk.
    const secret = storeVariables('').AWS_SECRET_ACCESS_KEY ?? '';
    assert.ok(!`${ended.stdout}${ended.stderr}${JSON.stringify(home.testRun('stream'))}`.includes(secret));
    assert.ok(!existsSync(`${home.directory}/.benchmark/benchmarks/data/stream`));
  });

  test('is downloaded through broken connections, once', async (context) => {
    const whole = gzipSync(numberedDocuments(3000), { level: 0 });
    let requests = 0;
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      requests++;
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': whole.length - from,
        'accept-ranges': 'bytes',
        etag: '"one"',
        ...(from > 0 ? { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` } : {}),
      });
      if (requests === 1) {
        response.write(whole.subarray(0, 9000));
        setTimeout(() => response.destroy(), 50);
      } else {
        response.end(whole.subarray(from));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    context.after(() => new Promise((resolve) => server.close(resolve)));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/corpora`;
    const documents = {
      'base-url': base,
      'source-file': 'docs.json.gz',
      'document-count': 3000,
      'compressed-bytes': whole.length,
    };
    const first = await assertIndexed('downloaded', documents, 3000);
    assert.match(first.stdout, /Downloading/);
    assert.equal(requests, 2);
    await assertIndexed('downloaded', documents, 3000);
    assert.equal(requests, 2, 'it is there already');
    assert.deepEqual(
      home.dataFiles().filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  test('with its own action lines is sent as it is', async () => {
    const lines = Array.from(
      { length: 40 },
      (_, number) => `{"index":{"_index":"${indexOf('actions')}","_id":"${number % 30}"}}\n{"number":${number % 30}}\n`,
    ).join('');
    await assertIndexed(
      'actions',
      { 'source-file': 'docs.json', 'document-count': 40, 'includes-action-and-meta-data': true },
      30,
      Buffer.from(lines),
    );
  });

  test('with documents that the mapping refuses is counted document by document', async () => {
    const lines = Array.from(
      { length: 50 },
      (_, number) => `{"number":${number % 20 === 7 ? '"seven"' : number}}\n`,
    ).join('');
    const path = home.workload('refused', {
      'workload.json': indexing('refused', { 'source-file': 'docs.json', 'document-count': 50 }),
      'index.json':
        '{"settings":{"number_of_shards":1,"number_of_replicas":0},"mappings":{"properties":{"number":{"type":"long"}}}}',
      'docs.json': lines,
    });
    const ended = await home.run([
      'run',
      `--workload-path=${path}`,
      `--target-hosts=${new URL(url).host}`,
      '--test-run-id=refused',
    ]);
    assert.equal(ended.code, 0, ended.stderr);
    // Documents 7, 27 and 47 are in three of the four bulks: a client sends 0 to 24 and the other 25 to 49, 20 and 5 at
    // a time.
    const { errors, documents } = taskOf(home.testRun('refused'), 'append');
    const reasons = documents?.reasons.map(({ kind, count }) => [kind, count]);
    assert.deepEqual(
      [errors, documents?.total, documents?.failed, reasons],
      [3, 50, 3, [['HTTP 400 mapper_parsing_exception', 3]]],
    );
    assert.match(
      ended.stdout,
      /3 of 50 documents of \[append\] were not indexed: 3 x HTTP 400 mapper_parsing_exception \(failed to parse/,
    );
  });
});

describe('a corpus that does not get there', { concurrency: 3 }, () => {
  let target: FakeOpenSearch;
  before(async () => {
    target = await startFakeOpenSearch();
  });
  after(() => target.close());

  const large = (home: Home, more: readonly string[] = []): readonly string[] => [
    'run',
    '--workload=eventdata',
    '--workload-repository=builtin',
    '--workload-params=number_of_documents:3000000',
    `--target-hosts=${target.host}`,
    `--results-file=${home.path('summary.md')}`,
    ...more,
  ];
  const documentFiles = (home: Home): readonly string[] =>
    home.dataFiles().filter((name) => /\.json$|\.tmp$/.test(name));

  test('as it is being made when Ctrl-C comes leaves no half of it', async (context) => {
    const home = temporaryHome(context);
    const run = home.start(large(home));
    context.after(() => void run.child.kill('SIGKILL'));
    await run.printed(/Generating eventdata/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const start = performance.now();
    run.child.kill('SIGINT');
    const ended = await run.ended;
    assert.equal(ended.code, 130, ended.stderr);
    assert.ok(performance.now() - start < 6000, 'far sooner than the documents would be made');
    assert.deepEqual(documentFiles(home), []);
    assert.ok(!ended.stdout.includes('Final  Score'));
  });

  test('as the disk is full says so and leaves no half of it', async (context) => {
    const home = temporaryHome(context);
    const disk = home.path('.benchmark', 'benchmarks', 'data');
    mkdirSync(disk, { recursive: true });
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]).status === 0;
    try {
      if (mounted) {
        const ended = await home.run(large(home));
        assertFailure(ended, 'DISK', /(No space left|not enough space|is full|ENOSPC)/i);
        assert.match(ended.stderr, new RegExp(disk));
        assert.deepEqual(documentFiles(home), []);
      }
      // Needs no privileges: a device that is always full.
      const path = home.workload('w', {
        'workload.json': workloadJson({
          schedule: [
            { operation: { name: 'rest', 'operation-type': 'sleep', duration: 0, 'include-in-reporting': true } },
          ],
        }),
      });
      const full = await home.run([
        'run',
        `--workload-path=${path}`,
        `--target-hosts=${target.host}`,
        '--results-file=/dev/full',
        '--test-run-id=full',
      ]);
      assertFailure(full, 'DISK', /\/dev\/full/);
      const refused = await home.run([
        'run',
        `--workload-path=${path}`,
        `--target-hosts=${target.host}`,
        '--results-file=/proc/nowhere/summary.md',
      ]);
      assertFailure(refused, 'DISK', /\/proc\/nowhere/);
      const stored = home.path('.benchmark', 'benchmarks', 'test-runs', 'full');
      assert.ok(!existsSync(stored), 'a run whose results file cannot be written does not begin');
    } finally {
      if (mounted) spawnSync('umount', [disk]);
    }
  });

  test('where nothing may be written', async (context) => {
    const home = temporaryHome(context);
    writeFileSync(home.path('.benchmark'), 'a file where a directory should be');
    const ended = await home.start(large(home)).ended;
    assert.equal(ended.code, 64);
    assert.match(ended.stderr, /\.benchmark/);
    assert.doesNotMatch(ended.stderr + ended.stdout, /^\s+at /m);
    assert.equal(readFileSync(home.path('.benchmark'), 'utf8'), 'a file where a directory should be');
  });
});
