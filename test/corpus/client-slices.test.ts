// The share of each client in the documents of a corpus.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { clientShare, clientSlices, countBulks, roundHalfToEven } from '../../src/corpus/client-slices.ts';
import { preparedSetOf } from './workspace.ts';

const shares = (documents: number, clients: number) =>
  Array.from({ length: clients }, (_, index) => {
    const { first, count } = clientShare(documents, index, clients);
    return [first, count];
  });

describe('rounding', () => {
  it('sends exact halves to the even neighbour', () => {
    assert.deepEqual([0, 0.5, 1.5, 2.5, 3.5, 12.5, 37.5, 62.5].map(roundHalfToEven), [0, 0, 2, 2, 4, 12, 38, 62]);
  });

  it('rounds everything else to the nearest integer', () => {
    assert.deepEqual([0.49, 0.51, 1.4999, 3.3333333333333335, 6.666666666666667].map(roundHalfToEven), [0, 1, 1, 3, 7]);
  });
});

describe('the share of a client', () => {
  it('is that of OpenSearch Benchmark, rounded half to even', () => {
    assert.deepEqual(shares(10, 3), [
      [0, 3],
      [3, 4],
      [7, 3],
    ]);
    assert.deepEqual(shares(1000, 3), [
      [0, 333],
      [333, 334],
      [667, 333],
    ]);
    assert.deepEqual(shares(100, 8), [
      [0, 12],
      [12, 13],
      [25, 13],
      [38, 12],
      [50, 12],
      [62, 13],
      [75, 13],
      [88, 12],
    ]);
  });

  it('follows that of the client before, and all shares together are the whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), fc.integer({ min: 1, max: 200 }), (documents, clients) => {
        let next = 0;
        for (const [first, count] of shares(documents, clients)) {
          assert.equal(first, next);
          assert.ok(count !== undefined && count >= 0 && Math.abs(count - documents / clients) <= 1.01);
          next += count;
        }
        assert.equal(next, documents);
      }),
    );
  });
});

describe('the slices of a client', () => {
  const corpora = [
    { name: 'a', documentSets: [preparedSetOf('/a1', 0, 1000), preparedSetOf('/a2', 0, 1)] },
    { name: 'b', documentSets: [preparedSetOf('/b', 0, 10)] },
  ];

  it('come from every document set in order, without empty ones', () => {
    const slices = clientSlices(corpora, 2, 3).map(({ documentSet, first, count }) => [documentSet.path, first, count]);
    assert.deepEqual(slices, [
      ['/a1', 667, 333],
      ['/b', 7, 3],
    ]);
  });

  it('take a bulk more for every rest', () => {
    const perClient = [0, 1, 2].map((index) => countBulks(clientSlices(corpora.slice(0, 1), index, 3), 100));
    // 333 documents in bulks of 100 are 4 bulks, whatever the number of workers; the one document of the second set is
    // another.
    assert.deepEqual(perClient, [4, 5, 4]);
  });
});
