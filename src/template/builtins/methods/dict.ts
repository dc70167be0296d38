// The methods of dictionaries.
import { Dict, DictView } from '../../values/dict.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { itemsOf, listOf } from '../../values/iterate.ts';
import { represent } from '../../values/print.ts';
import { type Arguments, Tuple, type Value, valueOr } from '../../values/value.ts';
import { type Method, method } from './method.ts';

function self(value: Value): Dict {
  if (value instanceof Dict) return value;
  throw new TemplateFailure('This method needs a dictionary');
}

const define = (
  name: string,
  parameters: readonly string[],
  body: (dict: Dict, bound: readonly (Value | undefined)[]) => Value,
): [string, Method] => method(name, self, parameters, body);

/**
 * Puts the arguments of `dict(...)` or `update(...)` into a dictionary: first those of a dictionary or of pairs, then
 * named ones.
 */
export function fill(dict: Dict, args: Arguments): Dict {
  const [source] = args.positional;
  if (args.positional.length > 1) throw new TemplateFailure('A dictionary is made from one value and named ones');
  if (source instanceof Dict) for (const [key, value] of source.pairs()) dict.set(key, value);
  else if (source !== undefined) for (const pair of itemsOf(source)) setPair(dict, pair);
  for (const [key, value] of args.named) dict.set(key, value);
  return dict;
}

function setPair(dict: Dict, pair: Value): void {
  const [key, value, ...more] = listOf(pair);
  if (key === undefined || value === undefined || more.length > 0)
    throw new TemplateFailure('A dictionary is made from pairs of a key and a value');
  dict.set(key, value);
}

/** The methods of dictionaries by name. */
export const dictMethods: ReadonlyMap<string, Method> = new Map([
  define('items', [], (dict) => new DictView(dict, 'dict_items')),
  define('keys', [], (dict) => new DictView(dict, 'dict_keys')),
  define('values', [], (dict) => new DictView(dict, 'dict_values')),
  define('get', ['key', 'default?'], (dict, [key = null, missing = null]) => valueOr(dict.get(key), () => missing)),
  define('copy', [], (dict) => Dict.of(dict.pairs())),
  define('clear', [], (dict) => {
    dict.clear();
    return null;
  }),
  define('pop', ['key', 'default?'], (dict, [key = null, missing]) => {
    const value = dict.has(key) ? dict.get(key) : missing;
    if (value === undefined) throw new TemplateFailure(`The dictionary has no key ${represent(key)}`);
    dict.delete(key);
    return value;
  }),
  define('popitem', [], (dict) => {
    const last = [...dict.pairs()].at(-1);
    if (last === undefined) throw new TemplateFailure('The dictionary is empty');
    dict.delete(last[0]);
    return new Tuple(last);
  }),
  define('setdefault', ['key', 'default?'], (dict, [key = null, missing = null]) => {
    const value = dict.get(key);
    if (value !== undefined) return value;
    dict.set(key, missing);
    return missing;
  }),
  define('fromkeys', ['keys', 'value?'], (_, [keys = null, value = null]) =>
    Dict.of(listOf(keys).map((key) => [key, value] as const)),
  ),
  [
    'update',
    (value: Value, args: Arguments): Value => {
      fill(self(value), args);
      return null;
    },
  ],
]);
