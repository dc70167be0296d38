// Writes and reads the uncompressed V2 payload of HdrHistogram: a header of 40 bytes (big-endian: cookie, length of the
// rest, offset, digits, lowest and highest value, a ratio), then the counts of the slots as ZigZag LEB128 numbers, in
// which a negative number skips as many empty slots.
import { BenchmarkError } from '../errors.ts';

const COOKIE = 0x1c849303 | 0x10;
const HEADER_BYTES = 40;
const MAX_WORD_BYTES = 9;

/** The shape of a histogram, on which the writer of a payload and its reader must agree. Values in ns. */
export interface EncodingSettings {
  readonly significantDigits: number;
  readonly lowestDiscernible: number;
  readonly highestTrackable: number;
  /** Upper bound of a payload's size in bytes. */
  readonly maxBytes: number;
}

/** The most bytes that a payload of so many slots can take. */
export const histogramEncodingLimit = (slots: number): number => HEADER_BYTES + slots * MAX_WORD_BYTES;

let scratch = new Uint8Array(0);

/** Writes `counts[0 .. limit)` as a payload; the counts are whole and below 2^51, and those below `first` are 0. */
export function writeCounts(
  settings: EncodingSettings,
  counts: Float64Array,
  first: number,
  limit: number,
): Uint8Array {
  if (scratch.length < settings.maxBytes) scratch = new Uint8Array(settings.maxBytes);
  let at = HEADER_BYTES;
  for (let slot = 0; slot < limit; ) {
    const count = counts[slot++] ?? 0;
    if (count !== 0) {
      at = writeWord(scratch, at, count * 2);
      continue;
    }
    const firstZero = slot - 1;
    if (slot < first) slot = first;
    while (slot < limit && counts[slot] === 0) slot++;
    const zeros = slot - firstZero;
    // A single empty slot is written as the count 0, several as their negative number.
    at = writeWord(scratch, at, zeros === 1 ? 0 : zeros * 2 - 1);
  }
  const header = new DataView(scratch.buffer);
  header.setUint32(0, COOKIE);
  header.setUint32(4, at - HEADER_BYTES);
  // The field of the normalizing offset, which hdr-histogram-js fills with 1 and nobody reads.
  header.setUint32(8, 1);
  header.setUint32(12, settings.significantDigits);
  header.setBigUint64(16, BigInt(settings.lowestDiscernible));
  header.setBigUint64(24, BigInt(settings.highestTrackable));
  header.setBigUint64(32, 1n);
  return scratch.slice(0, at);
}

/**
 * Writes a number with seven bits per byte, least first, and returns where it ends. Numbers here stay below 2^52, so
 * the format's rule for a ninth byte with all eight bits never applies.
 */
function writeWord(target: Uint8Array, start: number, word: number): number {
  let at = start;
  let rest = word;
  while (rest >= 2 ** 31) {
    target[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest >= 128) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
}

/** Reads the counts of a payload one by one, so that the loop of its user allocates nothing. */
export class CountsReader {
  /** The slot of the count that `next` returned. */
  slot = -1;
  private readonly payload: Uint8Array;
  private readonly slots: number;
  private readonly end: number;
  private at = HEADER_BYTES;

  /** Throws `INTERNAL` if the payload is not one of these settings. */
  constructor(settings: EncodingSettings, payload: Uint8Array, slots: number) {
    this.payload = payload;
    this.slots = slots;
    this.end = checkHeader(settings, payload);
  }

  /** The next count above 0, in ascending order of slots; 0 at the end. Throws `INTERNAL` if the payload is broken. */
  next(): number {
    while (this.at < this.end) {
      const word = this.word();
      if ((word & 1) === 1) {
        this.slot += (word + 1) / 2;
        continue;
      }
      if (++this.slot >= this.slots) throw broken('it has more slots than its settings allow');
      if (word !== 0) return word / 2;
    }
    return 0;
  }

  private word(): number {
    let byte = this.payload[this.at++] ?? 0;
    if (byte < 128) return byte;
    let word = byte & 0x7f;
    for (let scale = 128; byte >= 128; scale *= 128) {
      if (this.at >= this.end || scale > 2 ** 49) throw broken('a number in it is cut off or too large');
      byte = this.payload[this.at++] ?? 0;
      word += (byte & 0x7f) * scale;
    }
    return word;
  }
}

function checkHeader(settings: EncodingSettings, payload: Uint8Array): number {
  if (payload.length < HEADER_BYTES)
    throw broken(`it has ${payload.length} bytes, the header alone takes ${HEADER_BYTES}`);
  const header = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (header.getUint32(0) !== COOKIE) throw broken('it does not start as a V2 payload does');
  const end = HEADER_BYTES + header.getUint32(4);
  if (end > payload.length) throw broken(`it should have ${end} bytes and has ${payload.length}`);
  const matches =
    header.getUint32(12) === settings.significantDigits &&
    header.getBigUint64(16) === BigInt(settings.lowestDiscernible) &&
    header.getBigUint64(24) === BigInt(settings.highestTrackable);
  if (!matches) throw broken('it was made with other settings');
  return end;
}

function broken(what: string): BenchmarkError {
  return new BenchmarkError('INTERNAL', `A histogram that a worker sent cannot be read: ${what}.`, {
    hint: 'Run the same version of this program on the coordinator and on all workers.',
  });
}
