// Figures with their uncertainty, and what that says of the difference of two.
import { twoSidedP, twoSidedQuantile } from './student.ts';

/** The share of intervals that shall hold the true value. */
export const confidence = 0.95;

/** A value, and how far it may be off by chance. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

/** The difference of two estimates. */
export interface Difference {
  /** Contender minus baseline. */
  readonly value: number;
  /** Interval in which the true difference lies with the probability {@link confidence}. */
  readonly low: number;
  readonly high: number;
  /** Probability of a difference at least as large, in either direction, if there is none in truth. */
  readonly p: number;
}

/** The mean of the values of several runs, with the spread between the runs as its error; `null` below two runs. */
export function estimateOfRuns(values: readonly number[]): Estimate | null {
  const count = values.length;
  if (count < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { value: mean, standardError: Math.sqrt(squares / (count - 1) / count), degreesOfFreedom: count - 1 };
}

/**
 * The difference of two independent estimates whose spread may differ: the t-test of Welch (1947), with the degrees of
 * freedom of Satterthwaite (1946).
 */
export function welch(baseline: Estimate, contender: Estimate): Difference {
  const value = contender.value - baseline.value;
  const [left, right] = [baseline.standardError ** 2, contender.standardError ** 2];
  const error = Math.sqrt(left + right);
  if (error === 0) return { value, low: value, high: value, p: value === 0 ? 1 : 0 };
  const freedom =
    (left + right) ** 2 / (left ** 2 / baseline.degreesOfFreedom + right ** 2 / contender.degreesOfFreedom);
  const reach = twoSidedQuantile(1 - confidence, freedom) * error;
  return { value, low: value - reach, high: value + reach, p: twoSidedP(value / error, freedom) };
}

/**
 * Probabilities adjusted for having looked at all of them at once, in the given order: of all rows that are called
 * significant at 5 %, at most 5 % are so by chance. The procedure of Benjamini and Hochberg (1995).
 */
export function adjusted(probabilities: readonly number[]): readonly number[] {
  const order = probabilities
    .map((_, index) => index)
    .sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0));
  const result = new Array<number>(probabilities.length);
  let least = 1;
  order.forEach((index, position) => {
    const rank = probabilities.length - position;
    least = Math.min(least, ((probabilities[index] ?? 1) * probabilities.length) / rank);
    result[index] = least;
  });
  return result;
}
