// The methods of lists, tuples and ranges.
import { intArgument } from '../../values/arguments.ts';
import { type BoundArguments, callValue, positional } from '../../values/call.ts';
import { equals, sortValues } from '../../values/compare.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { listOf, resolveBounds } from '../../values/iterate.ts';
import { checkSize } from '../../values/limits.ts';
import { represent } from '../../values/print.ts';
import { type Caller, Tuple, type Value } from '../../values/value.ts';
import { type Method, method } from './method.ts';

function list(value: Value): Value[] {
  if (Array.isArray(value)) return value;
  throw new TemplateFailure('This method needs a list');
}

function sequence(value: Value): readonly Value[] {
  return value instanceof Tuple ? value.items : list(value);
}

const onList = (
  name: string,
  parameters: readonly string[],
  body: (list: Value[], bound: BoundArguments, caller: Caller) => Value,
): [string, Method] => method(name, list, parameters, body);

function indexOf(items: readonly Value[], wanted: Value, from: Value, to: Value): number {
  const { start, stop } = resolveBounds(items.length, { start: from, stop: to, step: null });
  const index = items.findIndex((item, at) => at >= start && at < stop && equals(item, wanted));
  if (index < 0) throw new TemplateFailure(`${represent(wanted)} is not in the list`);
  return index;
}

/** The methods of all sequences, which change nothing. */
const looking = (items: (value: Value) => readonly Value[]): readonly (readonly [string, Method])[] => [
  method(
    'count',
    (value) => value,
    ['value'],
    (self, [wanted = null]) => items(self).filter((item) => equals(item, wanted)).length,
  ),
  method(
    'index',
    (value) => value,
    ['value', 'start?', 'stop?'],
    (self, [wanted = null, start = null, stop = null]) => indexOf(items(self), wanted, start, stop),
  ),
];

/** The methods of tuples by name. */
export const tupleMethods: ReadonlyMap<string, Method> = new Map(looking(sequence));
/** The methods of ranges by name. */
export const rangeMethods: ReadonlyMap<string, Method> = new Map(looking(listOf));

/** The methods of lists by name. */
export const listMethods: ReadonlyMap<string, Method> = new Map([
  ...looking(list),
  onList('append', ['value'], (items, [value = null]) => {
    items.push(value);
    return null;
  }),
  onList('extend', ['values'], (items, [values = null]) => {
    // The items are copied first, because a list may be extended by itself.
    const more = listOf(values);
    checkSize(items.length + more.length);
    for (const item of more) items.push(item);
    return null;
  }),
  onList('insert', ['index', 'value'], (items, [index, value = null]) => {
    items.splice(intArgument(index, 'index'), 0, value);
    return null;
  }),
  onList('pop', ['index?'], (items, [index]) => {
    const at = intArgument(index, 'index', -1);
    const [removed] = items.splice(at < 0 ? at + items.length : at, 1);
    if (removed === undefined)
      throw new TemplateFailure(items.length === 0 ? 'The list is empty' : `The list has no item ${at}`);
    return removed;
  }),
  onList('remove', ['value'], (items, [value = null]) => {
    items.splice(indexOf(items, value, null, null), 1);
    return null;
  }),
  onList('clear', [], (items) => {
    items.length = 0;
    return null;
  }),
  onList('copy', [], (items) => [...items]),
  onList('reverse', [], (items) => {
    items.reverse();
    return null;
  }),
  onList('sort', ['key?', 'reverse?'], (items, [key = null, reverse], caller) => {
    const keyOf = key === null ? (value: Value) => value : (value: Value) => callValue(key, positional(value), caller);
    for (const [index, item] of sortValues(items, keyOf, intArgument(reverse, 'reverse', 0) !== 0).entries())
      items[index] = item;
    return null;
  }),
]);
