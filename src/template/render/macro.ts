// Macros: functions that are written in a template.

import { Dict } from '../values/dict.ts';
import { TemplateFailure } from '../values/failure.ts';
import { markupOrText } from '../values/text/escape.ts';
import {
  type Arguments,
  AttributeObject,
  type TemplateFunction,
  Tuple,
  Undefined,
  type Value,
} from '../values/value.ts';

/** The parameters of a macro, and which special variables its body reads. */
export interface MacroSignature {
  /** `null` for the body of a `call` block. */
  readonly name: string | null;
  readonly parameters: readonly string[];
  /** Whether the body reads `caller`. */
  readonly usesCaller: boolean;
  /** Whether the body reads `kwargs`. */
  readonly usesNamed: boolean;
  /** Whether the body reads `varargs`. */
  readonly usesRest: boolean;
}

/**
 * The arguments of a call as the body of the macro reads them. `undefined` stands for a parameter that is not given.
 */
export interface MacroArguments {
  readonly parameters: readonly (Value | undefined)[];
  readonly caller: Value | undefined;
  readonly named: Dict;
  readonly rest: Tuple;
}

/** A macro, or the body of a `call` block, as a value. `body` renders it. */
export class Macro extends AttributeObject {
  readonly typeName = 'Macro';
  private readonly signature: MacroSignature;
  override readonly call: TemplateFunction;

  constructor(signature: MacroSignature, body: (args: MacroArguments) => string) {
    super();
    this.signature = signature;
    this.call = (args, caller) => markupOrText(body(sortArguments(signature, args)), caller.autoescape);
  }

  attribute(name: string): Value | undefined {
    const { signature } = this;
    switch (name) {
      case 'name':
        return signature.name;
      case 'arguments':
        return new Tuple(signature.parameters);
      case 'catch_kwargs':
        return signature.usesNamed;
      case 'catch_varargs':
        return signature.usesRest;
      case 'caller':
        return signature.usesCaller;
    }
    return undefined;
  }

  override print(): string {
    return `<Macro ${this.signature.name === null ? 'anonymous' : `'${this.signature.name}'`}>`;
  }
}

function sortArguments(signature: MacroSignature, { positional, named }: Arguments): MacroArguments {
  const { parameters } = signature;
  const label = signature.name === null ? 'The body of a "call" block' : `The macro "${signature.name}"`;
  const left = new Map(named);
  const values = parameters.map((name, index) => {
    if (index < positional.length) return positional[index];
    const value = left.get(name);
    left.delete(name);
    return value;
  });
  let caller: Value | undefined;
  if (signature.usesCaller && !parameters.includes('caller')) {
    // A caller that is None counts as no caller, as in Jinja2.
    caller = left.get('caller') ?? new Undefined('No caller defined');
    left.delete('caller');
  }
  const [surplus] = left.keys();
  if (!signature.usesNamed && surplus !== undefined)
    throw new TemplateFailure(`${label} takes no argument "${surplus}"`);
  if (!signature.usesRest && positional.length > parameters.length) {
    const most = parameters.length === 1 ? '1 argument' : `${parameters.length} arguments`;
    throw new TemplateFailure(`${label} takes not more than ${most}, not ${positional.length}`);
  }
  return { parameters: values, caller, named: Dict.of(left), rest: new Tuple(positional.slice(parameters.length)) };
}
