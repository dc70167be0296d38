// Popularity: weights of ranks from known shares of the top ranks, categories of entries, and draws in constant time.
// Only + - * / and sqrt are used, which every machine rounds alike, so the tables are the same everywhere.
import type { TableRandom } from './random.ts';

/** Says that `share` of all events fall on the first `rank` entries. */
export interface TopShare {
  readonly rank: number;
  readonly share: number;
}

/**
 * Falling weights of `count` entries that sum up to 1 and whose cumulative shares are exactly the given ones. These
 * have ascending ranks, the first of which is 1. Between two known ranks the weights fall from one level to the next
 * like a hyperbola, as popularity does.
 */
export function rankWeights(count: number, topShares: readonly TopShare[]): Float64Array {
  const knots = [...topShares.filter(({ rank }) => rank < count), { rank: count, share: 1 }];
  const averages = knots.map(
    ({ rank, share }, i) => (share - (knots[i - 1]?.share ?? 0)) / (rank - (knots[i - 1]?.rank ?? 0)),
  );
  const levels = averages.map((average, i) => Math.sqrt(average * (averages[i + 1] ?? average / 4)));
  const weights = new Float64Array(count);
  weights[0] = averages[0] ?? 1;
  for (let i = 1; i < knots.length; i++) {
    const from = knots[i - 1]?.rank ?? 0;
    const to = knots[i]?.rank ?? count;
    fillFalling(weights.subarray(from, to), levels[i - 1] ?? 0, levels[i] ?? 0, (averages[i] ?? 0) * (to - from));
  }
  return weights;
}

/** Fills a segment with weights that fall from one level to another and sum up to `sum`. */
function fillFalling(segment: Float64Array, high: number, low: number, sum: number): void {
  const at = (index: number, bend: number): number => {
    const position = (index + 0.5) / segment.length;
    return low + ((high - low) * (1 - position)) / (1 + bend * position);
  };
  const total = (bend: number): number => {
    let value = 0;
    for (let i = 0; i < segment.length; i++) value += at(i, bend);
    return value;
  };
  // The more the curve bends the smaller is the sum. The bend is found by halving an interval, in which 0 < x < 1
  // stands for all bends > -1.
  let lower = 0;
  let upper = 1;
  const bendOf = (x: number): number => (2 * x - 1) / (1 - x);
  for (let step = 0; step < 30; step++) {
    const middle = (lower + upper) / 2;
    if (total(bendOf(middle)) > sum) lower = middle;
    else upper = middle;
  }
  const bend = bendOf((lower + upper) / 2);
  const correction = sum / total(bend);
  for (let i = 0; i < segment.length; i++) segment[i] = at(i, bend) * correction;
}

/**
 * Shares out entries among categories, and returns the category of each entry. The weight of each category is as close
 * as possible to its share, after every entry and not only after the last one. This is the method of D'Hondt with
 * weights: a small category waits for an entry that is as light as its share. Shares need not sum up to 1. `isAllowed`
 * keeps entries from some categories; later entries make up for it.
 */
export function apportion(
  weights: Float64Array,
  shares: readonly number[],
  isAllowed?: (entry: number, category: number) => boolean,
): Uint16Array {
  const count = shares.length;
  const perShare = new Float64Array(shares).map((share) => 1 / share);
  const taken = new Float64Array(count);
  const categories = new Uint16Array(weights.length);
  for (let entry = 0; entry < weights.length; entry++) {
    const weight = weights[entry] ?? 0;
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let category = 0; category < count; category++) {
      const progress = ((taken[category] ?? 0) + weight) * (perShare[category] ?? 0);
      if (progress < least && (isAllowed === undefined || isAllowed(entry, category))) {
        least = progress;
        best = category;
      }
    }
    taken[best] = (taken[best] ?? 0) + weight;
    categories[entry] = best;
  }
  return categories;
}

/** How many of the heaviest entries {@link apportionHead} apportions exactly. */
const HEAD = 3000;

/**
 * As {@link apportion}, but only for the heaviest entries, which come first. The many light ones go to categories by
 * chance, which is much quicker and as good.
 */
export function apportionHead(weights: Float64Array, shares: readonly number[], random: TableRandom): Uint16Array {
  const table = aliasTable(new Float64Array(shares));
  const categories = new Uint16Array(weights.length);
  for (let entry = HEAD; entry < weights.length; entry++)
    categories[entry] = drawAlias(table, random.bits(), random.bits());
  categories.set(apportion(weights.subarray(0, HEAD), shares));
  return categories;
}

/** A table from which entries are drawn by weight in constant time. */
export interface AliasTable {
  /** Number of entries. */
  readonly size: number;
  /** For each column: a draw (of 2^32) below this keeps the column, any other takes its alias. */
  readonly thresholds: Uint32Array;
  readonly aliases: Uint32Array;
}

/** Builds an alias table by Vose's method. Weights need not sum up to 1. */
export function aliasTable(weights: Float64Array): AliasTable {
  const size = weights.length;
  let sum = 0;
  for (let i = 0; i < size; i++) sum += weights[i] ?? 0;
  const scaled = weights.map((weight) => (weight * size) / sum);
  const thresholds = new Uint32Array(size).fill(0xffffffff);
  const aliases = new Uint32Array(size).map((_, i) => i);
  // One array holds two stacks: that of columns with too little weight grows from its start, that of columns with too
  // much from its end.
  const stacks = new Uint32Array(size);
  let poorCount = 0;
  let firstRich = size;
  for (let i = 0; i < size; i++) {
    if ((scaled[i] ?? 0) < 1) stacks[poorCount++] = i;
    else stacks[--firstRich] = i;
  }
  while (poorCount > 0 && firstRich < size) {
    const poor = stacks[--poorCount] ?? 0;
    const rich = stacks[firstRich] ?? 0;
    const share = scaled[poor] ?? 0;
    thresholds[poor] = Math.floor(share * 0x1_0000_0000);
    aliases[poor] = rich;
    const rest = (scaled[rich] ?? 0) - (1 - share);
    scaled[rich] = rest;
    if (rest < 1) {
      firstRich++;
      stacks[poorCount++] = rich;
    }
  }
  return { size, thresholds, aliases };
}

/** Draws an entry by two independent 32-bit numbers. */
export function drawAlias(table: AliasTable, column: number, draw: number): number {
  const index = Math.floor((column / 0x1_0000_0000) * table.size);
  return draw < (table.thresholds[index] ?? 0) ? index : (table.aliases[index] ?? 0);
}
