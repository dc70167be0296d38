// Reads whole answers of the cluster as JSON, where bytes need not be saved: only for answers that tell of failures or
// that the user asked to look into.

/**
 * The value of an answer; `null` for one that is not JSON, which the caller reports as an answer that lacks something.
 */
export function parseAnswer(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

/** The properties of an object; none if the value is no object. */
export function entries(value: unknown): readonly (readonly [name: string, value: unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** A property of a value; `undefined` if it is no object or has none of that name. */
export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
