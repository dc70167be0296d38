// Compressed bytes, read bit by bit from the most significant one on.

/** Zeros behind the bytes of a {@link BitInput}, so that a reader need not look at the end before each symbol. */
export const PADDING = 256;

/** Says that the bytes ended before what was read from them. */
export class OutOfBits extends Error {
  constructor() {
    super('it is cut off');
  }
}

/** A part of a compressed file. Positions are bits from the beginning of the part. */
export class BitInput {
  readonly view: DataView;
  /** The bit that is read next. */
  position: number;
  /** Bits of the part, without its padding. */
  readonly end: number;

  /** `padded` ends with {@link PADDING} bytes that do not belong to the part. */
  constructor(padded: Uint8Array, position: number) {
    this.view = new DataView(padded.buffer, padded.byteOffset, padded.byteLength);
    this.position = position;
    this.end = (padded.byteLength - PADDING) * 8;
  }

  /** The next `count` bits, 1 to 24, as a number. Throws {@link OutOfBits}. */
  read(count: number): number {
    const { position } = this;
    if (position + count > this.end) throw new OutOfBits();
    this.position = position + count;
    return (this.view.getUint32(position >>> 3) << (position & 7)) >>> (32 - count);
  }

  /** The next 32 bits as an integer with a sign, which is how checksums are kept. Throws {@link OutOfBits}. */
  readWord(): number {
    return (this.read(16) << 16) | this.read(16);
  }

  /** The next 48 bits as a number. Throws {@link OutOfBits}. */
  readMark(): number {
    return this.read(24) * 0x1000000 + this.read(24);
  }
}
