// The values that a template computes with: those of Python, as JavaScript values.
import { Float } from '../../json.ts';
import { TemplateFailure } from './failure.ts';

/**
 * Integers are `number` (always a safe integer) or, beyond 2^53, `bigint`; floats are {@link Float}; a list is a
 * JavaScript array (templates may change it); everything else is a {@link PyObject}. JavaScript's `undefined` is no
 * value: it means that none is given.
 */
export type Value = null | boolean | number | bigint | string | Float | Value[] | PyObject;
/** An integer: a `number` if that is exact, otherwise a `bigint`. */
export type Int = number | bigint;

/** The base of all values for which JavaScript has no type. */
export abstract class PyObject {
  /** Python's name of the type, for messages. */
  abstract readonly typeName: string;
}

/** A text that is HTML already and is not escaped again. */
export class Markup extends PyObject {
  readonly typeName = 'Markup';
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
}

/**
 * A sequence that cannot be changed. The items that have `names` are attributes, too, as in the groups of `groupby`.
 */
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

/**
 * The value of a name, key or attribute that does not exist. It prints as nothing, is false, and fails in most
 * operations.
 */
export class Undefined extends PyObject {
  readonly typeName = 'Undefined';
  readonly message: string;
  constructor(message: string) {
    super();
    this.message = message;
  }

  /** Throws the failure of an operation on this value. */
  fail(): never {
    throw new TemplateFailure(this.message);
  }
}

/** A `range(start, stop, step)`; its items are computed when they are read. */
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

/** Items that can be gone through only once, as `map`, `select` and `reverse` give them. */
export class LazySequence extends PyObject implements IterableIterator<Value> {
  readonly typeName: string;
  /** The name of the Jinja2 function that made it, which is printed. */
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

/** The arguments of a call as the template gives them. */
export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** What a function of the host may know of the place that calls it. */
export interface Caller {
  /** Whether printed values are escaped at this place. */
  readonly autoescape: boolean;
  /** All filters by name, for `map`, which applies others. */
  readonly filters: ReadonlyMap<string, TemplateFunction>;
  /** All tests by name, for `select` and its like, which apply others. */
  readonly tests: ReadonlyMap<string, TemplateFunction>;
}

/** A filter, test or function. Filters and tests get the value that they apply to as the first positional argument. */
export type TemplateFunction = (args: Arguments, caller: Caller) => Value;

/** A function as a value. */
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
  /** What a call of the object does; `undefined` if it cannot be called. */
  readonly call: TemplateFunction | undefined = undefined;
  /** Whether it prints HTML, which is not escaped again. */
  readonly isSafe: boolean = false;
}

/** What `namespace(...)` gives: the only kind of object whose attributes a template may set. */
export class Namespace extends AttributeObject {
  readonly typeName = 'Namespace';
  readonly attributes = new Map<string, Value>();

  attribute(name: string): Value | undefined {
    return this.attributes.get(name);
  }
}

/**
 * A value, or another one if it is not given. The operator `??` is no substitute, because it also replaces `null`,
 * which is a value.
 */
export const valueOr = (value: Value | undefined, otherwise: () => Value): Value =>
  value === undefined ? otherwise() : value;

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

/** True for integers. */
export const isInt = (value: Value): value is Int => typeof value === 'number' || typeof value === 'bigint';
/** True for texts, be they HTML or not. */
export const isText = (value: Value): value is string | Markup => typeof value === 'string' || value instanceof Markup;
/** The characters of a text value. */
export const textOf = (value: string | Markup): string => (typeof value === 'string' ? value : value.text);

/** The undefined value that reading a missing attribute or item gives. `printedKey` is for the message. */
export function undefinedItem(owner: Value, key: Value, printedKey: string): Undefined {
  const type = owner === null ? 'None' : `${typeName(owner)} object`;
  return new Undefined(
    typeof key === 'string' ? `'${type}' has no attribute '${key}'` : `${type} has no element ${printedKey}`,
  );
}
