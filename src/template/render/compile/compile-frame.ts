// What the compiler knows at a place in a template: which variables there are, and what applies to statements there.
import { type FunctionLayout, Scope, type Variable } from '../../syntax/scope.ts';
import type { Location } from '../../values/failure.ts';
import { locate } from '../../values/failure.ts';
import { Undefined, type Value, valueOr } from '../../values/value.ts';
import type { Activation } from '../runtime.ts';

/** Computes a value when the template runs. */
export type Evaluate = (activation: Activation) => Value;
/** Runs a statement and appends what it prints to `out`. */
export type Execute = (activation: Activation, out: string[]) => void;

/**
 * Whether printed values are escaped: always or never, as the loader of the template says (`template`), or as an
 * `autoescape` tag says while the template runs (`context`).
 */
export type Escaping = boolean | 'template' | 'context';

/** The surroundings of a place in a template while it is compiled. */
export interface CompileFrame {
  readonly scope: Scope;
  /**
   * True at the top of the template, not in a loop or macro. What is set there can be imported, and included templates
   * see it.
   */
  readonly isTop: boolean;
  /** True inside an `if`, where an unknown filter or test fails only when it is used. */
  readonly isSoft: boolean;
  /** Whether printing stops once the template has extended another. */
  readonly stopsAfterExtends: boolean;
  readonly escaping: Escaping;
}

/** The frame of a scope inside another frame. */
export const innerFrame = (frame: CompileFrame, layout: FunctionLayout = frame.scope.layout): CompileFrame => ({
  ...frame,
  scope: new Scope(frame.scope, layout),
  isTop: false,
  isSoft: false,
});

/** Makes a function that says whether values are escaped in a frame. */
export function escapingIn(frame: CompileFrame): (activation: Activation) => boolean {
  const { escaping } = frame;
  if (escaping === 'template') return (activation) => activation.state.loaded.autoescape;
  return escaping === 'context' ? (activation) => activation.context.autoescape : () => escaping;
}

/** How many functions lie between the one that runs and the one that owns a variable. */
function hopsTo(frame: CompileFrame, variable: Variable): number {
  let hops = 0;
  for (
    let layout: FunctionLayout | null = frame.scope.layout;
    layout !== null && layout !== variable.layout;
    layout = layout.parent
  )
    hops++;
  return hops;
}

function owner(activation: Activation, hops: number): Activation {
  let current = activation;
  for (let hop = 0; hop < hops && current.parent !== null; hop++) current = current.parent;
  return current;
}

/** Makes a function that reads a variable; it gives `undefined` if the variable has no value. */
export function reader(frame: CompileFrame, variable: Variable): (activation: Activation) => Value | undefined {
  const hops = hopsTo(frame, variable);
  const { slot } = variable;
  if (hops === 0) return (activation) => activation.slots[slot];
  return (activation) => owner(activation, hops).slots[slot];
}

/** Makes a function that writes a variable. */
export function writer(
  frame: CompileFrame,
  variable: Variable,
): (activation: Activation, value: Value | undefined) => void {
  const hops = hopsTo(frame, variable);
  const { slot } = variable;
  return (activation, value) => {
    owner(activation, hops).slots[slot] = value;
  };
}

/** Makes a function that reads a name in an expression; it gives {@link Undefined} if the name has no value. */
export function nameReader(frame: CompileFrame, name: string): Evaluate {
  const variable = frame.scope.find(name);
  const missing = `'${name}' is undefined`;
  if (variable === undefined) return () => new Undefined(missing);
  const read = reader(frame, variable);
  return (activation) => valueOr(read(activation), () => new Undefined(missing));
}

/** A function that does the same as `run` and adds the place to its failures. */
export function located<Args extends readonly unknown[], Result>(
  place: () => Location,
  run: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    try {
      return run(...args);
    } catch (error) {
      throw locate(error, place);
    }
  };
}
