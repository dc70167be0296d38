// Python's dictionary: it keeps the order of insertion, and keys are equal by value (1, 1.0 and True are one key).
import { Float } from '../../json.ts';
import { TemplateFailure } from './failure.ts';
import { Markup, PyObject, Tuple, typeName, Undefined, type Value } from './value.ts';

interface Entry {
  readonly key: Value;
  value: Value;
}

const UNDEFINED_KEY = Symbol('undefined');

/**
 * A JavaScript primitive that stands for a key: equal keys have the same. Fails for lists and dictionaries, which
 * Python does not take as keys.
 */
export function hashKey(value: Value): unknown {
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Float) {
    const float = value.value;
    return Number.isInteger(float) && !Number.isSafeInteger(float) ? BigInt(float) : float;
  }
  if (value instanceof Markup) return value.text;
  // The NUL in front keeps tuples apart from texts.
  if (value instanceof Tuple) return `\u0000(${value.items.map((item) => hashTag(hashKey(item))).join()})`;
  if (value instanceof Undefined) return UNDEFINED_KEY;
  if (Array.isArray(value) || value instanceof Dict) throw new TemplateFailure(`A ${typeName(value)} cannot be a key`);
  return value;
}

const hashTag = (key: unknown): string => (typeof key === 'string' ? JSON.stringify(key) : String(key));

/** A dictionary of a template. */
export class Dict extends PyObject {
  readonly typeName = 'dict';
  private readonly entries = new Map<unknown, Entry>();

  static of(pairs: Iterable<readonly [Value, Value]>): Dict {
    const dict = new Dict();
    for (const [key, value] of pairs) dict.set(key, value);
    return dict;
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: Value): Value | undefined {
    return this.entries.get(hashKey(key))?.value;
  }

  has(key: Value): boolean {
    return this.entries.has(hashKey(key));
  }

  set(key: Value, value: Value): void {
    const hash = hashKey(key);
    const entry = this.entries.get(hash);
    if (entry === undefined) this.entries.set(hash, { key, value });
    else entry.value = value;
  }

  delete(key: Value): boolean {
    return this.entries.delete(hashKey(key));
  }

  clear(): void {
    this.entries.clear();
  }

  *keys(): IterableIterator<Value> {
    for (const entry of this.entries.values()) yield entry.key;
  }

  *values(): IterableIterator<Value> {
    for (const entry of this.entries.values()) yield entry.value;
  }

  *pairs(): IterableIterator<readonly [Value, Value]> {
    for (const entry of this.entries.values()) yield [entry.key, entry.value];
  }
}

/** What `d.keys()`, `d.values()` and `d.items()` give. It shows later changes of the dictionary. */
export class DictView extends PyObject {
  readonly typeName: 'dict_keys' | 'dict_values' | 'dict_items';
  readonly dict: Dict;
  constructor(dict: Dict, typeName: 'dict_keys' | 'dict_values' | 'dict_items') {
    super();
    this.dict = dict;
    this.typeName = typeName;
  }

  *[Symbol.iterator](): IterableIterator<Value> {
    if (this.typeName === 'dict_keys') yield* this.dict.keys();
    else if (this.typeName === 'dict_values') yield* this.dict.values();
    else for (const [key, value] of this.dict.pairs()) yield new Tuple([key, value]);
  }
}
