// The encoding of Protocol Buffers, as far as the messages of a load need it: requests are written once or in place,
// and of answers a few fields are read without making objects of them.

/** How a field is encoded: its wire type. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** Bits of the value in a byte of a varint. */
const VARINT_BASE = 128;
/** Beyond this an integer of JavaScript is not exact. */
const MOST_VARINT_BYTES = 10;

/** How many bytes an integer ≥ 0 takes. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= VARINT_BASE; rest = Math.floor(rest / VARINT_BASE)) length++;
  return length;
}

/** Writes an integer ≥ 0 at `position`, and returns the position behind it. */
export function writeVarint(buffer: Buffer, position: number, value: number): number {
  let at = position;
  let rest = value;
  while (rest >= VARINT_BASE) {
    buffer[at++] = (rest % VARINT_BASE) + VARINT_BASE;
    rest = Math.floor(rest / VARINT_BASE);
  }
  buffer[at++] = rest;
  return at;
}

/** The byte or bytes in front of a field whose value is a text, bytes or a message. */
export function lengthDelimitedTag(field: number): Buffer {
  return varint(field * 8 + LENGTH_DELIMITED);
}

function varint(value: number): Buffer {
  const buffer = Buffer.alloc(varintLength(value));
  writeVarint(buffer, 0, value);
  return buffer;
}

/** A message that is written field by field. Each method returns the message, so that calls can follow each other. */
export class ProtoMessage {
  private readonly parts: Buffer[] = [];

  /** The bytes of all fields so far. */
  encode(): Buffer {
    return Buffer.concat(this.parts);
  }

  /** An integer that may be negative, as `int32` and `int64` have it. */
  integer(field: number, value: number | bigint): this {
    const isPlain = typeof value === 'number' && value >= 0;
    this.parts.push(varint(field * 8 + VARINT), isPlain ? varint(value) : bigVarint(BigInt.asUintN(64, BigInt(value))));
    return this;
  }

  /** A boolean, or the number of an enumeration's value. */
  boolean(field: number, value: boolean): this {
    return this.integer(field, value ? 1 : 0);
  }

  /** A number of single precision. */
  float(field: number, value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    this.parts.push(varint(field * 8 + FIXED_32), bytes);
    return this;
  }

  /** A number of double precision. */
  double(field: number, value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.parts.push(varint(field * 8 + FIXED_64), bytes);
    return this;
  }

  /** A text in UTF-8. */
  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  /** Bytes, or numbers that are packed into bytes. */
  bytes(field: number, value: Buffer): this {
    this.parts.push(lengthDelimitedTag(field), varint(value.length), value);
    return this;
  }

  /** A message within the message. */
  message(field: number, value: ProtoMessage): this {
    return this.bytes(field, value.encode());
  }
}

function bigVarint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) + VARINT_BASE);
  return Buffer.from([...bytes, Number(rest)]);
}

/** The bytes are no message of Protocol Buffers, or were cut off. */
export class MalformedMessage extends Error {
  constructor() {
    super('the answer is not a message of Protocol Buffers, or was cut off');
    this.name = 'MalformedMessage';
  }
}

/**
 * Reads the fields of one message one after another. One reader serves for all messages of a kind, so that nothing is
 * allocated for an answer.
 */
export class ProtoReader {
  /** Number of the field that {@link next} found. */
  field = 0;
  /** Its value if it is an integer or a boolean. Exact up to 2^53. */
  value = 0;
  /** Where its bytes begin and end if it is a text, bytes or a message. */
  start = 0;
  end = 0;
  private buffer: Buffer = Buffer.alloc(0);
  private position = 0;
  private limit = 0;

  /** Begins with the message that lies in `buffer[start .. end)`. */
  open(buffer: Buffer, start = 0, end = buffer.length): this {
    this.buffer = buffer;
    this.position = start;
    this.limit = end;
    return this;
  }

  /** Begins with the message that is the field which another reader has found. */
  enter(reader: ProtoReader): this {
    return this.open(reader.buffer, reader.start, reader.end);
  }

  /** Goes on to the next field; `false` behind the last one. Throws {@link MalformedMessage}. */
  next(): boolean {
    if (this.position >= this.limit) return false;
    const tag = this.readVarint();
    this.field = Math.floor(tag / 8);
    this.value = 0;
    this.start = this.end = this.position;
    switch (tag % 8) {
      case VARINT:
        this.value = this.readVarint();
        break;
      case FIXED_64:
        this.skip(8);
        break;
      case LENGTH_DELIMITED: {
        const length = this.readVarint();
        this.start = this.position;
        this.skip(length);
        break;
      }
      case FIXED_32:
        this.skip(4);
        break;
      default:
        throw new MalformedMessage();
    }
    if (this.field === 0) throw new MalformedMessage();
    return true;
  }

  /** The field that was found as a text. */
  text(): string {
    return this.buffer.toString('utf8', this.start, this.end);
  }

  private skip(length: number): void {
    this.end = this.position + length;
    if (this.end > this.limit) throw new MalformedMessage();
    this.position = this.end;
  }

  private readVarint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < MOST_VARINT_BYTES && this.position < this.limit; count++) {
      const byte = this.buffer[this.position++] ?? 0;
      if (byte < VARINT_BASE) return value + byte * factor;
      value += (byte - VARINT_BASE) * factor;
      factor *= VARINT_BASE;
    }
    throw new MalformedMessage();
  }
}
