// JSON documents as CBOR (RFC 8949): definite lengths, integers as short as they go, floats in double precision.
import { Float, isJsonObject, type Json } from '../json.ts';

const UNSIGNED = 0x00;
const NEGATIVE = 0x20;
const TEXT = 0x60;
const ARRAY = 0x80;
const MAP = 0xa0;
const TAG = 0xc0;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const DOUBLE = 0xfb;
/** Tags of integers of any length: positive ones, and negative ones. */
const BIG_UNSIGNED = 2;
const BIG_NEGATIVE = 3;
const BYTES = 0x40;
const UINT_32_END = 0x1_0000_0000;
const UINT_64_END = 1n << 64n;
/** The most bytes that a number or the head of something longer takes. */
const LONGEST_HEAD = 9;
const SMALLEST_BUFFER = 4096;

/** Writes documents one behind another into a buffer that grows with them. */
export class CborWriter {
  /** The bytes are `buffer[0 .. length)`. The buffer may be another one after each call. */
  buffer: Buffer = Buffer.allocUnsafe(SMALLEST_BUFFER);
  length = 0;

  /** Makes room for `count` bytes behind those that are there. */
  reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + count));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }

  /** Adds bytes as they are. */
  append(bytes: Buffer): void {
    this.reserve(bytes.length);
    this.length += bytes.copy(this.buffer, this.length);
  }

  /** Begins a list of so many values, which are added behind it. */
  beginList(length: number): void {
    this.head(ARRAY, length);
  }

  /** Begins an object of so many members, whose names and values are added behind it in turn. */
  beginObject(size: number): void {
    this.head(MAP, size);
  }

  /** Adds one value. */
  write(value: Json): void {
    if (value === null) this.byte(NULL);
    else if (typeof value === 'boolean') this.byte(value ? TRUE : FALSE);
    else if (typeof value === 'string') this.text(value);
    else if (typeof value === 'number') this.integer(value);
    else if (typeof value === 'bigint') this.bigInteger(value);
    else if (value instanceof Float) this.float(value.value);
    else if (isJsonObject(value)) {
      this.head(MAP, value.size);
      for (const [key, item] of value) {
        this.text(key);
        this.write(item);
      }
    } else {
      this.head(ARRAY, value.length);
      for (const item of value) this.write(item);
    }
  }

  private byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  private text(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.head(TEXT, bytes);
    this.reserve(bytes);
    this.length += this.buffer.write(value, this.length);
  }

  private float(value: number): void {
    this.reserve(LONGEST_HEAD);
    this.buffer[this.length] = DOUBLE;
    this.buffer.writeDoubleBE(value, this.length + 1);
    this.length += LONGEST_HEAD;
  }

  private integer(value: number): void {
    if (value < 0) this.head(NEGATIVE, -1 - value);
    else this.head(UNSIGNED, value);
  }

  private bigInteger(value: bigint): void {
    const magnitude = value < 0n ? -1n - value : value;
    if (magnitude < UINT_64_END) {
      this.reserve(LONGEST_HEAD);
      this.buffer[this.length] = (value < 0n ? NEGATIVE : UNSIGNED) + 27;
      this.length = this.buffer.writeBigUInt64BE(magnitude, this.length + 1);
      return;
    }
    const hex = magnitude.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    this.head(TAG, value < 0n ? BIG_NEGATIVE : BIG_UNSIGNED);
    this.head(BYTES, bytes.length);
    this.reserve(bytes.length);
    this.length += bytes.copy(this.buffer, this.length);
  }

  /** The first bytes of an item: its kind, and its value or length, an integer that is exact. */
  private head(major: number, value: number): void {
    this.reserve(LONGEST_HEAD);
    const { buffer } = this;
    if (value < 24) buffer[this.length++] = major + value;
    else if (value < 0x100) {
      buffer[this.length] = major + 24;
      this.length = buffer.writeUInt8(value, this.length + 1);
    } else if (value < 0x1_0000) {
      buffer[this.length] = major + 25;
      this.length = buffer.writeUInt16BE(value, this.length + 1);
    } else if (value < UINT_32_END) {
      buffer[this.length] = major + 26;
      this.length = buffer.writeUInt32BE(value, this.length + 1);
    } else {
      buffer[this.length] = major + 27;
      this.length = buffer.writeUInt32BE(Math.floor(value / UINT_32_END), this.length + 1);
      this.length = buffer.writeUInt32BE(value % UINT_32_END, this.length);
    }
  }
}
