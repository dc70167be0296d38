// How values print: the `str` and `repr` of Python.
import { Float } from '../../json.ts';
import { Dict, DictView } from './dict.ts';
import { TemplateFailure } from './failure.ts';
import { quoteLiteral } from './literals.ts';
import { printFloat } from './numbers.ts';
import {
  AttributeObject,
  Callable,
  LazySequence,
  Markup,
  Namespace,
  Range,
  Tuple,
  Undefined,
  type Value,
} from './value.ts';

/** How deep printed lists and dictionaries may nest: a list that holds itself has no end. */
const MAX_PRINT_DEPTH = 200;

/** A value as a template prints it, before escaping: Python's `str(value)`. */
export function print(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Markup) return value.text;
  if (value instanceof Undefined) return '';
  return represent(value);
}

/** A value with texts in quotes: Python's `repr(value)`. `depth` is how deep it nests in what is printed. */
export function represent(value: Value, depth = 0): string {
  switch (typeof value) {
    case 'string':
      return quoteLiteral(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
    case 'bigint':
      return String(value);
  }
  if (value === null) return 'None';
  if (value instanceof Float) return printFloat(value.value);
  if (depth > MAX_PRINT_DEPTH) throw new TemplateFailure('The value nests too deeply to be printed');
  if (Array.isArray(value)) return `[${value.map((item) => represent(item, depth + 1)).join(', ')}]`;
  if (value instanceof Dict) return representPairs(value.pairs(), depth);
  if (value instanceof Tuple) return representTuple(value, depth);
  return representObject(value, depth);
}

function representPairs(pairs: Iterable<readonly [Value, Value]>, depth: number): string {
  const members = Array.from(pairs, ([key, item]) => `${represent(key, depth + 1)}: ${represent(item, depth + 1)}`);
  return `{${members.join(', ')}}`;
}

function representTuple(tuple: Tuple, depth: number): string {
  const items = tuple.items.map((item) => represent(item, depth + 1));
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
}

/** Python prints the address of such objects in memory. A fixed one keeps the output of renders equal. */
const ADDRESS = '0x7f0000000000';

function representObject(
  value: Exclude<Value, null | boolean | number | bigint | string | Float | Value[]>,
  depth: number,
): string {
  if (value instanceof Markup) return `Markup(${quoteLiteral(value.text)})`;
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Range) return `range(${value.start}, ${value.stop}${value.step === 1 ? '' : `, ${value.step}`})`;
  if (value instanceof DictView)
    return `${value.typeName}([${[...value].map((item) => represent(item, depth + 1)).join(', ')}])`;
  if (value instanceof LazySequence)
    return `<${value.typeName} object ${value.origin === '' ? '' : `${value.origin} `}at ${ADDRESS}>`;
  if (value instanceof Callable)
    return value.typeName === 'type' ? `<class '${value.name}'>` : `<${value.typeName} ${value.name} at ${ADDRESS}>`;
  if (value instanceof Namespace) return `<Namespace ${representPairs(value.attributes, depth)}>`;
  if (value instanceof AttributeObject) return value.print();
  return `<${value.typeName} object at ${ADDRESS}>`;
}
