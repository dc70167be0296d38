// What the compiler knows at a place of the template.

import { type FunctionLayout, Scope, type Variable } from '../../syntax/scope.ts';
import type { Location } from '../../values/failure.ts';
import { locate } from '../../values/failure.ts';
import { Undefined, type Value, valueOr } from '../../values/value.ts';
import type { Activation } from '../runtime.ts';

export type Evaluate = (activation: Activation) => Value;
export type Execute = (activation: Activation, out: string[]) => void;

/** Whether printed values are escaped: fixed, as the template says when it is loaded, or as an expression says when it runs. */
export type Escaping = boolean | 'template' | 'context';

export interface Frame {
  readonly scope: Scope;
  /** Directly in the template, not in a loop or macro: what is set here can be imported and is seen by included templates. */
  readonly isTop: boolean;
  /** Inside an `if`, where unknown filters and tests are forgiven until they are used. */
  readonly isSoft: boolean;
  /** Whether printing stops once the template has extended another. */
  readonly stopsAfterExtends: boolean;
  readonly escaping: Escaping;
}

/** A frame one scope further in. */
export const innerFrame = (frame: Frame, layout: FunctionLayout = frame.scope.layout): Frame => ({
  ...frame,
  scope: new Scope(frame.scope, layout),
  isTop: false,
  isSoft: false,
});

/** Whether values are escaped in this frame. */
export function escapingIn(frame: Frame): (activation: Activation) => boolean {
  const { escaping } = frame;
  if (escaping === 'template') return (activation) => activation.state.loaded.autoescape;
  return escaping === 'context' ? (activation) => activation.context.autoescape : () => escaping;
}

/** Functions between the one that runs and the one that owns a variable. */
function hopsTo(frame: Frame, variable: Variable): number {
  let hops = 0;
  for (let layout: FunctionLayout | null = frame.scope.layout; layout !== null && layout !== variable.layout; layout = layout.parent) hops++;
  return hops;
}

function owner(activation: Activation, hops: number): Activation {
  let current = activation;
  for (let hop = 0; hop < hops && current.parent !== null; hop++) current = current.parent;
  return current;
}

/** Reads a variable; `undefined` if it has no value. */
export function reader(frame: Frame, variable: Variable): (activation: Activation) => Value | undefined {
  const hops = hopsTo(frame, variable);
  const { slot } = variable;
  if (hops === 0) return (activation) => activation.slots[slot];
  return (activation) => owner(activation, hops).slots[slot];
}

/** Writes a variable. */
export function writer(frame: Frame, variable: Variable): (activation: Activation, value: Value | undefined) => void {
  const hops = hopsTo(frame, variable);
  const { slot } = variable;
  return (activation, value) => {
    owner(activation, hops).slots[slot] = value;
  };
}

/** Reads a name as expressions do: without a value it is undefined. */
export function nameReader(frame: Frame, name: string): Evaluate {
  const variable = frame.scope.find(name);
  const missing = `'${name}' is undefined`;
  if (variable === undefined) return () => new Undefined(missing);
  const read = reader(frame, variable);
  return (activation) => valueOr(read(activation), () => new Undefined(missing));
}

/** Adds the place to failures of `run`. */
export function located<Args extends readonly unknown[], Result>(place: () => Location, run: (...args: Args) => Result): (...args: Args) => Result {
  return (...args) => {
    try {
      return run(...args);
    } catch (error) {
      throw locate(error, place);
    }
  };
}
