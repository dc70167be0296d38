// How long a connection waits before its next attempt: nothing after one failure, then longer and longer.

const FIRST_MILLIS = 10;
/** The longest pause. What happens less often than that needs none. */
export const longestBackOffMillis = 1000;

/**
 * The pause in ms after `failures` failures in a row, `failures` ≥ 1. The first one is made good at once, for a
 * connection that a server has just ended is most often accepted again; then the pause doubles from 10 ms to 1 s.
 * `random` in [0, 1) shortens a pause by up to half, so that the clients of a target that comes back do not all knock
 * at the same instant.
 */
export function backOffMillis(failures: number, random: number): number {
  if (failures <= 1) return 0;
  const longest = Math.min(FIRST_MILLIS * 2 ** (failures - 2), longestBackOffMillis);
  return longest * (1 - random / 2);
}
