// Where a series of figures changes its level: E-divisive means with a permutation test (Matteson and James, "A
// nonparametric approach for multiple change point analysis of multivariate data", 2014), for one dimension.
import { randomSource } from '../random.ts';

/** A series is split where the probability of such a split by chance is at most this. */
const LEVEL = 0.01;
/** Orders by chance that a split is compared with. */
const PERMUTATIONS = 199;
/** The least number of values on each side of a split. */
const LEAST_SEGMENT = 3;

/**
 * The positions at which a new level begins, ascending: each is the index of the first value of its segment. The same
 * series always gives the same positions.
 */
export function changePoints(values: readonly number[]): readonly number[] {
  const found: number[] = [];
  const random = randomSource(values.length);
  const split = (from: number, to: number): void => {
    if (to - from < 2 * LEAST_SEGMENT) return;
    const segment = ranked(values.slice(from, to));
    const best = bestSplit(segment);
    if (best.statistic <= leastStatistic(segment) || !isRare(segment, best.statistic, random)) return;
    found.push(from + best.at);
    split(from, from + best.at);
    split(from + best.at, to);
  };
  split(0, values.length);
  return found.sort((left, right) => left - right);
}

/** What the sums of distances between values that are all alike may come to by rounding. */
const leastStatistic = ({ values }: Ranked): number =>
  1e-9 * values.length * values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);

/** Values with their ranks, counted from 1; equal values have different ranks, which changes no distance. */
interface Ranked {
  readonly values: Float64Array;
  readonly ranks: Int32Array;
}

function ranked(values: readonly number[]): Ranked {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Int32Array(values.length);
  order.forEach((index, rank) => {
    ranks[index] = rank + 1;
  });
  return { values: Float64Array.from(values), ranks };
}

/**
 * The split with the largest scaled energy distance between its sides. With X and Y the values of the two sides, n and
 * m many, the statistic is
 *
 *   n m / (n + m) · (2 E|X - Y| - E|X - X'| - E|Y - Y'|)
 *
 * The sums of distances follow from those of the split before when one value changes sides; how far it is from all
 * values of a side is found in two trees of counts and sums over the ranks, so all splits take n log n steps.
 */
function bestSplit({ values, ranks }: Ranked): { readonly at: number; readonly statistic: number } {
  const count = values.length;
  const left = new DistanceTree(count);
  const right = new DistanceTree(count);
  let withinRight = 0;
  for (let index = 0; index < count; index++) withinRight += right.add(values[index] ?? 0, ranks[index] ?? 0);
  let [withinLeft, between] = [0, 0];
  let best = { at: 0, statistic: 0 };
  for (let at = 1; at < count; at++) {
    const value = values[at - 1] ?? 0;
    const rank = ranks[at - 1] ?? 0;
    const toRight = right.remove(value, rank);
    const toLeft = left.add(value, rank);
    withinRight -= toRight;
    withinLeft += toLeft;
    between += toRight - toLeft;
    const rest = count - at;
    if (at < LEAST_SEGMENT || rest < LEAST_SEGMENT) continue;
    const energy =
      (2 * between) / (at * rest) - (2 * withinLeft) / (at * (at - 1)) - (2 * withinRight) / (rest * (rest - 1));
    const statistic = ((at * rest) / count) * energy;
    if (statistic > best.statistic) best = { at, statistic };
  }
  return best;
}

/** Whether few orders by chance have a split as good as this. */
function isRare({ values, ranks }: Ranked, statistic: number, random: () => number): boolean {
  const shuffled: Ranked = { values: values.slice(), ranks: ranks.slice() };
  const allowed = Math.floor(LEVEL * (PERMUTATIONS + 1)) - 1;
  let asGood = 0;
  for (let permutation = 0; permutation < PERMUTATIONS; permutation++) {
    shuffle(shuffled, random);
    if (bestSplit(shuffled).statistic >= statistic && ++asGood > allowed) return false;
  }
  return true;
}

/** Puts values into a random order, in place: the shuffle of Fisher and Yates. */
function shuffle({ values, ranks }: Ranked, random: () => number): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [values[last], values[other]] = [values[other] ?? 0, values[last] ?? 0];
    [ranks[last], ranks[other]] = [ranks[other] ?? 0, ranks[last] ?? 0];
  }
}

/** A set of values that tells the sum of the distances from all of them to another value (two Fenwick trees). */
class DistanceTree {
  private readonly counts: Float64Array;
  private readonly sums: Float64Array;
  private total = 0;
  private size = 0;

  constructor(capacity: number) {
    this.counts = new Float64Array(capacity + 1);
    this.sums = new Float64Array(capacity + 1);
  }

  /** Adds a value and returns the sum of its distances from all others. */
  add(value: number, rank: number): number {
    const distance = this.distance(value, rank);
    this.change(value, rank, 1);
    return distance;
  }

  /** Removes a value and returns the sum of its distances from all others. */
  remove(value: number, rank: number): number {
    this.change(value, rank, -1);
    return this.distance(value, rank);
  }

  private distance(value: number, rank: number): number {
    let [countBelow, sumBelow] = [0, 0];
    for (let at = rank; at > 0; at -= at & -at) {
      countBelow += this.counts[at] ?? 0;
      sumBelow += this.sums[at] ?? 0;
    }
    return value * countBelow - sumBelow + (this.total - sumBelow) - value * (this.size - countBelow);
  }

  private change(value: number, rank: number, count: number): void {
    this.total += count * value;
    this.size += count;
    for (let at = rank; at < this.counts.length; at += at & -at) {
      this.counts[at] = (this.counts[at] ?? 0) + count;
      this.sums[at] = (this.sums[at] ?? 0) + count * value;
    }
  }
}
