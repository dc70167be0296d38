// Randomness by counting: each number is a pure function of a seed, a document and a field, so any document can be made
// without those before it.

/**
 * A bijection of 32-bit integers in which each bit of the input changes all bits of the output: the finaliser of
 * MurmurHash3. The result is unsigned.
 */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The 32-bit state of one document, from which its fields are drawn. Documents beyond 2^32 have states of their own,
 * too.
 */
export function documentState(seedState: number, document: number): number {
  return mix32(mix32(document ^ seedState) ^ Math.imul(Math.floor(document / 0x1_0000_0000), 0x9e3779b1));
}

/** An independent 32-bit number for each state of a document and each number of a field. */
export function fieldHash(state: number, field: number): number {
  return mix32(state + Math.imul(field, 0x9e3779b9));
}

/** The 32-bit state of a seed. Seeds are safe integers, so more than 32 bits of them count. */
export function seedState(seed: number): number {
  return mix32(mix32(seed) ^ Math.imul(Math.floor(seed / 0x1_0000_0000), 0x85ebca77) ^ 0x5bd1e995);
}

/** A sequence of numbers for building tables. The n-th number of a stream is always the same. */
export class TableRandom {
  private state: number;

  constructor(stream: number) {
    this.state = mix32(stream ^ 0x2545f491);
  }

  /** An unsigned 32-bit integer. */
  bits(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    return mix32(this.state);
  }

  /** A fraction in [0, 1). */
  unit(): number {
    return this.bits() / 0x1_0000_0000;
  }

  /** An integer in [from, to]. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.unit() * (to - from + 1));
  }

  /** One of the items, all equally likely. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError('Nothing to pick from.');
    return item;
  }

  /** An item near the front more often than one near the end. */
  pickEarly<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.unit() * this.unit() * items.length)];
    if (item === undefined) throw new RangeError('Nothing to pick from.');
    return item;
  }
}
