// Unpacks the blocks that begin in one region of a compressed file.
import { readSync } from 'node:fs';
import { BitInput, OutOfBits, PADDING } from './bit-input.ts';
import { Block, BlockReader } from './block-reader.ts';
import { blockChecksum } from './checksum.ts';
import { expandRuns } from './expand-runs.ts';
import { BLOCK_MARK, findBlockMark, STREAM_END_MARK } from './find-mark.ts';
import { BadBlock } from './huffman-tables.ts';
import { Unwinder } from './unwind.ts';

/** Bytes that are read beyond a region at first, because its last block ends there. */
const TAIL = 1 << 18;
/** No block takes more compressed bytes: 900,000 symbols of 20 bits, and its tables. */
const LONGEST_BLOCK = 2_300_000;

/** Where the unpacking of a region begins. Positions are bits from the beginning of the file. */
export type RegionStart =
  /** At the first block that begins in the region, wherever that is. */
  | { readonly kind: 'search' }
  /** At the head of a stream, or at a block. */
  | { readonly kind: 'head' | 'block'; readonly position: number };

/** Asks for the blocks that begin in the bytes `from` up to `to`, which is not included. */
export interface RegionOrder {
  readonly from: number;
  readonly to: number;
  readonly start: RegionStart;
}

/**
 * What comes out of a region, in order. The first is `start`, unless the file cannot be searched; the last is `end`,
 * `failure`, or `start` if no block begins in the region.
 */
export type RegionEvent =
  /** Where its first block, or the file, begins; `null` = no block begins in it. */
  | { readonly kind: 'start'; readonly position: number | null }
  | { readonly kind: 'block'; readonly content: Uint8Array<ArrayBuffer>; readonly checksum: number }
  /** A stream is over. Its blocks must have this checksum together. */
  | { readonly kind: 'stream-end'; readonly checksum: number; readonly byte: number }
  /** Where the first block after the region begins; `null` = the file is over. */
  | { readonly kind: 'end'; readonly position: number | null }
  | { readonly kind: 'failure'; readonly byte: number; readonly reason: string };

/** Unpacks regions of one open file, one after another, in the same memory. */
export class RegionReader {
  private readonly file: number;
  private readonly size: number;
  private readonly reader = new BlockReader();
  private readonly block = new Block();
  private readonly unwinder = new Unwinder();
  private buffer = new Uint8Array(0);
  /** The part of the file that is in the buffer. */
  private from = 0;
  private to = 0;

  /** `size`: bytes of the file. */
  constructor(file: number, size: number) {
    this.file = file;
    this.size = size;
  }

  /** Unpacks a region. Throws what reading the file throws; everything else that fails is the last event. */
  *read({ from, to, start }: RegionOrder): Generator<RegionEvent, void> {
    try {
      if (start.kind !== 'search') yield { kind: 'start', position: start.position };
      this.load(from, Math.min(this.size, to + TAIL));
      const position = start.kind === 'search' ? this.search(to - from) : start.position;
      if (start.kind === 'search') yield { kind: 'start', position };
      if (position !== null) yield* this.readFrom(position, start.kind === 'head', to * 8);
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      yield { kind: 'failure', byte: error.byte, reason: error.message };
    }
  }

  /** Where the first block of the region begins, which is so many bytes long; `null` if none does. */
  private search(length: number): number | null {
    const found = findBlockMark(this.buffer.subarray(0, this.to - this.from), length);
    return found === null ? null : found + this.from * 8;
  }

  private *readFrom(begin: number, isHead: boolean, end: number): Generator<RegionEvent, void> {
    let position: number | null = isHead ? this.readHead(begin) : begin;
    while (position !== null) {
      const at: number = position;
      const mark = this.attempt(at, (input) => input.readMark());
      if (mark === BLOCK_MARK && at >= end) break;
      if (mark === BLOCK_MARK) {
        position = this.readBlock(at);
        yield { kind: 'block', content: this.content(at), checksum: this.block.checksum };
      } else if (mark === STREAM_END_MARK) {
        const checksum = this.attempt(at + MARK_BITS, (input) => input.readWord());
        yield { kind: 'stream-end', checksum, byte: byteOf(at) };
        position = this.readHead(Math.ceil((at + MARK_BITS + 32) / 8) * 8);
      } else {
        throw new Damage(byteOf(at), 'neither a block nor the end of a stream is there');
      }
    }
    yield { kind: 'end', position };
  }

  /** Reads the head of a stream. Returns where its first mark begins; `null` if the file is over. */
  private readHead(position: number): number | null {
    const byte = byteOf(position);
    if (byte >= this.size && byte > 0) return null;
    const head = this.attempt(position, (input) => input.read(24) * 256 + input.read(8));
    if (head < FIRST_HEAD || head > LAST_HEAD) {
      const reason =
        byte === 0 ? 'it does not begin as a bzip2 file does' : 'something else than a bzip2 stream is there';
      throw new Damage(byte, reason);
    }
    return position + 32;
  }

  /** Reads the block with the mark at `position`. Returns where the next mark begins. */
  private readBlock(position: number): number {
    return this.attempt(position + MARK_BITS, (input) => {
      this.reader.read(input, this.block);
      return input.position + this.from * 8;
    });
  }

  /** The content of the block that was read last, which began at `position`. */
  private content(position: number): Uint8Array<ArrayBuffer> {
    const content = expandRuns(this.unwinder.unwind(this.block));
    if (blockChecksum(content) !== this.block.checksum)
      throw new Damage(byteOf(position), 'the checksum of the block there is wrong');
    return content;
  }

  /**
   * Reads something at `position`. If it seems to be damaged, more of the file may be needed: then it is read again
   * with more behind it.
   */
  private attempt<T>(position: number, read: (input: BitInput) => T): T {
    for (;;) {
      try {
        return read(new BitInput(this.buffer, position - this.from * 8));
      } catch (error) {
        if (!(error instanceof OutOfBits || error instanceof BadBlock)) throw error;
        const loaded = this.to - byteOf(position);
        if (this.to === this.size || loaded > LONGEST_BLOCK) throw new Damage(byteOf(position), error.message);
        this.load(this.from, Math.min(this.size, this.to + TAIL + loaded));
      }
    }
  }

  /** Reads a part of the file into the buffer. */
  private load(from: number, to: number): void {
    const length = to - from;
    const known = from === this.from ? Math.min(length, this.to - this.from) : 0;
    const old = this.buffer;
    if (old.length !== length + PADDING) {
      this.buffer = new Uint8Array(length + PADDING);
      this.buffer.set(old.subarray(0, known));
    }
    for (let done = known; done < length; ) {
      const count = readSync(this.file, this.buffer, done, length - done, from + done);
      if (count === 0) throw new Damage(from + done, 'the file became shorter while it was read');
      done += count;
    }
    [this.from, this.to] = [from, to];
  }
}

const MARK_BITS = 48;
/** `BZh1` and `BZh9`: the digit says how large the blocks are, 100,000 bytes or a multiple. */
const [FIRST_HEAD, LAST_HEAD] = [0x425a6831, 0x425a6839];
const byteOf = (position: number): number => Math.floor(position / 8);

/** Says that the file is damaged at a byte. */
class Damage extends Error {
  readonly byte: number;

  constructor(byte: number, message: string) {
    super(message);
    this.byte = byte;
  }
}
