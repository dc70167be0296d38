// Equality, order and truth of values by the rules of Python.
import { Float } from '../../json.ts';
import { Dict, DictView } from './dict.ts';
import { TemplateFailure } from './failure.ts';
import { isNumber, type NumberValue } from './numbers.ts';
import {
  AttributeObject,
  isText,
  LazySequence,
  Markup,
  Namespace,
  Range,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from './value.ts';

/** Whether `if` takes a value as true: empty texts and collections, 0, None and undefined values are false. */
export function isTrue(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      return value !== 0;
    case 'bigint':
      return value !== 0n;
    case 'string':
      return value !== '';
  }
  if (value === null || value instanceof Undefined) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Dict) return value.size > 0;
  if (value instanceof Markup) return value.text !== '';
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof DictView) return value.dict.size > 0;
  return !(value instanceof Range) || value.length > 0;
}

const numeric = (value: NumberValue): number | bigint =>
  value instanceof Float ? value.value : typeof value === 'boolean' ? Number(value) : value;

/** `left == right`. Numbers are equal by value, whatever their types. */
export function equals(left: Value, right: Value): boolean {
  if (left === right) return !(left instanceof Float && Number.isNaN(left.value));
  if (isNumber(left) && isNumber(right)) {
    // `===` is false between number and bigint. Comparing both ways is exact between them, and false for NaN.
    return numeric(left) <= numeric(right) && numeric(left) >= numeric(right);
  }
  if (isText(left) && isText(right)) return textOf(left) === textOf(right);
  if (Array.isArray(left) && Array.isArray(right)) return sameItems(left, right);
  if (left instanceof Tuple && right instanceof Tuple) return sameItems(left.items, right.items);
  if (left instanceof Dict && right instanceof Dict) return sameDict(left, right);
  if (left instanceof Undefined && right instanceof Undefined) return true;
  if (left instanceof Range && right instanceof Range) return sameRange(left, right);
  if (left instanceof DictView && right instanceof DictView) return sameView(left, right);
  return false;
}

function sameItems(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((item, index) => equals(item, right[index] ?? null));
}

function sameDict(left: Dict, right: Dict): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left.pairs()) {
    const other = right.get(key);
    if (other === undefined || !equals(value, other)) return false;
  }
  return true;
}

function sameRange(left: Range, right: Range): boolean {
  if (left.length !== right.length) return false;
  return left.length === 0 || (left.start === right.start && (left.length === 1 || left.step === right.step));
}

function sameView(left: DictView, right: DictView): boolean {
  if (left.typeName !== right.typeName || left.typeName === 'dict_values') return false;
  const others = [...right];
  return left.dict.size === right.dict.size && [...left].every((item) => others.some((other) => equals(item, other)));
}

/** The operators that ask which of two values is larger. */
export type OrderOperator = '<' | '<=' | '>' | '>=';

/** All operators that compare two values. */
export type CompareOperator = OrderOperator | '==' | '!=' | 'in' | 'not in';

/** `left operator right`. Fails for types that have no order. */
export function ordered(operator: OrderOperator, left: Value, right: Value): boolean {
  if (isNumber(left) && isNumber(right)) return orderedPrimitives(operator, numeric(left), numeric(right));
  if (isText(left) && isText(right)) return holds(operator, compareTexts(textOf(left), textOf(right)));
  if (Array.isArray(left) && Array.isArray(right)) return orderedItems(operator, left, right);
  if (left instanceof Tuple && right instanceof Tuple) return orderedItems(operator, left.items, right.items);
  if (
    left instanceof DictView &&
    right instanceof DictView &&
    left.typeName !== 'dict_values' &&
    right.typeName !== 'dict_values'
  ) {
    return orderedSets(operator, [...left], [...right]);
  }
  for (const side of [left, right]) if (side instanceof Undefined) side.fail();
  throw new TemplateFailure(`"${operator}" does not work between ${typeName(left)} and ${typeName(right)}`);
}

function orderedPrimitives(operator: OrderOperator, left: number | bigint, right: number | bigint): boolean {
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

const holds = (operator: OrderOperator, sign: number): boolean => orderedPrimitives(operator, sign, 0);

/** Compares by code points. JavaScript compares UTF-16 units, which puts U+FFFF behind U+10000. */
function compareTexts(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1;
  }
  return left.length - right.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

function orderedItems(operator: OrderOperator, left: readonly Value[], right: readonly Value[]): boolean {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left[index] ?? null;
    const b = right[index] ?? null;
    if (!equals(a, b)) return ordered(operator, a, b);
  }
  return holds(operator, left.length - right.length);
}

function orderedSets(operator: OrderOperator, left: readonly Value[], right: readonly Value[]): boolean {
  const [smaller, larger] = operator.startsWith('<') ? [left, right] : [right, left];
  const strict = operator.length === 1;
  if (strict ? smaller.length >= larger.length : smaller.length > larger.length) return false;
  return smaller.every((item) => larger.some((other) => equals(item, other)));
}

/** Sorts as Python does: stable, by `<` alone. */
export function sortValues(values: readonly Value[], key: (value: Value) => Value, reverse: boolean): Value[] {
  const keyed = values.map((value) => ({ value, key: key(value) }));
  const direction = reverse ? -1 : 1;
  keyed.sort((a, b) => (ordered('<', a.key, b.key) ? -direction : ordered('<', b.key, a.key) ? direction : 0));
  return keyed.map((item) => item.value);
}

/** What `length` gives: characters of a text, items of a collection. Fails for values without a length. */
export function lengthOf(value: Value): number {
  if (isText(value)) return codePointLength(textOf(value));
  if (Array.isArray(value)) return value.length;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof DictView) return value.dict.size;
  if (value instanceof Range) return value.length;
  if (value instanceof Undefined) return 0;
  if (value instanceof AttributeObject && !(value instanceof Namespace)) {
    const length = value.attribute('length');
    if (typeof length === 'number') return length;
  }
  throw new TemplateFailure(
    `A ${value instanceof LazySequence ? 'lazy sequence' : typeName(value)} has no length`,
    'Make it a list with "|list" first.',
  );
}

const SURROGATE = /[\ud800-\udfff]/;
/**
 * Whether a text has characters of two UTF-16 units, so that its length and indexes differ from those in characters.
 */
export const hasSurrogates = (text: string): boolean => SURROGATE.test(text);

/** The number of characters (code points) of a text. */
export function codePointLength(text: string): number {
  if (!hasSurrogates(text)) return text.length;
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** Whether two values are the very same object (`is sameas`); equal texts and integers count as the same. */
export const isSame = (left: Value, right: Value): boolean => left === right;
