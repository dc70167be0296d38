// Finds the known name that the user probably meant, by the similarity of words that Python's difflib measures.

/**
 * How alike two words are, from 0 for nothing in common to 1 for equal ones: 2·M / T, where M is the number of
 * characters in common runs (the longest run first, then those before and after it) and T the length of both words.
 */
export function similarity(left: string, right: string): number {
  const total = left.length + right.length;
  return total === 0 ? 1 : (2 * matchedLength(left, right)) / total;
}

function matchedLength(left: string, right: string): number {
  const run = longestRun(left, right);
  if (run.length === 0) return 0;
  return (
    run.length +
    matchedLength(left.slice(0, run.left), right.slice(0, run.right)) +
    matchedLength(left.slice(run.left + run.length), right.slice(run.right + run.length))
  );
}

/** The longest common run; of equally long ones the first in `left`, then in `right`. */
function longestRun(
  left: string,
  right: string,
): { readonly left: number; readonly right: number; readonly length: number } {
  let best = { left: 0, right: 0, length: 0 };
  let previous: number[] = [];
  for (let i = 0; i < left.length; i++) {
    const current: number[] = [];
    for (let j = 0; j < right.length; j++) {
      if (left[i] !== right[j]) continue;
      const length = (previous[j - 1] ?? 0) + 1;
      current[j] = length;
      if (length > best.length) best = { left: i - length + 1, right: j - length + 1, length };
    }
    previous = current;
  }
  return best;
}

/** The known name that is most like a word; `null` if none reaches the {@link similarity} `cutoff`. */
export function closestMatch(word: string, known: readonly string[], cutoff = 0.6): string | null {
  let best: string | null = null;
  let bestSimilarity = cutoff;
  for (const candidate of known) {
    // The longest possible common part bounds the similarity, which spares most comparisons.
    if ((2 * Math.min(word.length, candidate.length)) / Math.max(1, word.length + candidate.length) < bestSimilarity)
      continue;
    const ratio = similarity(candidate, word);
    if (ratio > bestSimilarity || (ratio === bestSimilarity && (best === null || candidate > best))) {
      best = candidate;
      bestSimilarity = ratio;
    }
  }
  return best;
}

/** Similarity from which a key is taken for a misspelt one: `iteration`, `target_throughput`. */
const SLIP = 0.8;

/** The known key that the author of another one probably meant; `null` if it looks like none. */
export const slipOf = (key: string, known: readonly string[]): string | null =>
  closestMatch(key.toLowerCase().replaceAll('_', '-'), known, SLIP);

/** `Did you mean "x"?`, or `undefined` if nothing is close. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const match = closestMatch(word, known);
  return match === null ? undefined : `Did you mean "${match}"?`;
}
