// Methods of values: functions that also get the value they belong to.
import { type Bound, defineFunction } from '../../values/call.ts';
import type { Arguments, Caller, Value } from '../../values/value.ts';

export type Method = (self: Value, args: Arguments, caller: Caller) => Value;

/** A method with named parameters, as {@link defineFunction}; `narrow` says which values have it. */
export function method<Self extends Value>(
  name: string,
  narrow: (value: Value) => Self,
  parameters: readonly string[],
  body: (self: Self, bound: Bound, caller: Caller) => Value,
): [string, Method] {
  return [name, (self, args, caller) => defineFunction(name, parameters, (bound) => body(narrow(self), bound, caller))(args, caller)];
}
