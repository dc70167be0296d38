// The moment of a test run as its file writes it.

/** Epoch ms as `20261123T011423Z` (ISO 8601, basic, whole seconds, UTC). */
export function formatTimestamp(epochMillis: number): string {
  return new Date(epochMillis).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

/** Epoch ms of a text of {@link formatTimestamp}; `null` if it is none. */
export function parseTimestamp(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
