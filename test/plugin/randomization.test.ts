// Query randomization: where values go, which values are drawn how often, and that every thread draws the same.
// Needs: time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isJsonObject, toJson, writeJson } from '../../src/json.ts';
import type { PluginNames } from '../../src/plugin/host.ts';
import { cutBody, drawnField } from '../../src/plugin/query-randomization.ts';
import { zipf } from '../../src/plugin/zipf.ts';
import { randomSource } from '../../src/random.ts';
import { loadFiles, type PluginRunSettings, runPlugin } from './plugin-run.ts';

const NAMES: PluginNames = {
  sources: [],
  runners: [],
  schedulers: [],
  changesWorkload: false,
  preparesData: false,
  valueSources: [],
  randomizations: [],
};

function object(value: unknown): ReadonlyMap<string, ReturnType<typeof toJson>> {
  const json = toJson(value);
  assert.ok(isJsonObject(json));
  return json;
}

test('ranges with both bounds are drawn, under the names that the query uses, with the format of the value', () => {
  const body = {
    size: 0,
    query: {
      bool: {
        filter: [
          { range: { at: { gt: 'a', lte: 'b', format: 'x', boost: 2 } } },
          { range: { open: { gte: 1 } } },
          { term: { range: 'no object' } },
        ],
        must: { range: { n: { gte: 1, lt: 2 } } },
      },
    },
  };
  const cut = cutBody({ name: 'q', type: 'search', params: object({ body }) }, NAMES);
  assert.deepEqual(
    cut?.fields.map(({ field }) => field),
    ['at', 'n'],
  );
  const values = [object({ gte: 'from', lte: 'to', format: 'y' }), object({ gte: 5, lte: 6 })];
  const drawn = cut?.fields.map((field, index) => writeJson(drawnField(field, values[index] ?? new Map()))) ?? [];
  assert.deepEqual(drawn, ['{"gt":"from","lte":"to","format":"y","boost":2}', '{"gte":5,"lt":6}']);
  const text = cut?.pieces.map((piece, index) => piece + (drawn[index] ?? '')).join('') ?? '';
  const expected = structuredClone(body);
  Object.assign(expected.query.bool.filter[0]?.range ?? {}, { at: JSON.parse(drawn[0] ?? '') });
  Object.assign(expected.query.bool.must.range, { n: JSON.parse(drawn[1] ?? '') });
  assert.deepEqual(JSON.parse(text), expected);
});

test('a plug-in may name other parts of queries', () => {
  const randomizations = [
    { operation: 'geo', query: 'geo_box', parameters: [['top'], ['left', 'west']], optional: [] },
  ];
  const params = object({
    body: { query: { geo_box: { place: { top: 1, west: 2 } }, range: { a: { gte: 1, lte: 2 } } } },
  });
  const cut = cutBody({ name: 'geo', type: 'search', params }, { ...NAMES, randomizations });
  const [field] = cut?.fields ?? [];
  assert.deepEqual([cut?.fields.length, field?.field], [1, 'place']);
  assert.ok(field !== undefined);
  assert.equal(writeJson(drawnField(field, object({ top: 7, left: 8 }))), '{"top":7,"west":8}');
});

test('a body without a query, or without what is drawn, is left alone', () => {
  for (const body of [
    '{"query":{}}',
    { query: { match_all: {} } },
    { size: 1 },
    { query: { range: { a: { gte: 1 } } } },
  ])
    assert.equal(cutBody({ name: 'q', type: 'search', params: object({ body }) }, NAMES), null);
});

test('numbers are drawn in proportion to 1 / (k + 1)^alpha', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 3, noNaN: true }), (count, alpha) => {
      const weights = Array.from({ length: count }, (_, index) => 1 / (index + 1) ** alpha);
      const sum = weights.reduce((total, weight) => total + weight, 0);
      let uniform = 0;
      const draw = zipf(count, alpha, () => uniform);
      let before = 0;
      for (const [index, weight] of weights.entries()) {
        uniform = (before + weight / 2) / sum;
        assert.equal(draw(), index);
        before += weight;
      }
    }),
  );
  const draws = Array.from({ length: 20_000 }, zipf(100, 1, randomSource(1)));
  const share = draws.filter((draw) => draw === 0).length / draws.length;
  assert.ok(Math.abs(share - 1 / 5.187) < 0.02, `${share}`);
});

const PLUGIN = `export function register(registry) {
  let made = 0;
  registry.registerStandardValueSource('q', 'n', (random) => {
    const gte = Math.floor(random() * 1e9);
    return { gte, lte: gte + 1 };
  });
}`;

const settings = (repeatFrequency: number): PluginRunSettings => ({
  schedule: [
    {
      operation: { name: 'q', 'operation-type': 'search', body: { query: { range: { n: { gte: 1, lt: 2 } } } } },
      clients: 2,
      iterations: 40,
    },
  ],
  files: { 'workload.js': PLUGIN },
  randomization: { repeatFrequency, storedValues: 5, alpha: 1 },
});

test('stored values are the same on all threads, fresh ones differ; the same seed gives the same queries', async (context) => {
  const stored = await runPlugin(context, settings(1));
  const bodies = stored.received.map(({ body }) => body);
  assert.equal(bodies.length, 80);
  assert.ok(new Set(bodies).size <= 5);
  const [range] = bodies.map((body) => JSON.parse(body).query.range.n as { gte: number; lt: number });
  assert.equal(range?.lt, (range?.gte ?? 0) + 1);
  const threads = await runPlugin(context, { ...settings(1), cores: 2 });
  assert.deepEqual(threads.received.map(({ body }) => body).sort(), [...bodies].sort());
  const fresh = await runPlugin(context, settings(0));
  assert.equal(new Set(fresh.received.map(({ body }) => body)).size, 80);
});

test('fields without values are named before the load', async (context) => {
  const other = { ...settings(1), files: { 'workload.js': 'export function register() {}' } };
  await assert.rejects(loadFiles(context, other), (error: { code: string; problems: { message: string }[] }) => {
    assert.equal(error.code, 'WORKLOAD_INVALID');
    assert.deepEqual(
      error.problems.map(({ message }) => message),
      ['Task "q": the plug-in has no values for the field "n" of operation "q"'],
    );
    return true;
  });
  await assert.rejects(loadFiles(context, { ...settings(1), files: {} }), {
    code: 'WORKLOAD_INVALID',
  });
});
