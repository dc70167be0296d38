// A shuffled order of 0..size-1 that needs no array: a Feistel network over a grid of numbers.

const ROUNDS = 6;

/**
 * A bijection on the integers below `size`, chosen by `random` (uniform in [0, 1)). Numbers are seen as (row, column)
 * of a nearly square grid; every round adds a keyed hash of one coordinate to the other, which can be undone, so no two
 * numbers become one. A number that lands on one of the few cells beyond `size` goes through the rounds again.
 */
export function shuffledOrder(size: number, random: () => number): (index: number) => number {
  const columns = Math.max(1, Math.ceil(Math.sqrt(size)));
  const rows = Math.max(1, Math.ceil(size / columns));
  const keys = Int32Array.from({ length: ROUNDS }, () => Math.floor(random() * 0x1_0000_0000) | 0);
  return (index) => {
    let value = index;
    do {
      value = mixGrid(value, columns, rows, keys);
    } while (value >= size);
    return value;
  };
}

function mixGrid(value: number, columns: number, rows: number, keys: Int32Array): number {
  let column = value % columns;
  let row = (value - column) / columns;
  for (let round = 0; round < ROUNDS; round += 2) {
    column = addWithin(column, hash(row, keys[round] ?? 0), columns);
    row = addWithin(row, hash(column, keys[round + 1] ?? 0), rows);
  }
  return row * columns + column;
}

/** `(value + summand) % size` for a value below size, without leaving 32 bits, where remainders are quick. */
function addWithin(value: number, summand: number, size: number): number {
  const sum = value + (summand % size);
  return sum < size ? sum : sum - size;
}

/** A well-mixed 32-bit hash of a coordinate (the finaliser of MurmurHash3). */
function hash(coordinate: number, key: number): number {
  let bits = (coordinate ^ key) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
