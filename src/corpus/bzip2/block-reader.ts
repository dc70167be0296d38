// Reads one block of bzip2: Huffman codes and ranks back to the last column of the sorted rotations.
import { type BitInput, OutOfBits } from './bit-input.ts';
import { BadBlock, HuffmanTables, LOOKUP_BITS, MAX_CODE_BITS } from './huffman-tables.ts';

/** Most bytes of a block before its runs are expanded. */
export const BLOCK_BYTES = 900_000;
/** Symbols that are coded by the same table. */
const GROUP = 50;
const MAX_SELECTORS = Math.ceil((BLOCK_BYTES + 1) / GROUP);
const RUN_B = 1;

/** A block between reading and unwinding. Its memory is used again. */
export class Block {
  /** The last column. */
  readonly column = new Uint8Array(BLOCK_BYTES);
  /** Bytes in the column. */
  length = 0;
  /** The row of the sorted rotations that is the block itself. */
  origin = 0;
  /** How often each byte is in the column. */
  readonly counts = new Uint32Array(256);
  /** The checksum that the block has to have. */
  checksum = 0;
}

/** Reads blocks one after another, with the same tables. */
export class BlockReader {
  private readonly tables = new HuffmanTables();
  private readonly selectors = new Uint8Array(MAX_SELECTORS);
  private readonly order = new Uint8Array(256);
  private symbolCount = 0;
  private selectorCount = 0;

  /**
   * Reads the block whose mark ends at the position of `input`. Throws {@link BadBlock} if it is none, and
   * {@link OutOfBits} if the bytes end within it.
   */
  read(input: BitInput, block: Block): void {
    block.checksum = input.readWord();
    if (input.read(1) === 1) throw new BadBlock('it is randomised, as no bzip2 has written since 1999');
    block.origin = input.read(24);
    this.readAlphabet(input);
    this.readSelectors(input);
    this.readColumn(input, block);
    if (block.origin >= block.length) throw new BadBlock('its origin lies outside');
  }

  private readAlphabet(input: BitInput): void {
    const { order } = this;
    const used = input.read(16);
    let count = 0;
    for (let row = 0; row < 16; row++) {
      if ((used & (0x8000 >>> row)) === 0) continue;
      const bytes = input.read(16);
      for (let column = 0; column < 16; column++) {
        if ((bytes & (0x8000 >>> column)) !== 0) order[count++] = row * 16 + column;
      }
    }
    if (count === 0) throw new BadBlock('it uses no byte');
    this.symbolCount = count + 2;
  }

  private readSelectors(input: BitInput): void {
    const tableCount = input.read(3);
    const selectorCount = input.read(15);
    if (tableCount < 2 || tableCount > 6 || selectorCount === 0) throw new BadBlock('it has an impossible head');
    const recent = [0, 1, 2, 3, 4, 5];
    for (let index = 0; index < selectorCount; index++) {
      let rank = 0;
      while (input.read(1) === 1) rank++;
      if (rank >= tableCount) throw new BadBlock('it selects a table that is not there');
      const [table = 0] = recent.splice(rank, 1);
      recent.unshift(table);
      // Some writers add selectors that no symbol needs.
      if (index < MAX_SELECTORS) this.selectors[index] = table;
    }
    this.selectorCount = Math.min(selectorCount, MAX_SELECTORS);
    this.tables.readAll(input, tableCount, this.symbolCount);
  }

  /** The hot loop: one turn per symbol. */
  private readColumn(input: BitInput, block: Block): void {
    const { view, end } = input;
    const { order, selectors, selectorCount, tables } = this;
    const { lookup } = tables;
    const { column, counts } = block;
    const last = this.symbolCount - 1;
    counts.fill(0);
    let { position } = input;
    let [length, run, weight] = [0, 0, 1];
    for (let group = 0; group < selectorCount; group++) {
      if (position > end) throw new OutOfBits();
      const table = selectors[group] ?? 0;
      const base = table << LOOKUP_BITS;
      for (let left = GROUP; left > 0; left--) {
        const bits = view.getUint32(position >>> 3) << (position & 7);
        let entry = lookup[base + (bits >>> (32 - LOOKUP_BITS))] ?? 0;
        if (entry === 0) entry = tables.findLong(table, bits >>> (32 - MAX_CODE_BITS));
        position += entry & 31;
        const symbol = entry >>> 5;
        if (symbol <= RUN_B) {
          run += weight << symbol;
          weight <<= 1;
          if (run > BLOCK_BYTES) throw new BadBlock('it is too long');
          continue;
        }
        if (run > 0) {
          const byte = order[0] ?? 0;
          if (length + run > BLOCK_BYTES) throw new BadBlock('it is too long');
          counts[byte] = (counts[byte] ?? 0) + run;
          if (run < 16) for (const stop = length + run; length < stop; length++) column[length] = byte;
          else {
            column.fill(byte, length, length + run);
            length += run;
          }
          run = 0;
          weight = 1;
        }
        if (symbol === last) {
          if (position > end) throw new OutOfBits();
          input.position = position;
          block.length = length;
          return;
        }
        if (length === BLOCK_BYTES) throw new BadBlock('it is too long');
        const rank = symbol - 1;
        const byte = order[rank] ?? 0;
        if (rank < 24) for (let index = rank; index > 0; index--) order[index] = order[index - 1] ?? 0;
        else order.copyWithin(1, 0, rank);
        order[0] = byte;
        column[length++] = byte;
        counts[byte] = (counts[byte] ?? 0) + 1;
      }
    }
    throw new BadBlock('it has no end');
  }
}
