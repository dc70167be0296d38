// Workloads and corpora that cannot be used: one message with file and place, exit code 64, and nothing half-written.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { assertFailure, type Ended, type Home, temporaryHome } from './benchmark-process.ts';
import { type FakeOpenSearch, startFakeOpenSearch } from './fake-opensearch.ts';
import { numberedDocuments, rootRequest, workloadJson } from './small-workloads.ts';

interface BadWorkload {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly code: string;
  /** All of these, in any order. */
  readonly messages: readonly RegExp[];
  readonly more?: readonly string[];
}

const schedule = (task: unknown): string => workloadJson({ schedule: [task] });
const bulkOf = (corpora: unknown, operation: Readonly<Record<string, unknown>> = {}): string =>
  workloadJson({
    indices: [{ name: 'e2e-never-made' }],
    corpora,
    schedule: [{ operation: { name: 'append', 'operation-type': 'bulk', 'bulk-size': 10, ...operation } }],
  });

const bad: readonly BadWorkload[] = [
  {
    what: 'JSON with a missing comma',
    files: { 'workload.json': '{\n  "version": 2,\n  "description": "x"\n  "indices": []\n}\n' },
    code: 'WORKLOAD_SYNTAX',
    messages: [/workload\.json:4/],
  },
  {
    what: 'JSON that ends too early',
    files: { 'workload.json': '{\n  "version": 2,\n  "description": "x",\n' },
    code: 'WORKLOAD_SYNTAX',
    messages: [/workload\.json:[34]/],
  },
  {
    what: 'an empty file',
    files: { 'workload.json': '' },
    code: 'WORKLOAD_SYNTAX',
    messages: [/- .*workload\.json:1: /],
  },
  {
    what: 'a template that does not end its loop',
    files: { 'workload.json': '{\n  "version": 2,\n  {% for a in [1, 2] %}\n  "description": "x"\n}\n' },
    code: 'WORKLOAD_SYNTAX',
    messages: [/workload\.json:[356]/, /for/],
  },
  {
    what: 'a template with an unknown filter',
    files: { 'workload.json': '{\n  "version": 2,\n  "description": "{{ 1 | nonsense }}"\n}\n' },
    code: 'WORKLOAD_SYNTAX',
    messages: [/workload\.json:3/, /nonsense/],
  },
  {
    what: 'a template that includes a file that is not there',
    files: { 'workload.json': '{\n  "version": 2,\n  "description": "x",\n  {% include "parts/missing.json" %}\n}\n' },
    code: 'WORKLOAD_SYNTAX',
    messages: [/workload\.json:4/, /parts\/missing\.json/],
  },
  {
    what: 'broken JSON in a collected part',
    files: {
      'workload.json':
        '{% import "benchmark.helpers" as benchmark with context %}\n{\n  "version": 2,\n  "description": "x",\n  ' +
        '"operations": [ {{ benchmark.collect(parts="operations/*.json") }} ],\n  "schedule": [ {"operation": "a"} ' +
        ']\n}\n',
      'operations/one.json': '{\n  "name": "a",\n  "operation-type": "sleep",\n  "duration": oops\n}\n',
    },
    code: 'WORKLOAD_SYNTAX',
    messages: [/operations\/one\.json:4/],
  },
  {
    what: 'an unknown operation type',
    files: { 'workload.json': schedule({ operation: { name: 'x', 'operation-type': 'serch' } }) },
    code: 'WORKLOAD_INVALID',
    messages: [/serch/, /search/],
  },
  {
    what: 'an operation that is not defined',
    files: { 'workload.json': schedule({ operation: 'does-not-exist' }) },
    code: 'WORKLOAD_INVALID',
    messages: [/does-not-exist/],
  },
  {
    what: 'several wrong types at once',
    files: {
      'workload.json': workloadJson({
        schedule: [
          {
            operation: { name: 'a', 'operation-type': 'search', index: 'x', body: 'text', 'detailed-results': 'maybe' },
            clients: 'two',
          },
          { operation: { name: 'b', 'operation-type': 'sleep', duration: 'long' }, iterations: -1 },
        ],
      }),
    },
    code: 'WORKLOAD_INVALID',
    messages: [/clients/, /iterations/],
  },
  {
    what: 'wrong parameters of operations',
    files: {
      'workload.json': workloadJson({
        schedule: [
          { operation: { name: 'a', 'operation-type': 'search', index: 'x', body: {}, 'detailed-results': 'maybe' } },
          { operation: { name: 'b', 'operation-type': 'sleep', duration: 'long' } },
        ],
      }),
    },
    code: 'WORKLOAD_INVALID',
    messages: [/detailed-results/, /duration/],
  },
  {
    what: 'a parameter that it does not know',
    files: { 'workload.json': schedule(rootRequest(1)).replace('"of a test"', '"{{ documents | default(5) }}"') },
    more: ['--workload-params=document:7'],
    code: 'WORKLOAD_PARAMS_UNUSED',
    messages: [/document\b/, /documents/],
  },
  {
    what: 'no such test procedure',
    files: { 'workload.json': schedule(rootRequest(1)) },
    more: ['--test-procedure=default-procedur'],
    code: 'USAGE',
    messages: [/default-procedur/, /default-procedure/],
  },
  {
    what: 'a body that is not there',
    files: {
      'workload.json': workloadJson({ indices: [{ name: 'a', body: 'nowhere.json' }], schedule: [rootRequest(1)] }),
    },
    code: 'WORKLOAD_[A-Z_]+',
    messages: [/nowhere\.json/],
  },
  {
    what: 'a plug-in that does not register what it uses',
    files: {
      'workload.json': schedule({ operation: { name: 'own', 'operation-type': 'my-own-runner' } }),
      'workload.py': 'def register(registry):\n    pass\n',
    },
    code: 'WORKLOAD_INVALID',
    messages: [/my-own-runner/, /the plug-in workload\.py does not register it/],
  },
  {
    what: 'a corpus that is nowhere',
    files: {
      'workload.json': bulkOf([{ name: 'c', documents: [{ 'source-file': 'missing.json', 'document-count': 3 }] }]),
    },
    code: 'CORPUS',
    messages: [/missing\.json/],
  },
  {
    what: 'a corpus with too many documents',
    files: {
      'workload.json': bulkOf([{ name: 'c', documents: [{ 'source-file': 'docs.json', 'document-count': 3 }] }]),
      'docs.json': numberedDocuments(4),
    },
    code: 'CORPUS',
    messages: [/docs\.json has 4 lines, but 3 are expected/, /document-count/],
  },
  {
    what: 'a corpus of another size',
    files: {
      'workload.json': bulkOf([
        { name: 'c', documents: [{ 'source-file': 'docs.json', 'document-count': 3, 'uncompressed-bytes': 5 }] },
      ]),
      'docs.json': numberedDocuments(3),
    },
    code: 'CORPUS',
    messages: [/docs\.json has 39 bytes, but the workload expects 5/],
  },
];

const filesBelow = (directory: string): readonly string[] =>
  existsSync(directory)
    ? readdirSync(directory, { recursive: true })
        .map(String)
        .filter((name) => statSync(`${directory}/${name}`).isFile())
        .sort()
    : [];

describe('a workload with', { concurrency: 4 }, () => {
  let target: FakeOpenSearch;
  before(async () => {
    target = await startFakeOpenSearch();
  });
  after(() => target.close());

  const run = (home: Home, path: string, more: readonly string[] = []): Promise<Ended> =>
    home.run(['execute-test', `--workload-path=${path}`, `--target-hosts=${target.host}`, ...more]);

  for (const { what, files, code, messages, more } of bad) {
    test(what, async (context) => {
      const home = temporaryHome(context);
      const path = home.workload('given', files);
      const ended = await run(home, path, more);
      for (const message of messages) assertFailure(ended, code, message);
      assert.ok(!ended.stdout.includes('Final  Score'));
      // Nothing is added to the directory of the workload.
      assert.deepEqual(filesBelow(path), Object.keys(files).sort());
      if (code !== 'CORPUS') assert.deepEqual(home.testRunIds(), []);
      for (const id of home.testRunIds())
        assert.equal(home.testRun(id).results, undefined, 'a run that never loaded has no results');
    });
  }

  test('a path that leads nowhere', async (context) => {
    const home = temporaryHome(context);
    const ended = await run(home, home.path('nowhere'));
    assertFailure(ended, 'WORKLOAD_NOT_FOUND', /nowhere/);
    const file = await run(home, home.workload('empty', {}));
    assertFailure(file, 'WORKLOAD_NOT_FOUND', /workload\.json/);
  });

  test('a name that nobody knows', async (context) => {
    const home = temporaryHome(context);
    const ended = await home.run([
      'run',
      '--workload=evntdata',
      '--workload-repository=builtin',
      `--target-hosts=${target.host}`,
    ]);
    assertFailure(ended, 'WORKLOAD_NOT_FOUND', /evntdata.*(\n.*)*eventdata/);
  });

  test('neither name nor path', async (context) => {
    const home = temporaryHome(context);
    const ended = await home.run(['run', `--target-hosts=${target.host}`]);
    assertFailure(ended, 'USAGE', /--workload/);
  });

  test('an archive that is cut off', async (context) => {
    const home = temporaryHome(context);
    const path = home.workload('cut', {
      'workload.json': bulkOf([{ name: 'c', documents: [{ 'source-file': 'docs.json.gz', 'document-count': 2000 }] }]),
    });
    const archive = gzipSync(numberedDocuments(2000));
    writeFileSync(`${path}/docs.json.gz`, archive.subarray(0, archive.length / 2));
    const ended = await run(home, path);
    assertFailure(ended, 'CORPUS', /docs\.json\.gz/);
    assert.deepEqual(filesBelow(path), ['docs.json.gz', 'workload.json'], 'no half of a document file');
  });

  test('documents from a server that fails', async (context) => {
    const home = temporaryHome(context);
    const whole = Buffer.from(numberedDocuments(1000));
    const files: Server = createServer((request, response) => {
      if (request.url?.endsWith('/short.json')) {
        response.writeHead(200, { 'content-length': String(whole.length - 100) });
        response.end(whole.subarray(100));
      } else {
        response.writeHead(404);
        response.end();
      }
    });
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
    context.after(() => new Promise((resolve) => files.close(resolve)));
    const base = `http://127.0.0.1:${(files.address() as AddressInfo).port}/data`;
    const from = (name: string, more: Readonly<Record<string, unknown>> = {}): string =>
      home.workload(name, {
        'workload.json': bulkOf([
          { name, 'base-url': base, documents: [{ 'source-file': `${name}.json`, 'document-count': 1000, ...more }] },
        ]),
      });
    const absent = await run(home, from('absent'));
    assertFailure(absent, 'CORPUS', /\/data\/absent\.json/);
    assert.match(absent.stderr, /404/);
    const short = await run(home, from('short', { 'uncompressed-bytes': whole.length }));
    assertFailure(short, 'CORPUS', /short\.json/);
    assert.deepEqual(
      home.dataFiles().filter((name) => name.endsWith('/short.json') || name.endsWith('/absent.json')),
      [],
      'nothing under its final name',
    );
  });
});
