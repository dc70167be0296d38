// JSON as plain JavaScript for plug-ins, and back.
import { Float, isJsonArray, isJsonObject, type Json, type JsonObject, toJson, toPlain } from '../../json.ts';

/** A copy of a JSON object that its owner may change. Floats become numbers. */
export function plainCopy(object: JsonObject): Record<string, unknown> {
  return Object.fromEntries([...object].map(([key, value]) => [key, toPlain(value)]));
}

/**
 * What became of a {@link plainCopy}, as JSON. Values that are what they were keep the form in which they were written,
 * such as `5.0`, and objects the order of their keys. Throws a `TypeError` for what has no JSON form.
 */
export function restoreJson(original: Json | undefined, value: unknown): Json {
  if (original instanceof Float && value === original.value) return original;
  if (typeof original === 'bigint' && value === Number(original)) return original;
  if (Array.isArray(value)) {
    const before = isJsonArray(original) ? original : [];
    return value.map((item: unknown, index) => restoreJson(before[index], item));
  }
  if (!isPlainObject(value)) return toJson(value);
  const before: JsonObject = isJsonObject(original) ? original : new Map();
  const known = [...before.keys()].filter((key) => Object.hasOwn(value, key));
  const added = Object.keys(value).filter((key) => !before.has(key));
  return new Map([...known, ...added].map((key) => [key, restoreJson(before.get(key), value[key])]));
}

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !(value instanceof Map) && !(value instanceof Float);
