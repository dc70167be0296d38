// Laws of the search for a rate, and of the intervals that its verdicts come from.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RateSearch } from '../../src/control/rate-search.ts';
import { confidence, meanInterval, shareInterval, totalOf } from '../../src/control/statistics.ts';

test('law: a limit that is always told clearly lies in the interval, within 5 % of the result', () => {
  const limits = fc.double({ min: 0.5, max: 100_000, noNaN: true });
  const starts = fc.double({ min: 1, max: 10_000, noNaN: true });
  const property = fc.property(limits, starts, (limit, start) => {
    const search = new RateSearch(start, 1e6);
    let levels = 0;
    for (let rate = search.next(); rate !== null; rate = search.next()) {
      assert.ok(++levels < 60, `${levels} levels`);
      search.take({ rate, holds: rate <= limit, isClear: true });
    }
    const { rate, low, high } = search.bounds;
    assert.ok(rate !== null && low !== null && high !== null);
    assert.ok(low <= limit && limit <= high);
    assert.ok(rate <= limit && limit <= rate * 1.05 * 1.0001);
  });
  fc.assert(property);
});

test('law: it ends whatever it is told', () => {
  const verdicts = fc.array(fc.record({ holds: fc.boolean(), isClear: fc.boolean() }), {
    minLength: 200,
    maxLength: 200,
  });
  const property = fc.property(verdicts, (told) => {
    const search = new RateSearch(10, 1e6);
    let levels = 0;
    for (let rate = search.next(); rate !== null && levels < 200; rate = search.next()) {
      assert.ok(rate > 0 && rate <= 1e6);
      search.take({ rate, holds: told[levels]?.holds ?? false, isClear: told[levels]?.isClear ?? true });
      levels++;
    }
    const { low, high } = search.bounds;
    if (low !== null && high !== null) assert.ok(low <= high);
  });
  fc.assert(property);
});

const batch = fc
  .record({ samples: fc.integer({ min: 1, max: 500 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ samples, share }) => ({ samples, hits: Math.round(samples * share) }));

test('law: the interval of a share holds the share, lies within 0 and 1, and grows with the confidence', () => {
  const property = fc.property(fc.array(batch, { minLength: 1, maxLength: 40 }), (batches) => {
    const { samples, hits } = totalOf(batches);
    const usual = shareInterval(batches, confidence.usual);
    const early = shareInterval(batches, confidence.early);
    const share = hits / samples;
    assert.ok(usual.low >= 0 && usual.low <= share + 1e-9 && share <= usual.high + 1e-9 && usual.high <= 1);
    assert.ok(early.low <= usual.low + 1e-9 && early.high >= usual.high - 1e-9);
  });
  fc.assert(property);
});

test('spans that differ more than chance explains make the interval wider', () => {
  const even = Array.from({ length: 20 }, () => ({ samples: 100, hits: 5 }));
  const lumpy = Array.from({ length: 20 }, (_, index) => ({ samples: 100, hits: index < 2 ? 50 : 0 }));
  const width = (batches: typeof even): number => {
    const { low, high } = shareInterval(batches, confidence.usual);
    return high - low;
  };
  assert.ok(width(lumpy) > 3 * width(even), `${width(lumpy)} and ${width(even)}`);
});

test('the interval of a mean is known from two spans on', () => {
  assert.deepEqual(meanInterval([3], 2), { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY });
  assert.deepEqual(meanInterval([4, 4, 4], 2), { low: 4, high: 4 });
});
