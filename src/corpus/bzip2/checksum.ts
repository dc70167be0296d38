// The checksums of bzip2: CRC-32 from the most significant bit on, of each block, and one of these for each stream.

const POLYNOMIAL = 0x04c11db7;
/** Numbers are kept with their bytes swapped, so that four bytes of the data are one word of this machine. */
const tables = swappedTables();

/** What four bytes do to a checksum, by the place of the byte in its word. */
function swappedTables(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const plain = Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte << 24;
    for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ POLYNOMIAL : value << 1;
    return value;
  });
  const further = (table: Int32Array): Int32Array => table.map((value) => (value << 8) ^ (plain[value >>> 24] ?? 0));
  const second = further(plain);
  const third = further(second);
  const swapped = (table: Int32Array): Int32Array => table.map(swapBytes);
  return [swapped(further(third)), swapped(third), swapped(second), swapped(plain)];
}

function swapBytes(value: number): number {
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}

/** The checksum of a block. The bytes have to begin at a multiple of 4 of their buffer. */
export function blockChecksum(bytes: Uint8Array): number {
  const [first, second, third, fourth] = tables;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  let value = -1;
  for (let index = 0; index < words.length; index++) {
    const word = value ^ (words[index] ?? 0);
    value =
      (first[word & 255] ?? 0) ^
      (second[(word >>> 8) & 255] ?? 0) ^
      (third[(word >>> 16) & 255] ?? 0) ^
      (fourth[word >>> 24] ?? 0);
  }
  for (let index = words.length * 4; index < bytes.length; index++) {
    value = (value >>> 8) ^ (fourth[(value ^ (bytes[index] ?? 0)) & 255] ?? 0);
  }
  return ~swapBytes(value);
}

/** The checksum of a stream after one more block. It begins with 0. */
export const addToStream = (stream: number, block: number): number => ((stream << 1) | (stream >>> 31)) ^ block;
