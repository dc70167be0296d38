// The share of each client in the documents of a corpus.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  clientShare,
  clientSlices,
  countBulks,
  type IngestAmount,
  roundHalfToEven,
} from '../../src/corpus/client-slices.ts';
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

  const counts = (clients: number, amount: IngestAmount): readonly number[] =>
    Array.from({ length: clients }, (_, client) =>
      clientSlices(corpora, client, clients, amount).reduce((sum, { count }) => sum + count, 0),
    );

  it('are cut to the part that all clients shall send together', () => {
    // 1,011 documents in all.
    assert.deepEqual(counts(4, { kind: 'percentage', percentage: 50 }), [126, 126, 127, 127]);
    assert.deepEqual(counts(8, { kind: 'percentage', percentage: 0.1 }), [0, 0, 0, 0, 1, 0, 0, 1]);
    assert.deepEqual(counts(3, { kind: 'documents', documents: 100 }), [33, 33, 34]);
    assert.deepEqual(counts(2, { kind: 'documents', documents: 5000 }), [505, 506]);
    const some = clientSlices(corpora, 0, 1, { kind: 'documents', documents: 1003 });
    assert.deepEqual(
      some.map(({ documentSet, first, count }) => [documentSet.path, first, count]),
      [
        ['/a1', 0, 1000],
        ['/a2', 0, 1],
        ['/b', 0, 2],
      ],
    );
  });

  it('law: the clients send exactly the amount, each the first documents of its share, and its part of it', () => {
    const set = fc.nat(3000).map((documents) => preparedSetOf('/d', 0, documents));
    const amount: fc.Arbitrary<IngestAmount> = fc.oneof(
      fc.record({ kind: fc.constant('percentage' as const), percentage: fc.integer({ min: 1, max: 10_000 }) }),
      fc.record({ kind: fc.constant('documents' as const), documents: fc.integer({ min: 1, max: 10_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(set, { maxLength: 4 }), fc.integer({ min: 1, max: 40 }), amount, (sets, clients, given) => {
        const some = given.kind === 'percentage' ? { ...given, percentage: given.percentage / 100 } : given;
        const all = [{ name: 'c', documentSets: sets }];
        const total = sets.reduce((sum, { documentCount }) => sum + documentCount, 0);
        const wanted =
          given.kind === 'documents'
            ? Math.min(given.documents, total)
            : Math.ceil((total * given.percentage) / 10_000);
        let sent = 0;
        for (let client = 0; client < clients; client++) {
          const whole = clientSlices(all, client, clients);
          const part = clientSlices(all, client, clients, some);
          const share = whole.reduce((sum, { count }) => sum + count, 0);
          const own = part.reduce((sum, { count }) => sum + count, 0);
          for (const [index, slice] of part.entries()) {
            const full = whole[index];
            assert.deepEqual([slice.documentSet, slice.first], [full?.documentSet, full?.first]);
            const isLast = index === part.length - 1;
            assert.ok(isLast ? slice.count <= (full?.count ?? 0) : slice.count === full?.count);
          }
          assert.ok(Math.abs(own - (share * wanted) / Math.max(1, total)) <= 1);
          sent += own;
        }
        assert.equal(sent, wanted);
      }),
    );
  });

  it('take a bulk more for every rest', () => {
    const perClient = [0, 1, 2].map((index) => countBulks(clientSlices(corpora.slice(0, 1), index, 3), 100));
    // 333 documents in bulks of 100 are 4 bulks, whatever the number of workers; the one document of the second set is
    // another.
    assert.deepEqual(perClient, [4, 5, 4]);
  });
});
