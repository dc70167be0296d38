import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backOffMillis } from '../../src/worker/back-off.ts';

test('the pause doubles from 10 ms to a second; the first failure is made good at once', () => {
  const pauses = Array.from({ length: 10 }, (_, index) => backOffMillis(index + 1, 0));
  assert.deepEqual(pauses, [0, 10, 20, 40, 80, 160, 320, 640, 1000, 1000]);
});

test('chance shortens a pause by half at most', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 1e6 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, random) => {
        const [pause, longest] = [backOffMillis(failures, random), backOffMillis(failures, 0)];
        return pause >= longest / 2 && pause <= longest;
      },
    ),
  );
});
