import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toJson, writeJson } from '../../src/json.ts';
import type { WorkloadFacts } from '../../src/operation/operation.ts';
import { EMPTY, lines, ONE_INDEX, play, type Server } from './play.ts';

const facts: WorkloadFacts = {
  ...EMPTY,
  indices: [
    { name: 'logs-1', body: toJson({ settings: { 'index.number_of_shards': 1 }, mappings: {} }), types: [] },
    { name: 'logs-2', body: null, types: [] },
  ],
  templates: [{ name: 'old', pattern: 'old-*', body: toJson({ settings: { a: 1 } }), deleteMatchingIndices: true }],
  composableTemplates: [
    {
      name: 'new',
      pattern: 'new-*',
      body: toJson({ index_patterns: ['new-*'], template: { settings: { index: { a: 1 } } } }),
      deleteMatchingIndices: false,
    },
  ],
  componentTemplates: [{ name: 'part', body: toJson({ template: { mappings: {} } }) }],
};
const streams: WorkloadFacts = { ...EMPTY, dataStreams: ['s1', 's2'] };
const missing: Server = () => ({ status: 404 });
const ok: Server = () => ({});

interface Row {
  readonly what: string;
  readonly type: string;
  readonly params?: object;
  readonly facts?: WorkloadFacts;
  readonly server?: Server;
  readonly expected: readonly string[];
  readonly weight?: number;
}

const rows: readonly Row[] = [
  { what: 'refresh of all', type: 'refresh', expected: ['POST /_all/_refresh'] },
  { what: 'refresh of a list', type: 'refresh', params: { index: ['a', 'b*'] }, expected: ['POST /a,b*/_refresh'] },
  {
    what: 'names are encoded',
    type: 'refresh',
    params: { index: '<logs-{now/d}>,b' },
    expected: ['POST /%3Clogs-%7Bnow%2Fd%7D%3E,b/_refresh'],
  },
  {
    what: 'query parameters: booleans, lists, numbers, special characters',
    type: 'refresh',
    params: { 'request-params': { a: true, b: ['x', 1, false], c: 5.5, d: 'ä &=', timeout: '5s', e: null } },
    expected: ['POST /_all/_refresh?a=true&b=x,1,false&c=5.5&d=%C3%A4%20%26%3D&timeout=5s'],
  },
  {
    what: 'cluster health of an index',
    type: 'cluster-health',
    params: { index: 'logs', 'request-params': { wait_for_status: 'green', wait_for_no_relocating_shards: true } },
    server: () => ({ body: { status: 'green', relocating_shards: 0 } }),
    expected: ['GET /_cluster/health/logs?wait_for_status=green&wait_for_no_relocating_shards=true'],
  },
  { what: 'force merge of everything', type: 'force-merge', expected: ['POST /_all/_forcemerge'] },
  {
    what: 'force merge that leaves the number of segments to the server',
    type: 'force-merge',
    params: { 'max-num-segments': -1 },
    expected: ['POST /_all/_forcemerge?max_num_segments=-1'],
  },
  {
    what: 'force merge without a number',
    type: 'force-merge',
    params: { 'max-num-segments': 0 },
    expected: ['POST /_all/_forcemerge'],
  },
  {
    what: 'force merge of the workload',
    type: 'force-merge',
    params: { 'max-num-segments': 1 },
    facts,
    expected: ['POST /logs-1,logs-2/_forcemerge?max_num_segments=1'],
  },
  {
    what: 'force merge of a data stream',
    type: 'force-merge',
    params: { 'data-stream': 's1' },
    facts: streams,
    expected: ['POST /s1/_forcemerge'],
  },
  {
    what: 'create index: all of the workload, settings merged',
    type: 'create-index',
    params: { settings: { 'index.number_of_replicas': 0 }, 'request-params': { wait_for_active_shards: 'all' } },
    facts,
    expected: [
      'PUT /logs-1?wait_for_active_shards=all ' +
        '{"settings":{"index.number_of_shards":1,"index.number_of_replicas":0},"mappings":{}}',
      'PUT /logs-2?wait_for_active_shards=all {"settings":{"index.number_of_replicas":0}}',
    ],
    weight: 2,
  },
  {
    what: 'create index: some of the workload',
    type: 'create-index',
    params: { index: 'logs-2' },
    facts,
    expected: ['PUT /logs-2'],
  },
  {
    what: 'create index without workload indices',
    type: 'create-index',
    params: { index: 'x', body: { mappings: {} } },
    expected: ['PUT /x {"mappings":{}}'],
  },
  {
    what: 'delete index',
    type: 'delete-index',
    params: { 'request-params': { timeout: '1m' } },
    facts,
    server: (request) => (request.path === '/logs-1' && request.method === 'HEAD' ? { status: 404 } : {}),
    expected: ['HEAD /logs-1', 'HEAD /logs-2', 'DELETE /logs-2?timeout=1m'],
    weight: 1,
  },
  {
    what: 'delete index without asking',
    type: 'delete-index',
    params: { index: 'a', 'only-if-exists': false },
    expected: ['DELETE /a'],
  },
  { what: 'index stats', type: 'index-stats', expected: ['GET /_all/_stats/_all'] },
  { what: 'node stats', type: 'node-stats', expected: ['GET /_nodes/stats/_all'] },
  {
    what: 'put settings',
    type: 'put-settings',
    params: { body: { persistent: { 'a.b': 5.0 } } },
    expected: ['PUT /_cluster/settings {"persistent":{"a.b":5}}'],
  },
  {
    what: 'put pipeline',
    type: 'put-pipeline',
    params: { id: 'p/1', body: { processors: [] }, 'master-timeout': '1s', timeout: '2s' },
    expected: ['PUT /_ingest/pipeline/p%2F1?master_timeout=1s&timeout=2s {"processors":[]}'],
  },
  {
    what: 'delete pipeline swallows 404',
    type: 'delete-pipeline',
    params: { id: 'p' },
    server: missing,
    expected: ['DELETE /_ingest/pipeline/p'],
  },
  {
    what: 'create search pipeline',
    type: 'create-search-pipeline',
    params: { id: '$&', body: {} },
    expected: ['PUT /_search/pipeline/%24%26 {}'],
  },
  {
    what: 'create data streams',
    type: 'create-data-stream',
    facts: streams,
    expected: ['PUT /_data_stream/s1', 'PUT /_data_stream/s2'],
    weight: 2,
  },
  {
    what: 'delete data stream',
    type: 'delete-data-stream',
    params: { 'data-stream': 's1' },
    expected: ['HEAD /s1', 'DELETE /_data_stream/s1'],
  },
  {
    what: 'delete data stream that is not there',
    type: 'delete-data-stream',
    params: { 'data-stream': 's1', 'only-if-exists': false },
    server: missing,
    expected: ['DELETE /_data_stream/s1'],
    weight: 0,
  },
  {
    what: 'create index template',
    type: 'create-index-template',
    params: { settings: { b: 2 } },
    facts,
    expected: ['PUT /_template/old {"settings":{"a":1,"b":2}}'],
  },
  {
    what: 'create index template of its own',
    type: 'create-index-template',
    params: { template: 't', body: { index_patterns: ['t*'] } },
    expected: ['PUT /_template/t {"index_patterns":["t*"]}'],
  },
  {
    what: 'delete index template and matching indices',
    type: 'delete-index-template',
    facts,
    expected: ['HEAD /_template/old', 'DELETE /_template/old', 'DELETE /old-*'],
    weight: 2,
  },
  {
    what: 'delete index template of its own',
    type: 'delete-index-template',
    params: { template: 't', 'delete-matching-indices': true, 'index-pattern': 't-*', 'only-if-exists': false },
    expected: ['DELETE /_template/t', 'DELETE /t-*'],
    weight: 2,
  },
  {
    what: 'create composable template, settings merged deeply',
    type: 'create-composable-template',
    params: { settings: { index: { b: 2 } } },
    facts,
    expected: ['PUT /_index_template/new {"index_patterns":["new-*"],"template":{"settings":{"index":{"a":1,"b":2}}}}'],
  },
  {
    what: 'delete composable template asks for its own kind',
    type: 'delete-composable-template',
    facts,
    expected: ['HEAD /_index_template/new', 'DELETE /_index_template/new'],
  },
  {
    what: 'create component template',
    type: 'create-component-template',
    params: { settings: { b: 2 } },
    facts,
    expected: ['PUT /_component_template/part {"template":{"mappings":{},"settings":{"b":2}}}'],
  },
  {
    what: 'delete component template that is not there',
    type: 'delete-component-template',
    params: { 'only-if-exists': false },
    facts,
    server: missing,
    expected: ['DELETE /_component_template/part'],
    weight: 0,
  },
  { what: 'list points in time', type: 'list-all-point-in-time', expected: ['GET /_search/point_in_time/_all'] },
  {
    what: 'delete all points in time, though there are none',
    type: 'delete-point-in-time',
    server: () => ({ status: 404, body: { pits: [] } }),
    expected: ['DELETE /_search/point_in_time/_all'],
  },
];

for (const row of rows) {
  test(row.what, async () => {
    const { stage, outcome, error } = await play(row.type, row.params ?? {}, row.server ?? ok, row.facts ?? EMPTY);
    assert.equal(error, undefined);
    assert.deepEqual(lines(stage.requests), row.expected);
    assert.deepEqual([outcome.success, outcome.weight, outcome.unit], [true, row.weight ?? 1, 'ops']);
  });
}

test('the settings of the workload are not changed by an operation that merges its own', async () => {
  const before = writeJson(facts.indices[0]?.body ?? null);
  for (const replicas of [1, 2]) {
    const { stage } = await play('create-index', { index: 'logs-1', settings: { replicas } }, ok, facts);
    assert.deepEqual(lines(stage.requests), [
      `PUT /logs-1 {"settings":{"index.number_of_shards":1,"replicas":${replicas}},"mappings":{}}`,
    ]);
  }
  assert.equal(writeJson(facts.indices[0]?.body ?? null), before);
});

test('headers, opaque id and the time limit go with each request', async () => {
  const { stage } = await play('delete-index', {
    index: 'a',
    headers: { 'X-A': 1 },
    'opaque-id': 'me',
    'request-timeout': 2.5,
  });
  for (const request of stage.requests) {
    assert.deepEqual(request.headers, { 'X-A': '1', 'x-opaque-id': 'me' });
    assert.equal(request.timeout, 2500);
  }
});

test('errors that are not expected fail the operation', async () => {
  for (const [type, params] of [
    ['delete-index', { index: 'a', 'only-if-exists': false }],
    ['delete-index-template', { template: 'a', 'only-if-exists': false }],
    ['delete-point-in-time', {}],
    ['put-settings', { body: {} }],
  ] as const) {
    const { error } = await play(type, params, () => ({ status: 404, body: { error: 'no such thing' } }));
    assert.match(String(error), /HTTP 404/, type);
  }
});

const health: readonly (readonly [object, string, number, boolean])[] = [
  [{}, 'red', 3, true],
  [{ wait_for_status: 'yellow' }, 'red', 0, false],
  [{ wait_for_status: 'yellow' }, 'yellow', 0, true],
  [{ wait_for_status: 'yellow' }, 'GREEN', 0, true],
  [{ wait_for_status: 'green' }, 'yellow', 0, false],
  [{ wait_for_status: 'red' }, 'odd', 0, false],
  [{ wait_for_no_relocating_shards: true }, 'green', 2, false],
  [{ wait_for_no_relocating_shards: 'true' }, 'green', 0, true],
  [{ wait_for_no_relocating_shards: 'false' }, 'green', 2, true],
];

for (const [params, status, relocating, success] of health) {
  test(`cluster health ${status} with ${relocating} relocating shards against ${JSON.stringify(params)}`, async () => {
    const body = { cluster_name: 'x', status, relocating_shards: relocating };
    const { outcome } = await play('cluster-health', { 'request-params': params }, () => ({ body }));
    assert.equal(outcome.success, success);
    assert.equal(outcome.errorKind, success ? null : 'cluster-health');
    assert.deepEqual(
      [...(outcome.details ?? [])],
      [
        ['cluster-status', status.toLowerCase()],
        ['relocating-shards', relocating],
      ],
    );
  });
}

const body = { _all: { total: { merges: { current: 0, names: ['a'] } } } };
const conditions: readonly (readonly [string, unknown, boolean])[] = [
  ['_all.total.merges.current', 0, true],
  ['_all.total.merges.current', 0.5, false],
  ['_all.total.merges.current', '0', false],
  ['_all.total.merges.names.0', 'a', true],
  ['_all.total.missing', null, false],
  ['_all.total.merges', { current: 0, names: ['a'] }, true],
];

for (const [path, expected, success] of conditions) {
  test(`index stats: ${path} is ${JSON.stringify(expected)}: ${success}`, async () => {
    const { outcome } = await play('index-stats', { condition: { path, 'expected-value': expected } }, () => ({
      body,
    }));
    assert.equal(outcome.success, success);
  });
}

test('force merge by polling waits for its task and tells how it failed', async () => {
  const answers = [{ task: 'n1:7' }, { completed: false }, { completed: true, response: {} }];
  const server: Server = (_request, count) => ({ body: answers[count - 1] });
  const { stage, error } = await play(
    'force-merge',
    { mode: 'polling', 'poll-period': 3, 'request-params': { x: 1 } },
    server,
    ONE_INDEX,
  );
  assert.equal(error, undefined);
  assert.deepEqual(stage.log, [
    '0 POST /logs/_forcemerge?x=1&wait_for_completion=false',
    '0 GET /_tasks/n1%3A7',
    '0 sleep 3000',
    '3000 GET /_tasks/n1%3A7',
  ]);
  const failed = await play('force-merge', { mode: 'polling' }, (_request, count) => ({
    body: count === 1 ? { task: 'a' } : { completed: true, error: { type: 'io', reason: 'disk full' } },
  }));
  assert.match(String(failed.error), /The force merge failed: disk full/);
  const odd = await play('force-merge', { mode: 'polling' });
  assert.match(String(odd.error), /no "task"/);
});

test('sleep counts what it slept as service time, without a request', async () => {
  const { stage, outcome, error } = await play('sleep', { duration: 1.5 });
  assert.deepEqual(
    [error, stage.requests.length, stage.service, outcome.weight, outcome.unit],
    [undefined, 0, 1500, 1, 'ops'],
  );
});
