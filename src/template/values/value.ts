// The values a template computes with: those of Python, as JavaScript objects.
import { Float } from '../../json.ts';
import { TemplateFailure } from './failure.ts';

/**
 * Integers are `number` (always a safe integer) or, beyond 2^53, `bigint`; floats are {@link Float}; a list is a JavaScript array
 * (templates may change it); everything else is a {@link PyObject}. JavaScript's `undefined` is never a value: it means "not given".
 */
export type Value = null | boolean | number | bigint | string | Float | Value[] | PyObject;
export type Int = number | bigint;

/** Base of all values that JavaScript has no type for. */
export abstract class PyObject {
  /** As in messages: `'tuple' object is not callable`. */
  abstract readonly typeName: string;
}

/** A text that needs no more escaping. */
export class Markup extends PyObject {
  readonly typeName = 'Markup';
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
}

/** A fixed sequence. `names` makes its items attributes too (the groups of `groupby`). */
export class Tuple extends PyObject {
  readonly typeName = 'tuple';
  readonly items: readonly Value[];
  readonly names: readonly string[];
  constructor(items: readonly Value[], names: readonly string[] = []) {
    super();
    this.items = items;
    this.names = names;
  }
}

/** What a name, key or attribute without a value yields: prints empty, is false, and fails in most operations. */
export class Undefined extends PyObject {
  readonly typeName = 'Undefined';
  readonly message: string;
  constructor(message: string) {
    super();
    this.message = message;
  }

  fail(): never {
    throw new TemplateFailure(this.message);
  }
}

/** `range(start, stop, step)`. */
export class Range extends PyObject {
  readonly typeName = 'range';
  readonly start: number;
  readonly step: number;
  readonly stop: number;
  readonly length: number;
  constructor(start: number, stop: number, step: number) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.length = Math.max(0, Math.ceil((stop - start) / step));
  }

  at(index: number): number {
    return this.start + index * this.step;
  }
}

/** Values that come one by one and only once: the results of `map`, `select`, `reverse`, ... */
export class LazySequence extends PyObject implements IterableIterator<Value> {
  readonly typeName: string;
  /** The function that made it, for printing. */
  readonly origin: string;
  private readonly source: Iterator<Value>;
  constructor(source: Iterator<Value>, origin: string, typeName = 'generator') {
    super();
    this.source = source;
    this.origin = origin;
    this.typeName = typeName;
  }

  next(): IteratorResult<Value> {
    return this.source.next();
  }

  [Symbol.iterator](): this {
    return this;
  }
}

/** The arguments of a call, as written. */
export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** What a function of the host may know of its caller. */
export interface Caller {
  /** Whether printed values are escaped at this place. */
  readonly autoescape: boolean;
  /** Filters and tests by name, for those that apply others (`map`, `select`). */
  readonly filters: ReadonlyMap<string, TemplateFunction>;
  readonly tests: ReadonlyMap<string, TemplateFunction>;
}

/** A filter, test or function. Filters and tests get the value they apply to as first positional argument. */
export type TemplateFunction = (args: Arguments, caller: Caller) => Value;

/** Anything that can be called. */
export class Callable extends PyObject {
  readonly typeName: string;
  readonly name: string;
  readonly call: TemplateFunction;
  constructor(name: string, call: TemplateFunction, typeName = 'function') {
    super();
    this.name = name;
    this.call = call;
    this.typeName = typeName;
  }
}

/** An object with attributes: macro, loop, namespace, cycler, imported template. */
export abstract class AttributeObject extends PyObject {
  /** The attribute's value, or `undefined` if there is none. */
  abstract attribute(name: string): Value | undefined;
  /** How it prints; the default names the type. */
  print(): string {
    return `<${this.typeName} object>`;
  }
  /** How it can be called, if it can. */
  readonly call: TemplateFunction | undefined = undefined;
  /** Whether it prints text that needs no more escaping. */
  readonly isSafe: boolean = false;
}

/** `namespace(...)`: the one object whose attributes a template may set. */
export class Namespace extends AttributeObject {
  readonly typeName = 'Namespace';
  readonly attributes = new Map<string, Value>();

  attribute(name: string): Value | undefined {
    return this.attributes.get(name);
  }
}

/** A value, or what stands in for one that is not there. Never `??`: it would also replace null, which is a value. */
export const valueOr = (value: Value | undefined, otherwise: () => Value): Value => (value === undefined ? otherwise() : value);

/** Python's name of a value's type. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' || typeof value === 'bigint') return 'int';
  if (value instanceof Float) return 'float';
  if (Array.isArray(value)) return 'list';
  return value.typeName;
}

export const isInt = (value: Value): value is Int => typeof value === 'number' || typeof value === 'bigint';
/** Text, escaped or not. */
export const isText = (value: Value): value is string | Markup => typeof value === 'string' || value instanceof Markup;
/** The characters of a text value. */
export const textOf = (value: string | Markup): string => (typeof value === 'string' ? value : value.text);

/** The undefined result of looking up an attribute or item. */
export function undefinedItem(owner: Value, key: Value, printedKey: string): Undefined {
  const type = owner === null ? 'None' : `${typeName(owner)} object`;
  return new Undefined(typeof key === 'string' ? `'${type}' has no attribute '${key}'` : `${type} has no element ${printedKey}`);
}
