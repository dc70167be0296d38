// Ids that conflict on purpose.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ConflictIds, type ConflictSettings } from '../../src/corpus/conflicts.ts';
import { shuffledOrder } from '../../src/corpus/id-permutation.ts';
import { preparedSetOf } from './workspace.ts';

const slice = (first: number, count: number) => ({ documentSet: preparedSetOf('/x', 0, 1000), first, count });
const settings = (more: Partial<ConflictSettings>): ConflictSettings => ({
  order: 'sequential',
  probability: 0,
  onConflict: 'index',
  recency: 0,
  ...more,
});

/** Random numbers from a list. */
function scripted(values: readonly number[]): () => number {
  let index = 0;
  return () => values[index++] ?? assert.fail('More random numbers were drawn than expected.');
}

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a shuffled order', () => {
  it('holds every number once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer(), (size, seed) => {
        const order = shuffledOrder(size, seeded(seed));
        const seen = new Set(Array.from({ length: size }, (_, index) => order(index)));
        assert.equal(seen.size, size);
        assert.ok([...seen].every((value) => Number.isInteger(value) && value >= 0 && value < size));
      }),
    );
  });

  it('looks random: neighbours are far apart and each half is spread over the whole', () => {
    const size = 100_000;
    const order = shuffledOrder(size, seeded(7));
    let low = 0;
    let distance = 0;
    for (let index = 0; index < size / 2; index++) {
      if (order(index) < size / 2) low++;
      distance += Math.abs(order(index + 1) - order(index));
    }
    assert.ok(Math.abs(low / (size / 2) - 0.5) < 0.01, `${low} low numbers`);
    assert.ok(Math.abs(distance / (size / 2) / size - 1 / 3) < 0.01, `mean distance ${distance / (size / 2)}`);
  });

  it('differs with the random numbers and is the same for the same ones', () => {
    const numbers = (seed: number) =>
      Array.from({ length: 20 }, (_, index) => shuffledOrder(1000, seeded(seed))(index));
    assert.deepEqual(numbers(1), numbers(1));
    assert.notDeepEqual(numbers(1), numbers(2));
  });
});

describe('conflicting ids', () => {
  it('are the numbers of the documents as long as none is re-used', () => {
    const ids = new ConflictIds(slice(40, 3), settings({}), scripted([]));
    assert.deepEqual([ids.next(), ids.next(), ids.next()], [40, 41, 42]);
    assert.equal(ids.isReused, false);
  });

  it('re-use any used id with the given probability', () => {
    // First document: nothing to re-use, nothing drawn. 0.25 <= 25 %: re-use position floor(0.99 * 1). 0.2501: a new
    // one. 0.1: re-use floor(0.5 * 2).
    const ids = new ConflictIds(slice(10, 5), settings({ probability: 25 }), scripted([0.25, 0.99, 0.2501, 0.1, 0.5]));
    const drawn = Array.from({ length: 4 }, () => [ids.next(), ids.isReused]);
    assert.deepEqual(drawn, [
      [10, false],
      [10, true],
      [11, false],
      [11, true],
    ]);
  });

  it('prefer recent ids with recency', () => {
    // Position = round((used - 1) * (1 - min(Exp(30 * recency), 1))): e^-3 makes 3 / 15 = 0.2 of the way back.
    const fresh = Array.from({ length: 10 }, () => 0.9);
    const ids = new ConflictIds(
      slice(0, 100),
      settings({ probability: 50, recency: 0.5 }),
      scripted([...fresh, 0, 0, 0, 1 - Math.exp(-3)]),
    );
    for (let index = 0; index < 11; index++) ids.next();
    assert.equal(ids.next(), 10, 'the most recent one');
    assert.equal(ids.next(), 8, '20 % of 10 back');
  });

  it('are all re-used at 100 % but the first', () => {
    const ids = new ConflictIds(slice(0, 50), settings({ probability: 100 }), seeded(3));
    assert.deepEqual(new Set(Array.from({ length: 50 }, () => ids.next())), new Set([0]));
  });

  it('stay within the slice in random order', () => {
    const ids = new ConflictIds(slice(500, 40), settings({ order: 'random', probability: 30, recency: 1 }), seeded(5));
    const drawn = Array.from({ length: 40 }, () => ids.next());
    assert.ok(drawn.every((id) => id >= 500 && id < 540));
    assert.notDeepEqual(
      drawn,
      [...drawn].sort((a, b) => a - b),
    );
  });
});
