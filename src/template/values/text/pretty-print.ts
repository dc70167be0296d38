// The filter `pprint`: a value that does not fit into 80 characters takes several lines.
import { sortValues } from '../compare.ts';
import { Dict } from '../dict.ts';
import { represent } from '../print.ts';
import { Tuple, type Value } from '../value.ts';

const WIDTH = 80;

/**
 * A value as Python's `pprint` writes it: with sorted keys, and one item per line where the items do not fit into one.
 */
export const prettyPrint = (value: Value): string => layOut(sorted(value), 0, 0);

/** A copy of a value in which dictionaries with texts as keys are sorted. */
function sorted(value: Value): Value {
  if (Array.isArray(value)) return value.map(sorted);
  if (value instanceof Tuple) return new Tuple(value.items.map(sorted));
  if (!(value instanceof Dict)) return value;
  const isText = [...value.keys()].every((key) => typeof key === 'string');
  const keys = isText ? sortValues([...value.keys()], (key) => key, false) : [...value.keys()];
  return Dict.of(keys.map((key) => [key, sorted(value.get(key) ?? null)] as const));
}

/** A value in lines. It begins in column `indent`, and `after` characters must fit behind it on its last line. */
function layOut(value: Value, indent: number, after: number): string {
  const line = represent(value);
  if (line.length <= WIDTH - indent - after) return line;
  const separator = `,\n${' '.repeat(indent + 1)}`;
  if (Array.isArray(value)) return `[${layOutItems(value, indent, after + 1).join(separator)}]`;
  if (value instanceof Tuple)
    return `(${layOutItems(value.items, indent, after + 1).join(separator)}${value.items.length === 1 ? ',' : ''})`;
  if (!(value instanceof Dict)) return line;
  const pairs = [...value.pairs()].map(([key, item], index) => {
    const name = `${represent(key)}: `;
    return name + layOut(item, indent + 1 + name.length, index === value.size - 1 ? after + 1 : 1);
  });
  return `{${pairs.join(separator)}}`;
}

const layOutItems = (items: readonly Value[], indent: number, after: number): string[] =>
  items.map((item, index) => layOut(item, indent + 1, index === items.length - 1 ? after : 1));
