// Small corpora from mappings and queries, and the table of the official workloads.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { documentMaker } from '../../scripts/official/documents.ts';
import type { DocumentValue } from '../../scripts/official/field-values.ts';
import { needsOf } from '../../scripts/official/needs.ts';
import { isGood, type Row, tableText } from '../../scripts/official/outcome.ts';
import { loadProcedure, type Procedure, proceduresOf, workloadsIn } from '../../scripts/official/procedures.ts';
import { hintsOf, type QueryHints } from '../../scripts/official/query-hints.ts';
import { survey } from '../../scripts/official/survey.ts';
import { parseJson } from '../../src/json.ts';
import { packageRoot } from '../../src/package.ts';
import { leafTasks, type Workload } from '../../src/workload/model.ts';
import { temporaryFiles } from '../workload/temporary-files.ts';

const checkout = join(packageRoot, 'test', 'fixtures', 'official');

async function shop(): Promise<readonly Procedure[]> {
  const procedures = await proceduresOf(checkout, 'shop');
  assert.ok(!('why' in procedures), JSON.stringify(procedures));
  return procedures;
}

test('workloads are the directories with a definition; those that do not render say why', async () => {
  assert.deepEqual(workloadsIn(checkout), ['broken', 'models', 'shop']);
  assert.deepEqual(
    (await shop()).map(({ name }) => name),
    ['search', 'wrong-search'],
  );
  const broken = await proceduresOf(checkout, 'broken');
  assert.match('why' in broken ? broken.why : '', /^WORKLOAD_SYNTAX: .*broken\/workload\.json:1/);
});

describe('documents for a workload', () => {
  let workload: Workload;
  let hints: QueryHints;
  before(async () => {
    const [procedure] = await shop();
    assert.ok(procedure);
    ({ workload } = await loadProcedure(procedure));
    hints = hintsOf(
      workload.testProcedures.flatMap(({ schedule }) => leafTasks(schedule).map((task) => task.operation)),
    );
  });

  test('what queries ask for is found in them', () => {
    assert.deepEqual(hints.get('sold')?.bounds, ['2021-03-01 00:00:00', '2021-04-01 00:00:00']);
    assert.deepEqual(hints.get('price')?.bounds, [5, 9.5]);
    assert.deepEqual(hints.get('name.raw')?.values, ['anvil']);
    assert.deepEqual(hints.get('colour')?.values, ['red', 'blue']);
    assert.deepEqual(hints.get('place')?.points, [
      { lon: 20, lat: 10 },
      { lon: 21, lat: 9 },
    ]);
  });

  test('fields have values of their types, within the ranges that are asked for', () => {
    const make = documentMaker(workload.indices[0]?.body ?? null, hints);
    const documents = Array.from({ length: 300 }, (_, index) => make(index));
    const all = (field: string): readonly (DocumentValue | undefined)[] => documents.map((document) => document[field]);
    assert.ok(
      all('sold').every((date) => String(date) >= '2021-03-01 00:00:00' && String(date) < '2021-04-01 00:00:00'),
    );
    assert.ok(all('price').every((price) => Number(price) >= 5 && Number(price) <= 9.5));
    assert.ok(all('name').includes('anvil') && all('colour').includes('blue'));
    assert.ok(all('stock').every((stock) => Number.isInteger(stock) && Math.abs(Number(stock)) < 32_768));
    assert.ok(all('made').every((moment) => Number.isInteger(moment) && Number(moment) < 2e9));
    assert.deepEqual([...new Set(all('label'))], ['shop']);
    assert.deepEqual([...new Set(all('family'))], ['parent']);
    assert.deepEqual([...new Set(all('other'))], [undefined], 'an alias has no values');
    assert.ok(
      all('place').every(
        (place) => place instanceof Object && 'lat' in place && Math.abs(Number(place.lat) - 9.5) <= 1.5,
      ),
    );
    assert.ok(all('reviews').every((reviews) => Array.isArray(reviews) && reviews.length >= 1 && reviews.length <= 3));
    assert.deepEqual(make(7), documents[7], 'the same number makes the same document');
  });

  test('fields that only queries name are added where the mapping takes new ones', () => {
    const asked: QueryHints = new Map([['log.level', { values: ['warn'], bounds: [], points: [] }]]);
    const at = (mappings: string): unknown => Object.keys(documentMaker(parseJson(mappings), asked)(1));
    assert.deepEqual(at('{"mappings": {"properties": {}}}'), ['log.level']);
    assert.deepEqual(at('{"mappings": {"dynamic": "strict", "properties": {}}}'), []);
    assert.deepEqual(at('{"mappings": {"properties": {"log": {"properties": {}}}}}'), ['log']);
  });

  test('vectors have the dimension and the kind of numbers of their field', () => {
    const body =
      '{"mappings": {"properties": {"a": {"type": "knn_vector", "dimension": 3}, ' +
      '"b": {"type": "knn_vector", "dimension": 16, "data_type": "binary"}}}}';
    const { a, b } = documentMaker(parseJson(body), new Map())(1);
    assert.ok(Array.isArray(a) && a.length === 3);
    assert.ok(Array.isArray(b) && b.length === 2 && b.every((byte) => Number.isInteger(byte)));
  });
});

test('needs of a procedure are those of all rules that name it', () => {
  const ppl = needsOf('big5', 'ppl');
  assert.deepEqual([ppl.params, ppl.parts], [{ number_of_replicas: 0 }, ['opensearch-sql']]);
  assert.deepEqual(needsOf('big5', 'test').parts, []);
  assert.deepEqual(needsOf('nyc_taxis', 'search-longevity-test').withoutTasks, ['default']);
  assert.deepEqual(needsOf('of-my-own', 'x').params, {});
});

test('a procedure is left out where the server lacks a part that it needs', async (context) => {
  const workload = {
    version: 2,
    indices: [{ name: 'a' }],
    test_procedures: [
      { name: 'ppl', default: true, schedule: [{ operation: 'refresh' }] },
      { name: 'grpc-big5', schedule: [{ operation: 'refresh' }] },
    ],
  };
  const home = temporaryFiles(context, {
    'big5/workload.json': `{% set unused = number_of_replicas %}${JSON.stringify(workload)}`,
  });
  const asked: unknown[] = [];
  const stopped: unknown[] = [];
  const rows = await survey({
    checkout: home,
    only: ['big5'],
    home,
    limit: 1,
    signal: new AbortController().signal,
    onRow: (row) => asked.push(row.procedure),
    provideServer: async (plugins) => ({
      address: '127.0.0.1:1',
      grpcAddress: null,
      parts: new Set(plugins),
      clean: async () => undefined,
      stop: async () => void stopped.push(plugins),
    }),
  });
  assert.deepEqual(
    rows.map(({ procedure, isRendered, outcome }) => [procedure, isRendered, outcome]),
    [
      ['ppl', true, { kind: 'left-out', why: 'the server has no opensearch-sql' }],
      ['grpc-big5', true, { kind: 'left-out', why: 'the server has no transport-grpc' }],
    ],
  );
  assert.deepEqual([asked, stopped], [['ppl', 'grpc-big5'], [[]]]);
});

test('the table has a line per procedure, the reasons and the sums', () => {
  const figures = { documents: 1000, requests: 12, errors: 2, failures: [] };
  const rows: readonly Row[] = [
    { workload: 'a', procedure: 'p', isRendered: true, outcome: { kind: 'run', figures, known: [], seconds: 1.25 } },
    {
      workload: 'a',
      procedure: 'q',
      isRendered: true,
      outcome: {
        kind: 'run',
        figures: { ...figures, failures: [{ task: 't', count: 2, what: 'HTTP 400: no' }] },
        known: [],
        seconds: 2,
      },
    },
    { workload: 'b', procedure: 'p', isRendered: true, outcome: { kind: 'left-out', why: 'no server' } },
    {
      workload: 'c',
      procedure: '',
      isRendered: false,
      outcome: { kind: 'failed', why: 'x', figures: null, seconds: 0 },
    },
  ];
  assert.deepEqual(rows.map(isGood), [true, false, true, false]);
  assert.equal(
    tableText(rows),
    [
      'Workload    Test procedure    Rendered    Run       Documents    Requests    Errors    Seconds',
      '----------  ----------------  ----------  ------  -----------  ----------  --------  ---------',
      'a           p                 yes         yes            1000          12         2        1.3',
      'a           q                 yes         yes            1000          12         2          2',
      'b           p                 yes         no',
      'c                             no          FAILED                                             0',
      '',
      'a/q: t: 2 × HTTP 400: no',
      'b/p: left out: no server',
      'c: x',
      '',
      '4 test procedures: 3 rendered, 2 run (1 of them with requests that should not have failed), 1 failed, 1 left out.',
    ].join('\n'),
  );
});
