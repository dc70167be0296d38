// Randomness by counting: a number is a pure function of a seed, a document and a field, so any document can be made without the ones before it.

/** A bijection of 32-bit integers that spreads every input bit over all output bits (the finaliser of MurmurHash3). Returns an unsigned integer. */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The 32-bit state of one document: what its fields are drawn from. Documents beyond 2^32 get states of their own. */
export function documentState(seedState: number, document: number): number {
  return mix32(mix32(document ^ seedState) ^ Math.imul(Math.floor(document / 0x1_0000_0000), 0x9e3779b1));
}

/** An independent 32-bit number per document state and field number. */
export function fieldHash(state: number, field: number): number {
  return mix32(state + Math.imul(field, 0x9e3779b9));
}

/** The first 32 bits that a seed contributes. Seeds are safe integers; both halves count. */
export function seedState(seed: number): number {
  return mix32(mix32(seed) ^ Math.imul(Math.floor(seed / 0x1_0000_0000), 0x85ebca77) ^ 0x5bd1e995);
}

/** A sequence of numbers for building tables: the n-th call of a given stream always returns the same. */
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
