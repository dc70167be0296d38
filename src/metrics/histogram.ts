// A log-linear histogram of times (HdrHistogram's scheme): three significant digits from nanoseconds to an hour, in one
// array.
import { BenchmarkError } from '../errors.ts';
import { CountsReader, histogramEncodingLimit, writeCounts } from './histogram-encoding.ts';

/*
 * Slots. The unit is 64 ns. The first 2,048 slots are one unit wide; from there on every doubling of the value gets
 * 1,024 slots of twice the width:
 *
 *   value   0 ......... 131,071 | 131,072 ... 262,143 | 262,144 ... 524,287 | ...
 *   width         64 ns         |       128 ns        |       256 ns        | ...
 *   slot    0 ............ 2047 | 2048 ......... 3071 | 3072 ......... 4095 | ...
 *
 * A slot's width is at most 1/1,024 of its values (above 65 us), so what is read back is at most 0.1 % off.
 */
const UNIT_MAGNITUDE = 6;
const HALF_COUNT_MAGNITUDE = 10;
const HALF_COUNT = 1 << HALF_COUNT_MAGNITUDE;
/** The largest value of the linear part. */
const LINEAR_MASK = 2 ** (UNIT_MAGNITUDE + HALF_COUNT_MAGNITUDE + 1) - 1;
const LINEAR_BITS = UNIT_MAGNITUDE + HALF_COUNT_MAGNITUDE + 1;
const INT_LIMIT = 2 ** 31;

/** The least difference in ns that is told apart. */
export const lowestDiscernible = 2 ** UNIT_MAGNITUDE;
/** The largest time in ns that is told apart: one hour. Larger ones count as this. */
export const highestTrackable = 3_600_000_000_000;
/** Decimal digits of a value that are kept. */
export const significantDigits = 3;

const SLOTS = 27 * HALF_COUNT;
// Positions of the figures that stand behind the counts in the same array, because a store of a float into an array of
// floats never allocates, while one into a field of an object may.
const COUNT = SLOTS;
const SUM = SLOTS + 1;
const MIN = SLOTS + 2;
const MAX = SLOTS + 3;
const CLAMPED = SLOTS + 4;

/** The slot of a whole or fractional number of ns from 0 to {@link highestTrackable}. */
function slotOf(ns: number): number {
  if (ns < INT_LIMIT) {
    const doubling = 15 - Math.clz32(ns | LINEAR_MASK);
    return (doubling << HALF_COUNT_MAGNITUDE) + (ns >>> (doubling + UNIT_MAGNITUDE));
  }
  // A value beyond 32 bits loses the bits of the linear part first, which are far below the slot's width; the division
  // by a power of two is exact.
  const high = (ns / 2 ** LINEAR_BITS) | 0;
  const doubling = 32 - Math.clz32(high);
  return (doubling << HALF_COUNT_MAGNITUDE) + (high >>> (doubling + UNIT_MAGNITUDE - LINEAR_BITS));
}

/** Width in ns of the slots from `index * HALF_COUNT` on, as a table, because powers of floats are slow. */
const WIDTHS = Float64Array.from(
  { length: SLOTS / HALF_COUNT },
  (_, index) => lowestDiscernible * 2 ** Math.max(0, index - 1),
);

/** The number of whole values in a slot. */
const widthOf = (slot: number): number => WIDTHS[slot >> HALF_COUNT_MAGNITUDE] ?? 0;

/** The least value of a slot. */
function lowestOf(slot: number): number {
  return (slot < HALF_COUNT ? slot : (slot & (HALF_COUNT - 1)) + HALF_COUNT) * widthOf(slot);
}

/** The largest whole value of a slot. */
const highestOf = (slot: number): number => lowestOf(slot) + widthOf(slot) - 1;

/** The middle of the values of a slot, which stands for each of them when only their count is known. */
const middleOf = (slot: number): number => lowestOf(slot) + (widthOf(slot) - 1) / 2;

/**
 * Times in nanoseconds as counts. Takes 221 kB whatever it holds. Recording allocates nothing. Values are exact to 0.1
 * % (below 65 us: to 64 ns); `count`, `min`, `max` and `mean` are exact for recorded values, and to 0.1 % for merged
 * payloads.
 */
export class Histogram {
  private readonly data = new Float64Array(SLOTS + 5);

  constructor() {
    this.data[MIN] = Number.POSITIVE_INFINITY;
  }

  /** Number of recorded values. */
  get count(): number {
    return this.data[COUNT] ?? 0;
  }

  /** The least value in ns; 0 if empty. */
  get min(): number {
    return this.count === 0 ? 0 : (this.data[MIN] ?? 0);
  }

  /** The largest value in ns, at most {@link highestTrackable}; 0 if empty. */
  get max(): number {
    return this.data[MAX] ?? 0;
  }

  /** The mean in ns; 0 if empty. */
  get mean(): number {
    return this.count === 0 ? 0 : (this.data[SUM] ?? 0) / this.count;
  }

  /**
   * How many recorded values lay beyond {@link highestTrackable} (or below 0) and were taken as the nearest value
   * inside. Not encoded.
   */
  get clamped(): number {
    return this.data[CLAMPED] ?? 0;
  }

  /** Records a time in ns; a fraction is kept in the sum and otherwise cut off. */
  record(ns: number): void {
    const data = this.data;
    const value = ns >= 0 && ns <= highestTrackable ? ns : this.clamp(ns);
    const slot = slotOf(value);
    data[slot] = (data[slot] ?? 0) + 1;
    data[COUNT] = (data[COUNT] ?? 0) + 1;
    data[SUM] = (data[SUM] ?? 0) + value;
    if (value < (data[MIN] ?? 0)) data[MIN] = value;
    if (value > (data[MAX] ?? 0)) data[MAX] = value;
  }

  private clamp(ns: number): number {
    if (Number.isNaN(ns)) throw new BenchmarkError('INTERNAL', 'A histogram was given NaN as a time.');
    this.data[CLAMPED] = this.clamped + 1;
    return ns < 0 ? 0 : highestTrackable;
  }

  /**
   * The value in ns that `percentile` per cent of the values are less than or equal to, as HdrHistogram defines it:
   * the upper end of the slot of the value of rank `ceil(percentile / 100 * count)`, never more than `max`. 0 if empty.
   */
  percentile(percentile: number): number {
    const position = (Math.min(percentile, 100) / 100) * this.count;
    // The product may be off by one unit in its last place, which is taken away: 0.07 * 100 must not become rank 8.
    const rank = Math.ceil(position - 2 ** (Math.floor(Math.log2(position)) - 52));
    const slot = this.slotAtRank(Math.max(rank, 1));
    if (slot < 0) return 0;
    return percentile === 0 ? lowestOf(slot) : Math.min(highestOf(slot), this.max);
  }

  /**
   * The best guess in ns at the value of a rank, counted from 1 to `count` in ascending order: the middle of its slot.
   * 0 if there is none.
   */
  valueAtRank(rank: number): number {
    const slot = this.slotAtRank(rank);
    return slot < 0 ? 0 : Math.max(this.min, Math.min(middleOf(slot), this.max));
  }

  /** How many values lie at or below each of some ascending bounds in ns, and above the bound before. */
  countsBetween(bounds: readonly number[]): readonly number[] {
    const counts = bounds.map(() => 0);
    if (this.count === 0) return counts;
    const last = slotOf(this.max);
    let bin = 0;
    for (let slot = slotOf(this.min); slot <= last; slot++) {
      const count = this.data[slot] ?? 0;
      if (count === 0) continue;
      while (bin < bounds.length - 1 && middleOf(slot) > (bounds[bin] ?? 0)) bin++;
      counts[bin] = (counts[bin] ?? 0) + count;
    }
    return counts;
  }

  /** The standard deviation in ns, from the middles of the slots; 0 if empty. */
  get standardDeviation(): number {
    if (this.count === 0) return 0;
    const { mean } = this;
    const last = slotOf(this.max);
    let squares = 0;
    for (let slot = slotOf(this.min); slot <= last; slot++)
      squares += (this.data[slot] ?? 0) * (middleOf(slot) - mean) ** 2;
    return Math.sqrt(squares / this.count);
  }

  /** How many values lie in the slot of `ns` or in a lower one. */
  countUpTo(ns: number): number {
    if (this.count === 0) return 0;
    const last = slotOf(Math.max(0, Math.min(ns, highestTrackable, this.max)));
    let seen = 0;
    for (let slot = slotOf(this.min); slot <= last; slot++) seen += this.data[slot] ?? 0;
    return seen;
  }

  /** How many values are at least `ns`, to the precision of the histogram. */
  countFrom(ns: number): number {
    if (this.count === 0 || ns > this.max) return 0;
    const last = slotOf(this.max);
    let sum = 0;
    for (let slot = slotOf(Math.max(0, ns)); slot <= last; slot++) sum += this.data[slot] ?? 0;
    return sum;
  }

  /** Adds all values of another histogram. */
  add(other: Histogram): void {
    if (other.count === 0) return;
    const data = this.data;
    const last = slotOf(other.max);
    for (let slot = slotOf(other.min); slot <= last; slot++) data[slot] = (data[slot] ?? 0) + (other.data[slot] ?? 0);
    data[COUNT] = this.count + other.count;
    data[SUM] = (data[SUM] ?? 0) + (other.data[SUM] ?? 0);
    data[CLAMPED] = this.clamped + other.clamped;
    data[MIN] = Math.min(data[MIN] ?? 0, other.min);
    data[MAX] = Math.max(this.max, other.max);
  }

  /** Forgets everything. Costs as much as the range that was in use. */
  reset(): void {
    if (this.count > 0) this.data.fill(0, slotOf(this.min), slotOf(this.max) + 1);
    this.data.fill(0, COUNT);
    this.data[MIN] = Number.POSITIVE_INFINITY;
  }

  /** The counts as an uncompressed HdrHistogram V2 payload. */
  encode(): Uint8Array {
    return writeCounts(encodingSettings, this.data, slotOf(this.min), slotOf(this.max) + 1);
  }

  /**
   * Adds the counts of a payload of {@link encode}, without a histogram in between, and returns how many values it
   * held. Throws `INTERNAL`, possibly when half of it was added, if the payload is broken or of other settings.
   */
  addEncoded(payload: Uint8Array): number {
    const data = this.data;
    let count = 0;
    let sum = 0;
    let first = -1;
    let last = -1;
    const reader = new CountsReader(encodingSettings, payload, SLOTS);
    for (let added = reader.next(); added > 0; added = reader.next()) {
      const slot = reader.slot;
      data[slot] = (data[slot] ?? 0) + added;
      count += added;
      sum += added * middleOf(slot);
      if (first < 0) first = slot;
      last = slot;
    }
    if (count === 0) return 0;
    data[COUNT] = this.count + count;
    data[SUM] = (data[SUM] ?? 0) + sum;
    data[MIN] = Math.min(data[MIN] ?? 0, lowestOf(first));
    data[MAX] = Math.max(this.max, Math.min(highestOf(last), highestTrackable));
    return count;
  }

  private slotAtRank(rank: number): number {
    if (rank < 1 || rank > this.count) return -1;
    const last = slotOf(this.max);
    let seen = 0;
    for (let slot = slotOf(this.min); slot <= last; slot++) {
      seen += this.data[slot] ?? 0;
      if (seen >= rank) return slot;
    }
    return last;
  }
}

const encodingSettings = {
  significantDigits,
  lowestDiscernible,
  highestTrackable,
  maxBytes: histogramEncodingLimit(SLOTS),
} as const;
