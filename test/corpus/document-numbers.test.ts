// Whatever the number of clients and the size of their bulks, each document has one number and each number one document.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientSlices } from '../../src/corpus/client-slices.ts';
import { DocumentNumbers } from '../../src/corpus/document-numbers.ts';
import type { PreparedDocumentSet } from '../../src/corpus/prepared.ts';

const setOf = (documentCount: number): PreparedDocumentSet => ({
  path: '/nowhere',
  size: 0,
  documentCount,
  sourceFormat: 'bulk' as const,
  includesActionAndMetaData: false,
  targetIndex: 'idx',
  targetType: null,
  targetDataStream: null,
  offsets: [],
});

test('law: the documents of all clients are numbered from 1 without gaps and repeats, round after round', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 20 }), (counts, clients, bulk) => {
      const corpora = [{ name: 'c', documentSets: counts.map(setOf) }];
      const total = counts.reduce((sum, count) => sum + count, 0);
      const rounds = 2;
      const given = Array.from({ length: clients }, (_, client) => {
        const slices = clientSlices(corpora, client, clients);
        const numbers = new DocumentNumbers(corpora, slices);
        return Array.from({ length: rounds }, () =>
          slices.flatMap(({ count }) =>
            Array.from({ length: Math.ceil(count / bulk) }, (_unused, index) => {
              const size = Math.min(bulk, count - index * bulk);
              const first = numbers.take(size);
              return Array.from({ length: size }, (_own, position) => first + position);
            }).flat(),
          ),
        ).flat();
      }).flat();
      assert.deepEqual(
        given.sort((left, right) => left - right),
        Array.from({ length: rounds * total }, (_, number) => number + 1),
      );
    }),
  );
});
