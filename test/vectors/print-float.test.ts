import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maxFloatBytes, printFloat, shortestText } from '../../src/vectors/print-float.ts';

const view = new DataView(new ArrayBuffer(maxFloatBytes));
const one = new Float32Array(1);
const bits = new Int32Array(one.buffer);

function print(value: number): string {
  one[0] = value;
  const end = printFloat(view, 0, one[0] ?? 0, bits[0] ?? 0);
  assert.ok(end <= maxFloatBytes, `${value} takes ${end} bytes`);
  return end === -1 ? 'not finite' : Buffer.from(view.buffer, 0, end).toString();
}

test('floats are printed with the digits that people would write', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0'],
    [1, '1'],
    [-1, '-1'],
    [218, '218'],
    [-42, '-42'],
    [0.1, '0.1'],
    [-0.25, '-0.25'],
    [0.57780486, '0.57780486'],
    [0.003, '0.003'],
    [-0.000012345678, '-0.000012345678'],
    [1.5, '1.5'],
    [9.999999, '9.999999'],
    [12.34, '12.34'],
    [-123.456, '-123.456'],
    [99999.99, '99999.99'],
    [131071.99, '131071.99'],
    [0.99999994, '0.99999994'],
    [123456, '123456'],
    [16777216, '16777216'],
    [3.4028234663852886e38, '3.4028235e+38'],
    [1e-45, '1e-45'],
  ];
  for (const [value, text] of cases) assert.equal(print(value), text);
});

test('what is no finite number is not printed', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    assert.equal(print(value), 'not finite');
});

const anyFloat = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true, min: -1, max: 1 }),
  fc.float({ noNaN: true, min: -1000, max: 1000 }),
  fc.integer({ min: -200_000, max: 200_000 }).map((value) => Math.fround(value / 8)),
  // Few digits, as in data sets that were texts once.
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => Math.fround(value / 10_000)),
);

test('a printed float reads as the same float, and no shorter text does', () => {
  fc.assert(
    fc.property(anyFloat, (value) => {
      const text = print(value);
      assert.equal(Math.fround(Number(text)), value === 0 ? 0 : value);
      assert.deepEqual(JSON.parse(text), Number(text));
      const digits = (number: string): number =>
        number
          .replace(/e.*$/, '')
          .replace(/^-?0?\.?0*|\./g, '')
          .replace(/0+$/, '').length;
      assert.ok(digits(text) <= Math.max(1, digits(shortestText(value))), `${text} for ${shortestText(value)}`);
    }),
    { numRuns: 20_000 },
  );
});
