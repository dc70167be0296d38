// Reads `value.name` and `value[key]`. The first looks for methods and attributes before items, the second the other
// way round.
import { Float } from '../../json.ts';
import { Dict } from '../values/dict.ts';
import { TemplateFailure } from '../values/failure.ts';
import { itemAt, type SliceBounds, slice } from '../values/iterate.ts';
import { represent } from '../values/print.ts';
import {
  AttributeObject,
  Callable,
  isInt,
  Markup,
  Range,
  Tuple,
  typeName,
  Undefined,
  undefinedItem,
  type Value,
  valueOr,
} from '../values/value.ts';
import { dictMethods } from './methods/dict.ts';
import { listMethods, rangeMethods, tupleMethods } from './methods/list.ts';
import type { Method } from './methods/method.ts';
import { floatMethods, intMethods, numberAttribute } from './methods/number.ts';
import { markupMethods, textMethods } from './methods/text.ts';

/** What `value.name` gives: an {@link Undefined} if there is no such attribute or item. */
export function attributeOf(value: Value, name: string): Value {
  if (value instanceof Undefined) value.fail();
  const own = ownAttribute(value, name);
  return valueOr(own === undefined ? itemOrNothing(value, name) : own, () => undefinedItem(value, name, name));
}

/** What `value[key]` gives: an {@link Undefined} if there is no such item or attribute. */
export function itemOf(value: Value, key: Value): Value {
  if (value instanceof Undefined) value.fail();
  const item = itemOrNothing(value, key);
  if (item !== undefined) return item;
  const attribute = typeof key === 'string' ? ownAttribute(value, key) : undefined;
  return valueOr(attribute, () => undefinedItem(value, key, represent(key)));
}

/** What `value[start:stop:step]` gives. A value without slices gives `fallback`, and fails if there is none. */
export function sliceOf(value: Value, bounds: SliceBounds, fallback?: Value): Value {
  if (value instanceof Undefined) value.fail();
  const part = slice(value, bounds) ?? fallback;
  if (part === undefined) throw new TemplateFailure(`A value of type ${typeName(value)} cannot be sliced`);
  return part;
}

function itemOrNothing(value: Value, key: Value): Value | undefined {
  if (value instanceof Dict) return Array.isArray(key) || key instanceof Dict ? undefined : value.get(key);
  if (typeof key === 'boolean') return itemAt(value, Number(key));
  return isInt(key) ? itemAt(value, key) : undefined;
}

/** An attribute in the narrow sense: a method, a field, or what an object defines, but no item. */
export function ownAttribute(value: Value, name: string): Value | undefined {
  if (name.startsWith('__') && name.endsWith('__')) {
    throw new TemplateFailure(`"${name}" belongs to the inside of Python and cannot be used`);
  }
  if (value instanceof AttributeObject) return value.attribute(name);
  const method = methodsOf(value)?.get(name);
  if (method !== undefined)
    return new Callable(
      `method ${name} of ${typeName(value)} object`,
      (args, caller) => method(value, args, caller),
      'built-in',
    );
  if (value instanceof Tuple) {
    const index = value.names.indexOf(name);
    return index < 0 ? undefined : value.items[index];
  }
  if (value instanceof Range) return name === 'start' || name === 'stop' || name === 'step' ? value[name] : undefined;
  return numberAttribute(value, name);
}

function methodsOf(value: Value): ReadonlyMap<string, Method> | undefined {
  if (typeof value === 'string') return textMethods;
  if (value instanceof Markup) return markupMethods;
  if (value instanceof Dict) return dictMethods;
  if (Array.isArray(value)) return listMethods;
  if (value instanceof Tuple) return tupleMethods;
  if (value instanceof Range) return rangeMethods;
  if (value instanceof Float) return floatMethods;
  return isInt(value) || typeof value === 'boolean' ? intMethods : undefined;
}
