// The variable `loop` inside a `for`.
import { equals, lengthOf } from '../values/compare.ts';
import { Dict, DictView } from '../values/dict.ts';
import { TemplateFailure } from '../values/failure.ts';
import {
  AttributeObject,
  Callable,
  isText,
  Range,
  type TemplateFunction,
  Tuple,
  Undefined,
  type Value,
} from '../values/value.ts';

/** Renders a recursive loop once more over other items. */
export type Recurse = (items: Value, depth: number) => Value;

/** The variable `loop`. It also moves the loop on, because `loop.last` and `loop.length` read ahead. */
export class LoopVariable extends AttributeObject {
  readonly typeName = 'LoopContext';
  private index0 = -1;
  private readonly depth0: number;
  private items: Iterator<Value>;
  /** Items taken from the iterator before their turn. */
  private ahead: Value[] = [];
  private isEnded = false;
  private current: Value | undefined;
  private previous: Value | undefined;
  private lastChanged: Tuple | undefined;
  private knownLength: number | undefined;
  private readonly recurse: Recurse | undefined;
  override readonly call: TemplateFunction;

  /**
   * `source` is the value that the loop goes through. It tells the length, so it is left out if a filter drops some of
   * its items.
   */
  constructor(items: Iterator<Value>, source: Value | undefined, depth0: number, recurse: Recurse | undefined) {
    super();
    this.items = items;
    this.depth0 = depth0;
    this.recurse = recurse;
    this.knownLength = source === undefined ? undefined : sizeOf(source);
    this.call = ({ positional: [value] }) => {
      if (this.recurse === undefined)
        throw new TemplateFailure(
          'Only a loop with "recursive" can be called',
          'Write {% for ... in ... recursive %}.',
        );
      if (value === undefined) throw new TemplateFailure('"loop(...)" needs the items to go through');
      return this.recurse(value, this.depth0 + 1);
    };
  }

  /** Moves to the next item; `undefined` at the end. */
  advance(): Value | undefined {
    const next = this.peek();
    if (next === undefined) return undefined;
    this.ahead.shift();
    this.index0++;
    this.previous = this.current;
    this.current = next;
    return next;
  }

  private peek(): Value | undefined {
    if (this.ahead.length === 0 && !this.isEnded) {
      const next = this.items.next();
      if (next.done === true) this.isEnded = true;
      else this.ahead.push(next.value);
    }
    return this.ahead[0];
  }

  private length(): number {
    if (this.knownLength === undefined) {
      for (let next = this.items.next(); next.done !== true; next = this.items.next()) this.ahead.push(next.value);
      this.isEnded = true;
      this.knownLength = this.index0 + 1 + this.ahead.length;
    }
    return this.knownLength;
  }

  attribute(name: string): Value | undefined {
    switch (name) {
      case 'index':
        return this.index0 + 1;
      case 'index0':
        return this.index0;
      case 'first':
        return this.index0 === 0;
      case 'last':
        return this.peek() === undefined;
      case 'length':
        return this.length();
      case 'revindex':
        return this.length() - this.index0;
      case 'revindex0':
        return this.length() - this.index0 - 1;
      case 'depth':
        return this.depth0 + 1;
      case 'depth0':
        return this.depth0;
      case 'previtem':
        return this.previous ?? (this.index0 > 0 ? null : new Undefined('there is no previous item'));
      case 'nextitem':
        return this.peek() === undefined ? new Undefined('there is no next item') : (this.ahead[0] ?? null);
      case 'cycle':
        return new Callable('cycle', ({ positional }) => this.cycle(positional));
      case 'changed':
        return new Callable('changed', ({ positional }) => this.changed(new Tuple(positional)));
    }
    return undefined;
  }

  private cycle(values: readonly Value[]): Value {
    if (values.length === 0) throw new TemplateFailure('"loop.cycle" needs values');
    return values[this.index0 % values.length] ?? null;
  }

  private changed(values: Tuple): boolean {
    const changed = this.lastChanged === undefined || !equals(this.lastChanged, values);
    this.lastChanged = values;
    return changed;
  }

  override print(): string {
    return `<LoopContext ${this.index0 + 1}/${this.length()}>`;
  }
}

/** The number of items, where it is known without going through them. */
function sizeOf(value: Value): number | undefined {
  const isSized =
    isText(value) ||
    Array.isArray(value) ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof DictView ||
    value instanceof Range;
  return isSized || value instanceof Undefined ? lengthOf(value) : undefined;
}
