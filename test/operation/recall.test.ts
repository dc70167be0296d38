import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HitIds } from '../../src/operation/hit-ids.ts';
import { RecallMeter } from '../../src/operation/recall.ts';
import type { SearchBound } from '../../src/operation/vector-query.ts';

const nearest = (k: number): SearchBound => ({ kind: 'nearest', k });
const radial: SearchBound = { kind: 'radial', by: 'max_distance', threshold: 1 };

function recallOf(bound: SearchBound, hits: readonly number[], neighbours: readonly number[]): readonly number[] {
  const meter = new RecallMeter(bound);
  const answer = { took: 1, hits: { hits: hits.map((id) => ({ _index: 'i', _id: String(id), _score: 1 })) } };
  meter.begin(Float64Array.from([99, ...neighbours, 99]), 1, 1 + neighbours.length);
  assert.deepEqual(new HitIds('_id').read(Buffer.from(JSON.stringify(answer)), meter), {
    hits: hits.length,
    found: hits.length,
  });
  meter.end();
  return meter.samples.map(({ value }) => value);
}

test('recall of the nearest is the share of the neighbours that are among the hits', () => {
  assert.deepEqual(recallOf(nearest(4), [1, 9, 3, 4], [1, 2, 3, 4]), [0.75, 1]);
  assert.deepEqual(recallOf(nearest(4), [4, 3, 2, 1], [1, 2, 3, 4]), [1, 0]);
  assert.deepEqual(recallOf(nearest(4), [1, 2], [1, 2, 3, 4]), [0.5, 1]);
  assert.deepEqual(recallOf(nearest(6), [1, 2, 3, 4, 5, 6], [1, 2]), [1, 1]);
  assert.deepEqual(recallOf(nearest(4), [], [1, 2, 3, 4]), [0, 0]);
  assert.deepEqual(recallOf(nearest(2), [8, 9, 1, 2], [1, 2]), [0, 0], 'only k hits count');
});

test('a query that has fewer neighbours than k is compared with those that it has', () => {
  assert.deepEqual(recallOf(nearest(6), [2, 3], [1, 2, 3]), [2 / 3, 0]);
  assert.deepEqual(recallOf(nearest(6), [2, 3], []), [1, 1]);
});

test('recall of a radial search counts all hits', () => {
  assert.deepEqual(recallOf(radial, [1, 2, 8], [1, 2, 3, 4]), [0.5, 1]);
  assert.deepEqual(recallOf(radial, [8, 1], [1, 2]), [0.5, 0]);
  assert.deepEqual(recallOf(radial, [1], []), [1, 1]);
  assert.deepEqual(recallOf(radial, [], [1, 2]), [0, 0]);
});

test('recall has the names of OpenSearch Benchmark', () => {
  const namesOf = (bound: SearchBound): readonly string[] => new RecallMeter(bound).samples.map(({ name }) => name);
  assert.deepEqual(namesOf(nearest(5)), ['recall@k', 'recall@1']);
  assert.deepEqual(namesOf(radial), ['recall@max_distance', 'recall@max_distance_1']);
  assert.deepEqual(namesOf({ kind: 'radial-per-query', by: 'min_score', k: 5 }), [
    'recall@min_score',
    'recall@min_score_1',
  ]);
});

const ids = fc.uniqueArray(fc.oneof(fc.nat(40), fc.nat(2 ** 31), fc.maxSafeNat()), { maxLength: 60 });

test('recall is what counting gives, search after search', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.tuple(ids, ids), { maxLength: 5 }), (k, searches) => {
      const [top, all] = [new RecallMeter(nearest(k)), new RecallMeter(radial)];
      for (const [neighbours, hits] of searches) {
        const truth = neighbours.slice(0, k);
        const json = Buffer.from(JSON.stringify({ hits: { hits: hits.map((id) => ({ _id: id })) } }));
        for (const [meter, counted] of [
          [top, hits.slice(0, k)],
          [all, hits],
        ] as const) {
          meter.begin(Float64Array.from(truth), 0, truth.length);
          new HitIds('_id').read(json, meter);
          meter.end();
          const found = counted.filter((id) => truth.includes(id)).length;
          assert.equal(meter.samples[0]?.value, truth.length === 0 ? 1 : found / truth.length);
        }
        assert.equal(top.samples[1]?.value, truth.length === 0 || truth[0] === hits[0] ? 1 : 0);
      }
    }),
  );
});

test('the id of a hit is found wherever the search asked for it', () => {
  const read = (idField: string, hit: object): unknown => {
    const meter = new RecallMeter(nearest(1));
    meter.begin(Float64Array.from([7]), 0, 1);
    const page = new HitIds(idField).read(Buffer.from(JSON.stringify({ hits: { hits: [hit] } })), meter);
    meter.end();
    return page.found === 0 ? 'none' : meter.samples[0]?.value;
  };
  assert.equal(read('_id', { _id: '7' }), 1);
  assert.equal(read('_id', { _score: 1, fields: { _id: ['7'] } }), 1);
  assert.equal(read('id', { _id: '1', fields: { id: [7] } }), 1);
  assert.equal(read('id', { _id: '1', _source: { v: [7, 8], id: 7 } }), 1);
  assert.equal(read('a.id', { _id: '1', _source: { a: { id: '7' } } }), 1);
  assert.equal(read('a.id', { _id: '1', _source: { 'a.id': 7 } }), 1);
  assert.equal(read('id', { _id: '7', _source: {} }), 'none');
  assert.equal(read('id', { _id: '7' }), 'none');
  for (const id of ['x', '7x', '', 7.5, -7, '-7', null, '77777777777777777777'])
    assert.equal(read('_id', { _id: id }), 0, String(id));
});

test('an answer without hits, or with a part of them, is noticed', () => {
  const meter = new RecallMeter(nearest(1));
  meter.begin(new Float64Array(0), 0, 0);
  for (const text of ['', '{}', '{"hits":{"total":5}}', '{"hits":{"hits":[{"_id":"1"},{"_id"'])
    assert.equal(new HitIds('_id').read(Buffer.from(text), meter).hits, -1, text);
  assert.deepEqual(new HitIds('_id').read(Buffer.from('{"hits":{"hits":[]}}'), meter), { hits: 0, found: 0 });
});
