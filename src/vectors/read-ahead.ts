// How far ahead of need vectors are read, so that many clients take no more memory than a few.

/** What all clients of a task on one machine may take for reading ahead. */
const READ_AHEAD = 1 << 26;
const MOST_READ_AHEAD = 1 << 18;
const LEAST_READ_AHEAD = 1 << 14;

/**
 * About how many bytes a client reads at a time, and makes of bodies at a time, when a task has so many clients. One
 * large body may be more.
 */
export function readAhead(clients: number): number {
  return Math.max(LEAST_READ_AHEAD, Math.min(MOST_READ_AHEAD, Math.floor(READ_AHEAD / clients)));
}
