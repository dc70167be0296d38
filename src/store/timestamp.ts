// The start of a test run as its file writes it.

/** Milliseconds since 1970 as `20261123T011423Z`: the basic format of ISO 8601 in UTC, cut to whole seconds. */
export function formatTimestamp(epochMillis: number): string {
  return new Date(epochMillis).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

/** Milliseconds since 1970 from a text that {@link formatTimestamp} made; `null` for any other text. */
export function parseTimestamp(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
