// Reads answers of the cluster without trusting their shape.

/** The value at a path of keys; `undefined` if the path leads nowhere. */
export function valueAt(document: unknown, ...path: readonly string[]): unknown {
  let value = document;
  for (const key of path) value = isRecord(value) ? value[key] : undefined;
  return value;
}

/** The finite number at a path; `undefined` if there is none. */
export function numberAt(document: unknown, ...path: readonly string[]): number | undefined {
  const value = valueAt(document, ...path);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The text at a path; `undefined` if there is none. */
export function textAt(document: unknown, ...path: readonly string[]): string | undefined {
  const value = valueAt(document, ...path);
  return typeof value === 'string' ? value : undefined;
}

/** The keys and values of the object at a path; empty if there is no object. */
export function entriesAt(document: unknown, ...path: readonly string[]): readonly (readonly [string, unknown])[] {
  const value = valueAt(document, ...path);
  return isRecord(value) ? Object.entries(value) : [];
}

/** The items of the array at a path; empty if there is no array. */
export function itemsAt(document: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = valueAt(document, ...path);
  return Array.isArray(value) ? value : [];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
