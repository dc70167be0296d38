// Repeatable random numbers for the load: each client of each task gets a stream of its own from the seed of the run.

/** Uniform numbers in [0, 1) (Mulberry32), the same for the same seed and place. */
export function randomSource(seed: number, ...place: readonly number[]): () => number {
  let state = place.reduce((mixed, part) => mix(mixed ^ Math.imul(part + 1, 0x9e3779b1)), mix(seed));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 2 ** 32;
  };
}

function mix(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}

/** A whole number of 32 bits that follows from a text (FNV-1a), as a part of a place. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** A whole number of 32 bits that stands for a place, from which a stream of its own can be made elsewhere. */
export function seedOf(seed: number, ...place: readonly number[]): number {
  return Math.floor(randomSource(seed, ...place)() * 2 ** 32);
}
