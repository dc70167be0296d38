// Finds where a block begins. Blocks begin at any bit, with 48 bits that hardly come up elsewhere.

/** The 48 bits before a block. */
export const BLOCK_MARK = 0x314159265359;
/** The 48 bits before the checksum of a stream. */
export const STREAM_END_MARK = 0x177245385090;

/** Whole bytes of a mark that are compared before the rest is looked at. */
const COMPARED = 3;

/**
 * For each of the {@link COMPARED} bytes that follow the first bit of a mark by 8 to 15 bits, and for each value of it:
 * one bit per alignment of the mark for which it has this value.
 */
const alignments = Array.from({ length: COMPARED }, (_, place) => {
  const table = new Uint8Array(256);
  for (let shift = 0; shift < 8; shift++) {
    const byte = Math.floor(BLOCK_MARK / 2 ** (40 - 8 * place - shift)) % 256;
    table[byte] = (table[byte] ?? 0) | (1 << shift);
  }
  return table;
});

/**
 * The bit at which the first block mark begins in the first `length` bytes; `null` if none does. The mark itself may
 * reach beyond them.
 */
export function findBlockMark(bytes: Uint8Array, length: number): number | null {
  const [first = new Uint8Array(256), second = first, third = first] = alignments;
  // A mark that begins within the byte before `index`, or with it, has the bytes from `index` on for itself.
  for (let index = 0; index <= length && index + COMPARED <= bytes.length; index++) {
    let found = (first[bytes[index] ?? 0] ?? 0) & (second[bytes[index + 1] ?? 0] ?? 0);
    if (found === 0) continue;
    found &= third[bytes[index + 2] ?? 0] ?? 0;
    // The alignment with the earliest beginning comes first.
    for (let shift = 7; shift >= 0; shift--) {
      const begin = index * 8 - shift;
      if ((found & (1 << shift)) !== 0 && begin >= 0 && begin < length * 8 && isMark(bytes, begin)) return begin;
    }
  }
  return null;
}

function isMark(bytes: Uint8Array, begin: number): boolean {
  const byte = begin >>> 3;
  const spare = begin & 7;
  if (byte + 6 >= bytes.length) return false;
  let value = (bytes[byte] ?? 0) & (255 >>> spare);
  for (let index = 1; index < 6; index++) value = value * 256 + (bytes[byte + index] ?? 0);
  return value * 2 ** spare + ((bytes[byte + 6] ?? 0) >>> (8 - spare)) === BLOCK_MARK;
}
