// Draws numbers of which the small ones are frequent, as popular queries are.

/**
 * Draws from 0 … count − 1, where k is drawn with a probability in proportion to 1 / (k + 1)^alpha. `random` is uniform
 * in [0, 1).
 */
export function zipf(count: number, alpha: number, random: () => number): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let index = 0; index < count; index++) {
    sum += 1 / (index + 1) ** alpha;
    sums[index] = sum;
  }
  return () => {
    const wanted = random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (wanted < (sums[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
