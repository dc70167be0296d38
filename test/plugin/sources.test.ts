// Parameter sources of plug-ins in TypeScript, from the workload to the requests on the wire.
// Needs: time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PluginRunSettings, type Received, runPlugin } from './plugin-run.ts';

const search = (name: string): Readonly<Record<string, unknown>> => ({
  name,
  'operation-type': 'search',
  'param-source': name,
});

const register = (body: string): string =>
  `import type { Registry } from 'opensearch-benchmark';\nexport function register(registry: Registry): void {\n${body}\n}\n`;

const lines = (received: readonly Received[]): readonly string[] =>
  received.map(({ method, url, body }) => `${method} ${url} ${body}`);

const RANDOM = register(`
  registry.registerParamSource('dice', ({ random, clientIndex, clientCount, params }) => ({
    params: () => ({ index: 'logs', body: { client: clientIndex, of: clientCount, x: Math.floor(random() * 1e6), y: params.y } }),
  }));`);

test('a source makes each request of a search, from the client that it is for and from the seed', async (context) => {
  const settings: PluginRunSettings = {
    schedule: [{ operation: { ...search('dice'), y: { z: 5 } }, clients: 3, iterations: 4 }],
    files: { 'workload.ts': RANDOM },
  };
  const one = await runPlugin(context, settings);
  assert.equal(one.outcome.status, 'success');
  assert.equal(one.received.length, 12);
  const bodies = one.received.map(
    ({ body }) => JSON.parse(body) as { client: number; of: number; x: number; y: unknown },
  );
  assert.deepEqual(bodies[0]?.y, { z: 5 });
  assert.ok(bodies.every(({ of }) => of === 3));
  assert.equal(new Set(bodies.map(({ x }) => x)).size, 12, 'each client has random numbers of its own');
  const two = await runPlugin(context, { ...settings, cores: 2 });
  assert.deepEqual([...lines(two.received)].sort(), [...lines(one.received)].sort(), 'threads change nothing');
  const other = await runPlugin(context, { ...settings, seed: 8 });
  assert.notDeepEqual([...lines(other.received)].sort(), [...lines(one.received)].sort());
});

test('path, headers and body follow the parameters of each request', async (context) => {
  const { received, outcome } = await runPlugin(context, {
    schedule: [{ operation: search('mixed') }],
    files: {
      'workload.ts': register(`
  const all = [
    { index: 'a', body: { q: 1 } },
    { index: 'b', cache: true, body: '{"q": "ä" }' },
    { index: 'a', body: new TextEncoder().encode('{"q":3}') },
    { index: 'a', 'request-params': { preference: 'x' }, body: { q: 4 } },
    { index: 'a' },
    { index: 'a', body: { q: 6 }, 'results-per-page': 7 },
  ];
  registry.registerParamSource('mixed', () => ({ infinite: false, params: () => all.shift() ?? null }));`),
    },
  });
  assert.equal(outcome.status, 'success');
  assert.deepEqual(lines(received), [
    'GET /a/_search {"q":1}',
    'GET /b/_search?request_cache=true {"q": "ä" }',
    'GET /a/_search {"q":3}',
    'GET /a/_search?preference=x {"q":4}',
    'GET /a/_search ',
    'GET /a/_search {"q":6,"size":7}',
  ]);
});

test('parameters that were changed in place are read anew', async (context) => {
  const { received } = await runPlugin(context, {
    schedule: [{ operation: search('same-object'), iterations: 3 }],
    files: {
      'workload.js': `export function register(registry) {
  const query = { a: 0 };
  const params = { index: 'logs', 'request-params': query, body: {} };
  registry.registerParamSource('same-object', () => ({ params: () => { query.a++; return params; } }));
}`,
    },
  });
  assert.deepEqual(
    received.map(({ url }) => url),
    ['/logs/_search?a=1', '/logs/_search?a=2', '/logs/_search?a=3'],
  );
});

test('a vector search takes its body from a source', async (context) => {
  const { received, outcome } = await runPlugin(context, {
    schedule: [
      { operation: { name: 'v', 'operation-type': 'vector-search', 'param-source': 'vectors' }, iterations: 1 },
    ],
    files: {
      'workload.ts': register(`
  registry.registerParamSource('vectors', () => ({
    params: () => ({
      index: 'logs',
      'request-params': { _source: false },
      body: { size: 1, query: { knn: { v: { vector: [0.5, 1], k: 1 } } } },
    }),
  }));`),
    },
  });
  assert.equal(outcome.status, 'success');
  assert.deepEqual(lines(received), [
    'GET /logs/_search?_source=false {"size":1,"query":{"knn":{"v":{"vector":[0.5,1],"k":1}}}}',
  ]);
});

test('bulk requests come from a source as lists of lines, as texts, and without action lines', async (context) => {
  const { received, outcome } = await runPlugin(context, {
    schedule: [{ operation: { name: 'mine', 'operation-type': 'bulk', 'param-source': 'mine' } }],
    files: {
      'workload.ts': register(`
  const all = [
    { 'bulk-size': 2, body: [{ index: { _index: 'a' } }, { x: 1 }, '{"index":{"_index":"b"}}', { x: 2 }] },
    { 'bulk-size': 1, body: '{"index":{"_index":"a"}}\\n{"x":3}', pipeline: 'p' },
    { 'bulk-size': 2, body: [{ x: 4 }, { x: 5 }], index: 'c', 'action-metadata-present': false },
  ];
  registry.registerParamSource('mine', () => ({ infinite: false, params: () => all.shift() ?? null }));`),
    },
    answer: () => [200, { took: 1, errors: false, items: [] }],
  });
  assert.deepEqual(lines(received), [
    'POST /_bulk {"index":{"_index":"a"}}\n{"x":1}\n{"index":{"_index":"b"}}\n{"x":2}\n',
    'POST /_bulk?pipeline=p {"index":{"_index":"a"}}\n{"x":3}\n',
    'POST /c/_bulk {"index":{}}\n{"x":4}\n{"index":{}}\n{"x":5}\n',
  ]);
  const [task] = outcome.results.tasks;
  assert.equal(task?.documents?.total, 5);
});

test('operations of several requests are made anew from each set of parameters', async (context) => {
  const { received } = await runPlugin(context, {
    schedule: [
      { operation: { name: 'makes', 'operation-type': 'create-index', 'param-source': 'names' }, iterations: 2 },
      { operation: { ...search('pages'), name: 'scrolls' }, iterations: 1 },
    ],
    files: {
      'workload.ts': register(`
  let n = 0;
  registry.registerParamSource('names', () => ({ params: () => ({ index: 'i' + n++, body: { settings: { n } } }) }));
  registry.registerParamSource('pages', () => ({
    params: () => ({ index: 'logs', pages: 1, 'results-per-page': 5, body: { query: {} } }),
  }));`),
    },
    workload: { indices: undefined },
  });
  assert.deepEqual(lines(received).slice(0, 2), ['PUT /i0 {"settings":{"n":1}}', 'PUT /i1 {"settings":{"n":2}}']);
  assert.match(received[2]?.url ?? '', /^\/logs\/_search\?.*scroll=/);
});

test('a raw request borrows the documents of the corpora', async (context) => {
  const { received, outcome } = await runPlugin(context, {
    workload: {
      corpora: [{ name: 'c', documents: [{ 'source-file': 'c.json', 'document-count': 3 }] }],
    },
    schedule: [
      {
        operation: {
          name: 'raw',
          'operation-type': 'raw-request',
          'param-source': 'file-reader',
          'bulk-size': 2,
          method: 'POST',
          path: '/_bulk',
        },
      },
    ],
    files: { 'c.json': '{"x":1}\n{"x":2}\n{"x":3}\n' },
  });
  assert.equal(outcome.status, 'success');
  assert.deepEqual(
    received.map(({ body }) => body),
    [
      '{"index": {"_index": "logs"}}\n{"x":1}\n{"index": {"_index": "logs"}}\n{"x":2}\n',
      '{"index": {"_index": "logs"}}\n{"x":3}\n',
    ],
  );
});

test('the corpora that a source says it reads are prepared, and it finds their files', async (context) => {
  const { received, outcome } = await runPlugin(context, {
    workload: { corpora: [{ name: 'words', documents: [{ 'source-file': 'words.json', 'document-count': 2 }] }] },
    schedule: [{ operation: search('reader') }],
    files: {
      'words.json': '{"w":"a"}\n{"w":"b"}\n',
      'workload.ts': `import { readFileSync } from 'node:fs';\n${register(`
  registry.registerParamSource('reader', ({ workload }) => {
    const path = workload.corpora[0]?.documents[0]?.path ?? null;
    const lines = path === null ? [] : readFileSync(path, 'utf8').trim().split('\\n');
    return { infinite: false, corpora: ['words'], params: () => (lines.length > 0 ? { body: lines.shift() } : null) };
  });`)}`,
    },
  });
  assert.equal(outcome.status, 'success');
  assert.deepEqual(
    received.map(({ body }) => body),
    ['{"w":"a"}', '{"w":"b"}'],
  );
});

test('a source that fails during the load ends the run, with the name of its task and its own trace', async (context) => {
  const { outcome, received } = await runPlugin(context, {
    schedule: [{ operation: search('late'), iterations: 10 }],
    files: {
      'workload.ts': register(`
  let n = 0;
  const third = (): number => { if (++n === 3) throw new RangeError('no more queries'); return n; };
  registry.registerParamSource('late', () => ({ params: () => ({ body: { n: third() } }) }));`),
    },
  });
  assert.equal(received.length, 2);
  assert.equal(outcome.status, 'failed');
  assert.equal(outcome.error?.code, 'PLUGIN');
  assert.match(
    outcome.error?.message ?? '',
    /^Task "late": Plug-in .*workload\.ts: params\(\) of parameter source "late" of task "late" failed: RangeError: no more queries\.$/,
  );
  const [first] = outcome.error?.problems ?? [];
  assert.match(first?.file ?? '', /\/workload\.ts$/);
  assert.deepEqual([first?.line, first?.message], [5, 'in third']);
});

const shapes: readonly (readonly [title: string, returned: string, message: RegExp])[] = [
  ['a list', '[]', /it must return an object with parameters, or null at the end, but returned a list/],
  ['a promise', 'Promise.resolve({})', /but returned a promise/],
  ['a text', '"x"', /but returned a string/],
  ['undefined', 'undefined', /but returned undefined/],
  ['a body that is a function', '{ body: () => 1 }', /A body cannot be a function/],
  ['parameters that the operation refuses', '{ body: {}, "request-params": 5 }', /gives "search" are wrong/],
];
for (const [title, returned, message] of shapes) {
  test(`a source that returns ${title} ends the run and is named`, async (context) => {
    const { outcome, received } = await runPlugin(context, {
      schedule: [{ operation: search('odd') }],
      files: {
        'workload.js': `export function register(registry) {
  registry.registerParamSource('odd', () => ({ params: () => (${returned}) }));
}`,
      },
    });
    assert.deepEqual([outcome.error?.code, received.length], ['PLUGIN', 0]);
    assert.match(outcome.error?.message ?? '', message);
    assert.match(outcome.error?.message ?? '', /"odd"/);
  });
}

test('what a plug-in leaves running, and throws later, ends the run as its failure', async (context) => {
  const { outcome } = await runPlugin(context, {
    schedule: [{ operation: search('timers'), 'time-period': 5 }],
    files: {
      'workload.js': `export function register(registry) {
  registry.registerParamSource('timers', () => {
    let sent = 0;
    const throwLater = () => setTimeout(() => { throw new Error('too late'); });
    return { params: () => { if (++sent === 3) throwLater(); return { index: 'a', body: {} }; } };
  });
}`,
    },
  });
  assert.equal(outcome.error?.code, 'PLUGIN');
  assert.match(outcome.error?.message ?? '', /something that it left running failed: Error: too late/);
  assert.equal(outcome.error?.problems[0]?.line, 4);
});
