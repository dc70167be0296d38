// Calls values, and makes functions of the host with named parameters.
import { TemplateFailure } from './failure.ts';
import {
  type Arguments,
  AttributeObject,
  Callable,
  type Caller,
  type TemplateFunction,
  typeName,
  Undefined,
  type Value,
} from './value.ts';

/** For calls without named arguments. */
export const NO_NAMED: ReadonlyMap<string, Value> = new Map();

/** The arguments of a call by position only. */
export const positional = (...values: readonly Value[]): Arguments => ({ positional: values, named: NO_NAMED });

/** Calls a value. Fails if it cannot be called. */
export function callValue(callee: Value, args: Arguments, caller: Caller): Value {
  if (callee instanceof Callable) return callee.call(args, caller);
  if (callee instanceof Undefined) callee.fail();
  if (callee instanceof AttributeObject && callee.call !== undefined) return callee.call(args, caller);
  throw new TemplateFailure(`A value of type ${typeName(callee)} cannot be called`);
}

/** Whether a value can be called. */
export const isCallable = (value: Value): boolean =>
  value instanceof Callable ||
  value instanceof Undefined ||
  (value instanceof AttributeObject && value.call !== undefined);

/** The arguments of a call, sorted by parameter; `undefined` where the call gives none. */
export type BoundArguments = readonly (Value | undefined)[];

/**
 * A function whose parameters can be given by position or by name. A `?` behind the name of a parameter makes it
 * optional: `defineFunction('replace', ['text', 'old', 'new', 'count?'], ([text, ...]) => ...)`.
 */
export function defineFunction(
  name: string,
  parameters: readonly string[],
  body: (bound: BoundArguments, caller: Caller) => Value,
): TemplateFunction {
  const names = parameters.map((parameter) => parameter.replace('?', ''));
  const required = parameters.filter((parameter) => !parameter.endsWith('?')).length;
  return (args, caller) => {
    if (args.named.size === 0 && args.positional.length >= required && args.positional.length <= names.length)
      return body(args.positional, caller);
    return body(bind(name, names, required, args), caller);
  };
}

function bind(name: string, names: readonly string[], required: number, args: Arguments): BoundArguments {
  if (args.positional.length > names.length) {
    throw new TemplateFailure(`"${name}" takes at most ${names.length} arguments, not ${args.positional.length}`);
  }
  const bound: (Value | undefined)[] = names.map((_, index) => args.positional[index]);
  for (const [key, value] of args.named) {
    const index = names.indexOf(key);
    if (index < 0) throw new TemplateFailure(`"${name}" takes no argument "${key}"`);
    if (bound[index] !== undefined) throw new TemplateFailure(`"${name}" got the argument "${key}" twice`);
    bound[index] = value;
  }
  const missing = names.slice(0, required).filter((_, index) => bound[index] === undefined);
  if (missing.length > 0)
    throw new TemplateFailure(`"${name}" lacks the argument ${missing.map((key) => `"${key}"`).join(', ')}`);
  return bound;
}

/** As {@link defineFunction}, with the name in front: an entry of a table of filters. */
export const functionEntry = (
  name: string,
  parameters: readonly string[],
  body: (bound: BoundArguments, caller: Caller) => Value,
): [string, TemplateFunction] => [name, defineFunction(name, parameters, body)];

/** A function as a value that templates can pass around and call. */
export const callable = (
  name: string,
  parameters: readonly string[],
  body: (bound: BoundArguments, caller: Caller) => Value,
): Callable => new Callable(name, defineFunction(name, parameters, body));
