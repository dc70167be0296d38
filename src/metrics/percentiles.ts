// Which percentiles a number of samples can support, how they are named, and how they are read from sorted samples.
import { formatFloat } from '../json.ts';

/** What the table of results shows unless `--latency-percentiles` says otherwise. */
export const defaultPercentiles: readonly number[] = [50, 90, 99, 99.9, 99.99, 100];

/** Percentiles and their values, ascending. */
export type PercentileValues = readonly (readonly [percentile: number, value: number])[];

/**
 * The requested percentiles that `count` samples support, ascending: the 99th needs 100 samples, the 99.9th 1,000.
 * The 100th if none is left; nothing without samples.
 */
export function supportedPercentiles(count: number, requested: readonly number[]): readonly number[] {
  if (count < 1) return [];
  if (count === 1) return [100];
  const isSupported = (percentile: number): boolean => {
    if (count < 4) return percentile === 50 || percentile === 100;
    if (percentile === 25 || percentile === 75) return true;
    if (count < 10) return percentile === 50 || percentile === 100;
    const position = (percentile / 100) * 10 ** (String(count).length - 1);
    return Math.abs(position - Math.round(position)) <= 1e-6;
  };
  const supported = [...new Set(requested)].filter(isSupported).sort((left, right) => left - right);
  return supported.length === 0 ? [100] : supported;
}

/** Reads percentiles by linear interpolation between ranks; `valueAt` is given ranks from 0 to `count - 1`. */
export function interpolatedPercentiles(
  count: number,
  percentiles: readonly number[],
  valueAt: (rank: number) => number,
): PercentileValues {
  return percentiles.map((percentile) => {
    const position = (percentile / 100) * (count - 1);
    const below = Math.floor(position);
    const lower = valueAt(below);
    return [
      percentile,
      below === position ? lower : lower + (valueAt(below + 1) - lower) * (position - below),
    ] as const;
  });
}

/** Percentiles of values in ascending order. */
export function sortedPercentiles(sorted: ArrayLike<number>, percentiles: readonly number[]): PercentileValues {
  return interpolatedPercentiles(sorted.length, percentiles, (rank) => sorted[rank] ?? Number.NaN);
}

/** The key of a percentile in stored results: `50_0`, `99_9`. */
export const percentileKey = (percentile: number): string => formatFloat(percentile).replace('.', '_');

/** The percentile of a key of stored results; `null` for other keys such as `mean`. */
export function parsePercentileKey(key: string): number | null {
  return /^\d+(_\d+)?$/.test(key) ? Number(key.replace('_', '.')) : null;
}
