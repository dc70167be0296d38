// Turns values of JSON documents into values of templates.
import { Float, isJsonArray, isJsonObject, type Json } from '../../json.ts';
import { Dict } from './dict.ts';
import type { Value } from './value.ts';

/** A JSON value as a value of a template: a copy, which the template may change. */
export function valueFromJson(json: Json): Value {
  if (isJsonObject(json)) return Dict.of([...json].map(([key, item]) => [key, valueFromJson(item)] as const));
  if (isJsonArray(json)) return json.map(valueFromJson);
  return json instanceof Float ? json : json;
}
