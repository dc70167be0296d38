// Methods of values: functions that also get the value to which they belong.
import { type BoundArguments, defineFunction } from '../../values/call.ts';
import type { Arguments, Caller, Value } from '../../values/value.ts';

/** A method. `self` is the value to which it belongs. */
export type Method = (self: Value, args: Arguments, caller: Caller) => Value;

/**
 * A method with its name and with parameters as in {@link defineFunction}. `narrow` fails for values that do not have
 * it.
 */
export function method<Self extends Value>(
  name: string,
  narrow: (value: Value) => Self,
  parameters: readonly string[],
  body: (self: Self, bound: BoundArguments, caller: Caller) => Value,
): [string, Method] {
  return [
    name,
    (self, args, caller) =>
      defineFunction(name, parameters, (bound) => body(narrow(self), bound, caller))(args, caller),
  ];
}
