// Filters about whole sequences: list, length, last, reverse, join, random.
import { type BoundArguments, functionEntry } from '../../values/call.ts';
import { lengthOf } from '../../values/compare.ts';
import { Dict, DictView } from '../../values/dict.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { itemAt, listOf } from '../../values/iterate.ts';
import { print } from '../../values/print.ts';
import { charactersOf } from '../../values/text/characters.ts';
import { escapeText, escapeValue } from '../../values/text/escape.ts';
import {
  type Caller,
  isText,
  LazySequence,
  Markup,
  Range,
  type TemplateFunction,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
  valueOr,
} from '../../values/value.ts';
import { attributeJoinItems } from './selection.ts';

/** Whether a value can be gone through from its end. */
const isReversible = (value: Value): boolean =>
  isText(value) ||
  Array.isArray(value) ||
  value instanceof Tuple ||
  value instanceof Dict ||
  value instanceof DictView ||
  value instanceof Range ||
  value instanceof Undefined;

function last([value = null]: BoundArguments): Value {
  if (!isReversible(value))
    throw new TemplateFailure(`"last" does not work on a ${typeName(value)}`, 'Make it a list with "|list" first.');
  // The last character of markup is markup. The characters that a loop gives are not, so this case needs care.
  const item = isText(value) ? itemAt(value, -1) : listOf(value).at(-1);
  return valueOr(item, () => new Undefined('No last item, sequence was empty.'));
}

function reverse([value = null]: BoundArguments): Value {
  if (isText(value)) {
    const reversed = [...charactersOf(textOf(value))].reverse().join('');
    return value instanceof Markup ? new Markup(reversed) : reversed;
  }
  const items = listOf(value).reverse();
  if (!isReversible(value)) return items;
  return new LazySequence(items[Symbol.iterator](), '', reverseTypeName(value));
}

function reverseTypeName(value: Value): string {
  if (Array.isArray(value)) return 'list_reverseiterator';
  if (value instanceof Dict || (value instanceof DictView && value.typeName === 'dict_keys'))
    return 'dict_reversekeyiterator';
  if (value instanceof DictView)
    return value.typeName === 'dict_items' ? 'dict_reverseitemiterator' : 'dict_reversevalueiterator';
  return value instanceof Range ? 'range_iterator' : 'reversed';
}

function join([value = null, separator = '', attribute = null]: BoundArguments, { autoescape }: Caller): Value {
  const items = attributeJoinItems(value, attribute);
  if (!autoescape) return items.map(print).join(print(separator));
  if (separator instanceof Markup) return new Markup(items.map(escapeValue).join(separator.text));
  if (!items.some((item) => item instanceof Markup)) return items.map(print).join(print(separator));
  return new Markup(items.map(escapeValue).join(escapeText(print(separator))));
}

function random([value = null]: BoundArguments): Value {
  const items =
    isText(value) || Array.isArray(value) || value instanceof Tuple || value instanceof Range ? listOf(value) : null;
  if (items === null) throw new TemplateFailure(`"random" does not work on a ${typeName(value)}`);
  return valueOr(
    items[Math.floor(Math.random() * items.length)],
    () => new Undefined('No random item, sequence was empty.'),
  );
}

const length = (name: string): [string, TemplateFunction] =>
  functionEntry(name, ['value'], ([value = null]) => lengthOf(value));

/** The filters of this file by name. */
export const sequenceFilters: readonly (readonly [string, TemplateFunction])[] = [
  functionEntry('list', ['value'], ([value = null]) => listOf(value)),
  length('length'),
  length('count'),
  functionEntry('last', ['seq'], last),
  functionEntry('reverse', ['value'], reverse),
  functionEntry('join', ['value', 'd?', 'attribute?'], join),
  functionEntry('random', ['seq'], random),
];
