// Checks, merges and writes the header fields of requests.

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Fields that say how long a body is, which the client itself states. */
const OURS: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);

/** Why a header cannot be sent, for people; `null` if it can. The value is not shown: it may be a secret. */
export function headerProblem(name: string, value: string): string | null {
  if (!NAME.test(name)) return `${JSON.stringify(name)} is no name of an HTTP header`;
  if (OURS.has(name.toLowerCase())) return `the header ${JSON.stringify(name)} is set by the client itself`;
  return VALUE.test(value)
    ? null
    : `the value of the header ${JSON.stringify(name)} has characters that HTTP does not allow`;
}

/** Puts all headers into one map by lower-case names; a later source beats an earlier one. */
export function mergeHeaders(...sources: readonly Readonly<Record<string, string>>[]): Map<string, string> {
  const merged = new Map<string, string>();
  for (const source of sources) {
    for (const [name, value] of Object.entries(source)) merged.set(name.toLowerCase(), value.trim());
  }
  return merged;
}

/** The lines of the fields as they are sent, each with its CR LF. */
export function formatHeaders(headers: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  return text;
}
