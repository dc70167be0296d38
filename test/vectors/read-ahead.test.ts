import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { NumberPart, OpenDataSet } from '../../src/vectors/data-set.ts';
import { KeepingDataSet } from '../../src/vectors/kept-parts.ts';
import { readAhead } from '../../src/vectors/read-ahead.ts';

test('many clients read no more ahead, all together, than a few hundred', () => {
  assert.deepEqual([1, 256, 1000, 4096, 100_000].map(readAhead), [262_144, 262_144, 67_108, 16_384, 16_384]);
  fc.assert(fc.property(fc.integer({ min: 1, max: 4096 }), (clients) => clients * readAhead(clients) <= 2 ** 26));
});

function counting(rows: number, columns: number): { readonly dataSet: OpenDataSet; readonly reads: number[] } {
  const reads: number[] = [];
  const part: NumberPart = {
    rows,
    columns,
    place: 'x',
    rowsTogether: 1,
    read: (first, count) => {
      reads.push(count);
      return Float32Array.from({ length: count * columns }, (_, index) => first * columns + index);
    },
  };
  const none = (): never => {
    throw new Error('It has no texts.');
  };
  const shape = { format: 'hdf5', path: 'x', parts: {} } as const;
  return { dataSet: { shape, numbers: () => part, texts: none, close: () => undefined }, reads };
}

test('a small part is read once, and gives the same rows', () => {
  const { dataSet, reads } = counting(100, 3);
  const kept = new KeepingDataSet(dataSet);
  assert.deepEqual([...kept.numbers('test').read(10, 2)], [30, 31, 32, 33, 34, 35]);
  assert.deepEqual([...kept.numbers('test').read(99, 1)], [297, 298, 299]);
  assert.deepEqual(reads, [100]);
});

test('a large part is read by the rows that are asked for', () => {
  const { dataSet, reads } = counting(10_000_000, 2);
  const part = new KeepingDataSet(dataSet).numbers('train');
  assert.deepEqual([...part.read(9_999_999, 1)], [19_999_998, 19_999_999].map(Math.fround));
  assert.deepEqual(reads, [1]);
});
