// The Huffman codes of a block, as tables from the next bits to a symbol.
import type { BitInput } from './bit-input.ts';

/** Codes of up to so many bits are found by one look into a table. */
export const LOOKUP_BITS = 10;
/** Longest code. */
export const MAX_CODE_BITS = 20;
/** Most symbols: two of runs, 255 of ranks, one for the end. */
const MAX_SYMBOLS = 258;
/** Most tables of a block. */
const MAX_TABLES = 6;

/** Says that a block does not have the form that it must have. */
export class BadBlock extends Error {}

/** The codes of one block. All of its memory is used again for the next block. */
export class HuffmanTables {
  /**
   * For each table `1 << LOOKUP_BITS` entries: what the next bits mean, as symbol * 32 + bits of the code; 0 = the code
   * is longer, or there is none.
   */
  readonly lookup = new Uint16Array(MAX_TABLES << LOOKUP_BITS);
  private readonly lengths = new Uint8Array(MAX_SYMBOLS);
  /** For each table and length: the first code that is longer, left-aligned in 20 bits. */
  private readonly limits = new Uint32Array(MAX_TABLES * (MAX_CODE_BITS + 1));
  /** For each table and length: what a code of this length has to be lessened by to find its symbol. */
  private readonly bases = new Int32Array(MAX_TABLES * (MAX_CODE_BITS + 1));
  /** For each table: its symbols in the order of their codes. */
  private readonly symbols = new Uint16Array(MAX_TABLES * MAX_SYMBOLS);

  /** Reads the codes of `count` tables for `symbolCount` symbols. */
  readAll(input: BitInput, count: number, symbolCount: number): void {
    for (let table = 0; table < count; table++) {
      this.readLengths(input, symbolCount);
      this.build(table, symbolCount);
    }
  }

  /**
   * Finds a symbol whose code is longer than {@link LOOKUP_BITS}. `bits` are the next 20 bits; the answer is as in
   * `lookup`. Throws {@link BadBlock} if there is no such code.
   */
  findLong(table: number, bits: number): number {
    const row = table * (MAX_CODE_BITS + 1);
    for (let length = LOOKUP_BITS + 1; length <= MAX_CODE_BITS; length++) {
      if (bits >= (this.limits[row + length] ?? 0)) continue;
      const index = (bits >>> (MAX_CODE_BITS - length)) - (this.bases[row + length] ?? 0);
      return ((this.symbols[table * MAX_SYMBOLS + index] ?? 0) << 5) | length;
    }
    throw new BadBlock('it has a code that its tables lack');
  }

  private readLengths(input: BitInput, symbolCount: number): void {
    let length = input.read(5);
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      while (input.read(1) === 1) length += input.read(1) === 1 ? -1 : 1;
      if (length < 1 || length > MAX_CODE_BITS) throw new BadBlock('it has a code of an impossible length');
      this.lengths[symbol] = length;
    }
  }

  private build(table: number, symbolCount: number): void {
    const { lengths, lookup } = this;
    const entries = lookup.subarray(table << LOOKUP_BITS, (table + 1) << LOOKUP_BITS).fill(0);
    const row = table * (MAX_CODE_BITS + 1);
    let [code, index] = [0, 0];
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      this.bases[row + length] = code - index;
      for (let symbol = 0; symbol < symbolCount; symbol++) {
        if (lengths[symbol] !== length) continue;
        if (code >= 1 << length) throw new BadBlock('its codes are ambiguous');
        this.symbols[table * MAX_SYMBOLS + index++] = symbol;
        if (length <= LOOKUP_BITS) {
          const spare = LOOKUP_BITS - length;
          entries.fill((symbol << 5) | length, code << spare, (code + 1) << spare);
        }
        code++;
      }
      this.limits[row + length] = code << (MAX_CODE_BITS - length);
      code <<= 1;
    }
  }
}
