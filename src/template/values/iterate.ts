// Goes through the items of values, cuts parts out of them, and finds values in one another.
import { equals, hasSurrogates } from './compare.ts';
import { Dict, DictView } from './dict.ts';
import { TemplateFailure } from './failure.ts';
import {
  type Int,
  isInt,
  isText,
  LazySequence,
  Markup,
  Range,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from './value.ts';

/** The items of a value one by one; `undefined` if it is no collection. A list may change meanwhile. */
export function iterate(value: Value): Iterator<Value> | undefined {
  if (Array.isArray(value)) return value[Symbol.iterator]();
  if (typeof value === 'string') return value[Symbol.iterator]();
  if (value instanceof Tuple) return value.items[Symbol.iterator]();
  if (value instanceof Dict) return keysOf(value);
  if (value instanceof Markup) return value.text[Symbol.iterator]();
  if (value instanceof Range) return rangeItems(value);
  if (value instanceof DictView) return value[Symbol.iterator]();
  if (value instanceof LazySequence) return value;
  return value instanceof Undefined ? [][Symbol.iterator]() : undefined;
}

function* keysOf(dict: Dict): Iterator<Value> {
  const { size } = dict;
  for (const key of dict.keys()) {
    yield key;
    if (dict.size !== size) throw new TemplateFailure('The dictionary changed its size while a loop went through it');
  }
}

function* rangeItems(range: Range): Iterator<Value> {
  for (let index = 0; index < range.length; index++) yield range.at(index);
}

/** The items of a value one by one. Fails if it is no collection. */
export function iteratorOf(value: Value): Iterator<Value> {
  const iterator = iterate(value);
  if (iterator === undefined)
    throw new TemplateFailure(`A value of type ${typeName(value)} has no items to go through`);
  return iterator;
}

/** All items of a value, in a new list. */
export function listOf(value: Value): Value[] {
  if (Array.isArray(value)) return [...value];
  const items: Value[] = [];
  const iterator = iteratorOf(value);
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) items.push(next.value);
  return items;
}

/** The items of a value, for a `for` loop of the host. Fails if it is no collection. */
export const itemsOf = (value: Value): Iterable<Value> => ({ [Symbol.iterator]: () => iteratorOf(value) });

/** `needle in haystack`. */
export function contains(haystack: Value, needle: Value): boolean {
  if (isText(haystack)) {
    if (needle instanceof Undefined) needle.fail();
    if (!isText(needle)) throw new TemplateFailure(`Only a text can be "in" a text, not a ${typeName(needle)}`);
    return textOf(haystack).includes(textOf(needle));
  }
  if (haystack instanceof Dict) return haystack.has(needle);
  if (haystack instanceof DictView && haystack.typeName === 'dict_keys') return haystack.dict.has(needle);
  const iterator = iterate(haystack);
  if (iterator === undefined) throw new TemplateFailure(`Nothing can be "in" a value of type ${typeName(haystack)}`);
  for (let next = iterator.next(); next.done !== true; next = iterator.next())
    if (equals(next.value, needle)) return true;
  return false;
}

/** The characters of a text. A text without surrogate pairs is already indexed by characters. */
const charactersOf = (text: string): string | readonly string[] => (hasSurrogates(text) ? [...text] : text);

/** `sequence[index]`, or `undefined` where there is no such item. */
export function itemAt(sequence: Value, index: Int): Value | undefined {
  const position = Number(index);
  if (isText(sequence)) {
    const characters = charactersOf(textOf(sequence));
    const character = characters[position < 0 ? position + characters.length : position];
    return character === undefined ? undefined : sequence instanceof Markup ? new Markup(character) : character;
  }
  if (sequence instanceof Range) {
    const at = position < 0 ? position + sequence.length : position;
    return at < 0 || at >= sequence.length ? undefined : sequence.at(at);
  }
  const items = sequence instanceof Tuple ? sequence.items : Array.isArray(sequence) ? sequence : [];
  return items[position < 0 ? position + items.length : position];
}

/** The bounds of a slice as the template gives them; None stands for a missing one. */
export interface SliceBounds {
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;
}

/** `sequence[start:stop:step]`, or `undefined` if the value cannot be sliced. */
export function slice(sequence: Value, bounds: SliceBounds): Value | undefined {
  if (isText(sequence)) {
    const characters = charactersOf(textOf(sequence));
    const text = indexes(characters.length, bounds).map((index) => characters[index] ?? '');
    return sequence instanceof Markup ? new Markup(text.join('')) : text.join('');
  }
  if (Array.isArray(sequence)) return indexes(sequence.length, bounds).map((index) => sequence[index] ?? null);
  if (sequence instanceof Tuple)
    return new Tuple(indexes(sequence.items.length, bounds).map((index) => sequence.items[index] ?? null));
  if (!(sequence instanceof Range)) return undefined;
  const chosen = resolveBounds(sequence.length, bounds);
  return new Range(sequence.at(chosen.start), sequence.at(chosen.stop), sequence.step * chosen.step);
}

function indexes(length: number, bounds: SliceBounds): number[] {
  const { start, stop, step } = resolveBounds(length, bounds);
  const chosen: number[] = [];
  for (let index = start; step > 0 ? index < stop : index > stop; index += step) chosen.push(index);
  return chosen;
}

/** Where a search with the bounds of a slice begins and ends; `undefined` if it begins behind the end. */
export function searchBounds(
  length: number,
  start: Value,
  stop: Value,
): { readonly start: number; readonly stop: number } | undefined {
  const from = bound(start);
  const bounds = resolveBounds(length, { start, stop, step: null });
  return (from !== null && from > length) || bounds.start > bounds.stop ? undefined : bounds;
}

/** The bounds of a slice as indexes, by Python's rules for missing, negative and too large ones. */
export function resolveBounds(length: number, bounds: SliceBounds): { start: number; stop: number; step: number } {
  const step = bound(bounds.step) ?? 1;
  if (step === 0) throw new TemplateFailure('The step of a slice cannot be zero');
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (value: number | null, missing: number): number => {
    if (value === null) return missing;
    return Math.min(Math.max(value < 0 ? value + length : value, lowest), highest);
  };
  return {
    start: clamp(bound(bounds.start), step > 0 ? lowest : highest),
    stop: clamp(bound(bounds.stop), step > 0 ? highest : lowest),
    step,
  };
}

function bound(value: Value): number | null {
  if (value === null) return null;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Undefined) value.fail();
  if (!isInt(value)) throw new TemplateFailure(`A slice takes integers, not a ${typeName(value)}`);
  return Number(value);
}
