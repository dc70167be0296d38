// JSON text as stored files have it, indented by one space per level.
import { isJsonArray, isJsonObject, type Json, writeJson } from '../json.ts';

/** A value as text with one line per member; empty objects and arrays take no line of their own. */
export function indentedJson(value: Json, level = 0): string {
  const lines = (open: string, members: readonly string[], close: string): string =>
    `${open}\n${members.map((member) => ' '.repeat(level + 1) + member).join(',\n')}\n${' '.repeat(level)}${close}`;
  if (isJsonObject(value) && value.size > 0) {
    return lines(
      '{',
      [...value].map(([key, item]) => `${JSON.stringify(key)}: ${indentedJson(item, level + 1)}`),
      '}',
    );
  }
  if (isJsonArray(value) && value.length > 0) {
    return lines(
      '[',
      value.map((item) => indentedJson(item, level + 1)),
      ']',
    );
  }
  return writeJson(value);
}
