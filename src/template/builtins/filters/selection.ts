// Filters that apply others to each item, choose items or arrange them: map, select, sort, groupby, …
import { flagArgument, intArgument } from '../../values/arguments.ts';
import { type BoundArguments, functionEntry } from '../../values/call.ts';
import { equals, isTrue, ordered, sortValues } from '../../values/compare.ts';
import { Dict, hashKey } from '../../values/dict.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { itemsOf, iteratorOf, listOf } from '../../values/iterate.ts';
import { checkSize } from '../../values/limits.ts';
import { print } from '../../values/print.ts';
import {
  type Arguments,
  type Caller,
  isText,
  LazySequence,
  Markup,
  type TemplateFunction,
  Tuple,
  textOf,
  typeName,
  Undefined,
  undefinedItem,
  type Value,
  valueOr,
} from '../../values/value.ts';
import { itemOf, ownAttribute } from '../attributes.ts';
import { binary } from '../operators.ts';

type Getter = (item: Value) => Value;

const ignoreCase: Getter = (value) =>
  typeof value === 'string' ? value.toLowerCase() : value instanceof Markup ? value.text.toLowerCase() : value;
const asIs: Getter = (value) => value;

/** The keys that a path such as `a.b.0` stands for. */
function pathOf(attribute: Value): readonly Value[] {
  if (attribute === null) return [];
  if (!isText(attribute)) return [attribute];
  return textOf(attribute)
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Makes a function that reads a path of attributes of an item. `fallback` replaces what does not exist. */
function attributeGetter(attribute: Value, after: Getter = asIs, fallback: Value = null): Getter {
  const path = pathOf(attribute);
  return (item) => {
    let value = item;
    for (const key of path) {
      value = itemOf(value, key);
      if (fallback !== null && value instanceof Undefined) value = fallback;
    }
    return after(value);
  };
}

/** Makes a function that reads several paths of an item, separated by commas, as a list. */
function attributesGetter(attribute: Value, after: Getter): Getter {
  const getters = (isText(attribute) ? textOf(attribute).split(',') : [attribute]).map((one) =>
    attributeGetter(one, after),
  );
  return (item) => getters.map((getter) => getter(item));
}

const caseRule = (caseSensitive: Value | undefined): Getter => (flagArgument(caseSensitive, false) ? asIs : ignoreCase);

/** The items of a value, or an attribute of each: what `join` joins. */
export const attributeJoinItems = (value: Value, attribute: Value): Value[] =>
  listOf(value).map(attributeGetter(attribute));

function* select(value: Value, test: () => (item: Value) => boolean): Iterator<Value> {
  if (!isTrue(value)) return;
  const holds = test();
  for (const item of itemsOf(value)) if (holds(item)) yield item;
}

/**
 * The test that the first argument names, with the other arguments. Without a name it is whether the item counts as
 * true.
 */
function testOf(args: readonly Value[], named: Arguments['named'], caller: Caller): (item: Value) => boolean {
  const [name, ...rest] = args;
  if (name === undefined) return isTrue;
  const test = caller.tests.get(print(name));
  if (test === undefined) throw new TemplateFailure(`There is no test "${print(name)}"`);
  return (item) => isTrue(test({ positional: [item, ...rest], named }, caller));
}

function selecting(name: string, origin: string, wanted: boolean, byAttribute: boolean): [string, TemplateFunction] {
  return [
    name,
    ({ positional: [value = null, ...args], named }, caller) => {
      const test = (): ((item: Value) => boolean) => {
        const [attribute, ...rest] = args;
        if (!byAttribute) {
          const holds = testOf(args, named, caller);
          return (item) => holds(item) === wanted;
        }
        if (attribute === undefined) throw new TemplateFailure(`"${name}" needs the name of an attribute`);
        const getter = attributeGetter(attribute);
        const holds = testOf(rest, named, caller);
        return (item) => holds(getter(item)) === wanted;
      };
      return new LazySequence(select(value, test), origin);
    },
  ];
}

function* mapItems({ positional: [value = null, ...args], named }: Arguments, caller: Caller): Iterator<Value> {
  if (!isTrue(value)) return;
  const apply = mapper(args, named, caller);
  for (const item of itemsOf(value)) yield apply(item);
}

function mapper(args: readonly Value[], named: Arguments['named'], caller: Caller): Getter {
  const attribute = named.get('attribute');
  const [name, ...rest] = args;
  if (name === undefined && attribute !== undefined) {
    const surplus = [...named.keys()].find((key) => key !== 'attribute' && key !== 'default');
    if (surplus !== undefined) throw new TemplateFailure(`"map" takes no argument "${surplus}"`);
    return attributeGetter(attribute, asIs, named.get('default') ?? null);
  }
  if (name === undefined) throw new TemplateFailure('"map" needs the name of a filter, or "attribute"');
  const filter = caller.filters.get(print(name));
  if (filter === undefined) throw new TemplateFailure(`There is no filter "${print(name)}"`);
  return (item) => filter({ positional: [item, ...rest], named }, caller);
}

function extreme(name: string, operator: '<' | '>'): [string, TemplateFunction] {
  return functionEntry(
    name,
    ['value', 'case_sensitive?', 'attribute?'],
    ([value = null, caseSensitive, attribute = null]) => {
      const keyOf = attributeGetter(attribute, caseRule(caseSensitive));
      let best: { value: Value; key: Value } | undefined;
      for (const item of itemsOf(value)) {
        const key = keyOf(item);
        if (best === undefined || ordered(operator, key, best.key)) best = { value: item, key };
      }
      return valueOr(best?.value, () => new Undefined('No aggregated item, sequence was empty.'));
    },
  );
}

const lazy = (
  name: string,
  parameters: readonly string[],
  origin: string,
  body: (bound: BoundArguments) => Iterator<Value>,
): [string, TemplateFunction] => functionEntry(name, parameters, (bound) => new LazySequence(body(bound), origin));

function* batch([value = null, lineCount, fill = null]: BoundArguments): Iterator<Value> {
  const count = intArgument(lineCount, 'linecount');
  let line: Value[] = [];
  for (const item of itemsOf(value)) {
    if (line.length === count) {
      yield line;
      line = [];
    }
    line.push(item);
  }
  if (line.length === 0) return;
  checkSize(count);
  if (fill !== null) while (line.length < count) line.push(fill);
  yield line;
}

function* slices([value = null, slices, fill = null]: BoundArguments): Iterator<Value> {
  const items = listOf(value);
  const count = intArgument(slices, 'slices');
  if (count === 0) throw new TemplateFailure('"slice" needs at least one slice');
  const size = Math.floor(items.length / count);
  const longer = items.length - size * count;
  let start = 0;
  for (let index = 0; index < count; index++) {
    const end = start + size + (index < longer ? 1 : 0);
    const part = items.slice(start, end);
    if (fill !== null && index >= longer) part.push(fill);
    yield part;
    start = end;
  }
}

function* unique([value = null, caseSensitive, attribute = null]: BoundArguments): Iterator<Value> {
  const keyOf = attributeGetter(attribute, caseRule(caseSensitive));
  const seen = new Set<unknown>();
  for (const item of itemsOf(value)) {
    const key = hashKey(keyOf(item));
    if (!seen.has(key)) yield item;
    seen.add(key);
  }
}

function groupBy([value = null, attribute = null, fallback = null, caseSensitive]: BoundArguments): Value {
  const keyOf = attributeGetter(attribute, caseRule(caseSensitive), fallback);
  const shownKey = attributeGetter(attribute, asIs, fallback);
  const groups: { key: Value; items: Value[] }[] = [];
  for (const item of sortValues(listOf(value), keyOf, false)) {
    const key = keyOf(item);
    const last = groups.at(-1);
    if (last !== undefined && equals(last.key, key)) last.items.push(item);
    else groups.push({ key, items: [item] });
  }
  return groups.map(({ items }) => new Tuple([shownKey(items[0] ?? null), items], ['grouper', 'list']));
}

function dictSort([value = null, caseSensitive, by = 'key', reverse]: BoundArguments): Value {
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof Dict)) throw new TemplateFailure(`"dictsort" needs a dictionary, not a ${typeName(value)}`);
  if (by !== 'key' && by !== 'value') throw new TemplateFailure('"dictsort" sorts by "key" or "value"');
  const after = caseRule(caseSensitive);
  const keyOf: Getter = (pair) => after((pair instanceof Tuple ? pair.items[by === 'key' ? 0 : 1] : undefined) ?? null);
  return sortValues(
    [...value.pairs()].map((pair) => new Tuple(pair)),
    keyOf,
    intArgument(reverse, 'reverse', 0) !== 0,
  );
}

function sum([value = null, attribute = null, start = 0]: BoundArguments): Value {
  if (isText(start)) throw new TemplateFailure('"sum" cannot start with a text', 'Use "|join".');
  const getter = attributeGetter(attribute);
  let total: Value = start;
  for (const item of itemsOf(value)) total = binary('+', total, getter(item));
  return total;
}

function* pairsOf(value: Value): Iterator<Value> {
  if (value instanceof Undefined) return;
  if (!(value instanceof Dict)) throw new TemplateFailure(`"items" needs a dictionary, not a ${typeName(value)}`);
  for (const pair of value.pairs()) yield new Tuple(pair);
}

function first([value = null]: BoundArguments): Value {
  const next = iteratorOf(value).next();
  return next.done === true ? new Undefined('No first item, sequence was empty.') : next.value;
}

/** The filters of this file by name. */
export const selectionFilters: readonly (readonly [string, TemplateFunction])[] = [
  ['map', (args, caller) => new LazySequence(mapItems(args, caller), 'sync_do_map')],
  selecting('select', 'sync_do_select', true, false),
  selecting('reject', 'sync_do_reject', false, false),
  selecting('selectattr', 'sync_do_selectattr', true, true),
  selecting('rejectattr', 'sync_do_rejectattr', false, true),
  functionEntry(
    'sort',
    ['value', 'reverse?', 'case_sensitive?', 'attribute?'],
    ([value = null, reverse, caseSensitive, attribute = null]) =>
      sortValues(
        listOf(value),
        attributesGetter(attribute, caseRule(caseSensitive)),
        intArgument(reverse, 'reverse', 0) !== 0,
      ),
  ),
  lazy('unique', ['value', 'case_sensitive?', 'attribute?'], 'do_unique', unique),
  lazy('batch', ['value', 'linecount', 'fill_with?'], 'do_batch', batch),
  lazy('slice', ['value', 'slices', 'fill_with?'], 'sync_do_slice', slices),
  lazy('items', ['value'], 'do_items', ([value = null]) => pairsOf(value)),
  extreme('min', '<'),
  extreme('max', '>'),
  functionEntry('sum', ['iterable', 'attribute?', 'start?'], sum),
  functionEntry('groupby', ['value', 'attribute', 'default?', 'case_sensitive?'], groupBy),
  functionEntry('dictsort', ['value', 'case_sensitive?', 'by?', 'reverse?'], dictSort),
  functionEntry('first', ['seq'], first),
  functionEntry('attr', ['obj', 'name'], ([value = null, name = null]) => {
    if (value instanceof Undefined) value.fail();
    return valueOr(ownAttribute(value, print(name)), () => undefinedItem(value, print(name), print(name)));
  }),
];
