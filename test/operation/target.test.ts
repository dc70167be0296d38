// What an operation works on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParamReader } from '../../src/operation/params.ts';
import { readIndex } from '../../src/operation/target.ts';

test('an empty index is none', () => {
  const readFrom = (index: string): readonly [string, number] => {
    const reader = new ParamReader(new Map([['index', index]]));
    return [readIndex(reader, '_all'), reader.problems.length];
  };
  assert.deepEqual(readFrom(''), ['_all', 0]);
  assert.deepEqual(readFrom('a,b'), ['a,b', 0]);
  assert.deepEqual(readFrom('a,,b'), ['_all', 1]);
});
