import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { BenchmarkError } from '../../src/errors.ts';
import { Histogram, highestTrackable, lowestDiscernible, significantDigits } from '../../src/metrics/histogram.ts';

const times = fc.oneof(
  fc.integer({ min: 0, max: 200_000 }),
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.maxSafeInteger().map((value) => Math.abs(value) % (highestTrackable + 1)),
  fc.nat({ max: 41 }).map((power) => 2 ** power),
  fc.nat({ max: 41 }).map((power) => 2 ** power - 1),
  fc.constantFrom(0, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32, highestTrackable),
);
const manyTimes = fc.array(times, { maxLength: 60 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

function judge(values: readonly number[]) {
  const histogram = build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: lowestDiscernible,
    highestTrackableValue: highestTrackable,
    numberOfSignificantValueDigits: significantDigits,
  });
  for (const value of values) histogram.recordValue(value);
  return histogram;
}

const libraryPayload = (values: readonly number[]): Uint8Array =>
  inflateSync(Buffer.from(encodeIntoCompressedBase64(judge(values)), 'base64').subarray(8));

function readByLibrary(payload: Uint8Array) {
  const content = deflateSync(payload);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(0x1c849304 | 0x10, 0);
  header.writeUInt32BE(content.length, 4);
  return decodeFromCompressedBase64(Buffer.concat([header, content]).toString('base64'), 64);
}

/** What of a histogram can be seen. */
function view(histogram: Histogram) {
  return {
    count: histogram.count,
    min: histogram.min,
    max: histogram.max,
    mean: histogram.mean,
    clamped: histogram.clamped,
    payload: Buffer.from(histogram.encode()).toString('hex'),
  };
}

describe('Histogram', () => {
  test('states exact count, extremes and mean of what was recorded', () => {
    const histogram = histogramOf([1_000_001, 3_000_003, 2_000_002, 50_000_000_000]);
    assert.deepEqual(
      [histogram.count, histogram.min, histogram.max, histogram.mean, histogram.clamped],
      [4, 1_000_001, 50_000_000_000, 50_006_000_006 / 4, 0],
    );
  });

  test('is all zeros when empty', () => {
    const histogram = new Histogram();
    assert.deepEqual(
      [
        histogram.count,
        histogram.min,
        histogram.max,
        histogram.mean,
        histogram.percentile(50),
        histogram.valueAtRank(1),
      ],
      [0, 0, 0, 0, 0, 0],
    );
  });

  test('takes values out of range as the nearest one inside and counts them', () => {
    const histogram = histogramOf([-5, highestTrackable + 1, Number.POSITIVE_INFINITY]);
    assert.deepEqual([histogram.count, histogram.clamped, histogram.min, histogram.max], [3, 3, 0, highestTrackable]);
    assert.throws(() => histogram.record(Number.NaN), BenchmarkError);
  });

  test('percentiles are those of the library', () => {
    fc.assert(
      fc.property(
        fc.array(times, { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (values, percentile) => {
          const expected = Math.min(judge(values).getValueAtPercentile(percentile), Math.max(...values));
          assert.equal(histogramOf(values).percentile(percentile), expected);
        },
      ),
    );
  });

  test('every value is found within 0.1 per cent, or the unit, of where it was recorded', () => {
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 60 }), (values) => {
        const histogram = histogramOf(values);
        values.sort((a, b) => a - b);
        for (const [index, value] of values.entries()) {
          assert.ok(Math.abs(histogram.valueAtRank(index + 1) - value) <= Math.max(value / 1000, lowestDiscernible));
        }
      }),
    );
  });

  test('merging commutes and equals recording everything in one', () => {
    fc.assert(
      fc.property(manyTimes, manyTimes, (left, right) => {
        const one = histogramOf(left);
        one.add(histogramOf(right));
        const other = histogramOf(right);
        other.add(histogramOf(left));
        assert.deepEqual(view(one), view(other));
        assert.deepEqual(view(one), view(histogramOf([...left, ...right])));
      }),
    );
  });

  test('a payload comes back as it went, also merged with others', () => {
    fc.assert(
      fc.property(manyTimes, manyTimes, (left, right) => {
        const merged = new Histogram();
        assert.equal(merged.addEncoded(histogramOf(left).encode()), left.length);
        assert.deepEqual(merged.encode(), histogramOf(left).encode());
        merged.addEncoded(histogramOf(right).encode());
        const direct = histogramOf([...left, ...right]);
        assert.deepEqual(merged.encode(), direct.encode());
        assert.equal(merged.count, direct.count);
        assert.ok(Math.abs(merged.mean - direct.mean) <= Math.max(direct.mean / 1000, lowestDiscernible));
        for (const percentile of [0, 50, 99, 100]) {
          assert.ok(
            Math.abs(merged.percentile(percentile) - direct.percentile(percentile)) <=
              Math.max(direct.percentile(percentile) / 1000, 64),
          );
        }
      }),
    );
  });

  test('a payload has the bytes of the library', () => {
    fc.assert(
      fc.property(manyTimes, (values) => {
        const units = values.map((value) => value - (value % lowestDiscernible));
        assert.deepEqual(Buffer.from(histogramOf(units).encode()), libraryPayload(units));
      }),
    );
    const counted = [
      ...new Array<number>(300).fill(64_000),
      ...new Array<number>(20_000).fill(1_000_000_000 - (1_000_000_000 % 64)),
    ];
    assert.deepEqual(Buffer.from(histogramOf(counted).encode()), libraryPayload(counted));
  });

  test('the library reads a payload as the values that were recorded', () => {
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 60 }), (values) => {
        const read = readByLibrary(histogramOf(values).encode());
        assert.equal(read.totalCount, values.length);
        for (const percentile of [0, 25, 50, 90, 99.9, 100]) {
          assert.equal(read.getValueAtPercentile(percentile), judge(values).getValueAtPercentile(percentile));
        }
      }),
    );
  });

  test('large counts survive the passage', () => {
    const histogram = histogramOf([1_000_000]);
    for (let doubling = 0; doubling < 50; doubling++) histogram.add(histogram);
    const copy = new Histogram();
    assert.equal(copy.addEncoded(histogram.encode()), 2 ** 50);
    assert.equal(copy.count, 2 ** 50);
  });

  test('forgets everything on reset', () => {
    fc.assert(
      fc.property(manyTimes, manyTimes, (before, after) => {
        const histogram = histogramOf(before);
        histogram.reset();
        assert.deepEqual(view(histogram), view(new Histogram()));
        for (const value of after) histogram.record(value);
        assert.deepEqual(view(histogram), view(histogramOf(after)));
      }),
    );
  });

  test('refuses a payload that is broken or of other settings', () => {
    const payload = histogramOf([1000, 2_000_000, 5_000_000_000]).encode();
    const changed = (offset: number, value: number): Uint8Array => {
      const copy = payload.slice();
      copy[offset] = value;
      return copy;
    };
    for (const broken of [
      payload.slice(0, 20),
      payload.slice(0, -1),
      changed(0, 1),
      changed(15, 2),
      changed(31, 1),
      changed(payload.length - 1, 0x80),
    ]) {
      assert.throws(() => new Histogram().addEncoded(broken), BenchmarkError);
    }
  });
});
