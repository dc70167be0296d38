// Reads fields of stored documents leniently, because other versions leave keys out and write infinities.
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, toNumber } from '../json.ts';

const EMPTY: JsonObject = new Map();

/** The object of a key; empty if there is none. */
export function objectField(object: JsonObject, key: string): JsonObject {
  const value = object.get(key);
  return isJsonObject(value) ? value : EMPTY;
}

/** The objects in the array of a key; other items are ignored. */
export function objectsField(object: JsonObject, key: string): readonly JsonObject[] {
  const value = object.get(key);
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}

/** The texts in the array of a key; a key with one text counts as an array of it. */
export function textsField(object: JsonObject, key: string): readonly string[] {
  const value = object.get(key);
  if (typeof value === 'string') return [value];
  return isJsonArray(value) ? value.filter((item: Json): item is string => typeof item === 'string') : [];
}

/** The text of the first of several keys that has one, `null` if none has. Newer names of a key are given first. */
export function textField(object: JsonObject, ...keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = object.get(key);
    if (typeof value === 'string') return value;
  }
  return null;
}

/** The number of a key; `null` if there is none, or if it is not finite. */
export function numberField(object: JsonObject, key: string): number | null {
  const value = object.get(key);
  if (!isJsonNumber(value)) return null;
  const number = toNumber(value);
  return Number.isFinite(number) ? number : null;
}
