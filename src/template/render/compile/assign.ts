// Assigns values to the targets of `set`, `for` and `with`.

import { unreachable } from '../../../errors.ts';
import type { Target } from '../../syntax/tree.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { iterate, listOf } from '../../values/iterate.ts';
import { Namespace, typeName, Undefined, type Value } from '../../values/value.ts';
import type { Activation } from '../runtime.ts';
import { type CompileFrame, nameReader, writer } from './compile-frame.ts';

/** Assigns a value when the template runs. */
export type Assign = (activation: Activation, value: Value) => void;

/**
 * Makes a function that assigns to a target. At the top of a template, imports and includes see the name from then on.
 */
export function compileAssign(target: Target, frame: CompileFrame): Assign {
  switch (target.kind) {
    case 'name':
      return bindName(target.name, frame);
    case 'namespace-target':
      return bindAttribute(target.name, target.attribute, frame);
    case 'tuple-target': {
      const items = target.items.map((item) => compileAssign(item, frame));
      return (activation, value) => {
        const values = unpack(value, items.length);
        for (const [index, item] of items.entries()) item(activation, values[index] ?? null);
      };
    }
    default:
      return unreachable(target);
  }
}

/** Makes a function that gives a name a value. At the top of a template it also exports the name if `isExported`. */
export function bindName(name: string, frame: CompileFrame, isExported = !name.startsWith('_')): Assign {
  const variable = frame.scope.find(name);
  if (variable === undefined) throw new TemplateFailure(`"${name}" has no place in its scope`);
  const write = writer(frame, variable);
  if (!frame.isTop) return write;
  return (activation, value) => {
    write(activation, value);
    activation.context.vars.set(name, value);
    if (isExported) activation.context.exported.add(name);
  };
}

function bindAttribute(name: string, attribute: string, frame: CompileFrame): Assign {
  const read = nameReader(frame, name);
  return (activation, value) => {
    const owner = read(activation);
    if (!(owner instanceof Namespace)) {
      throw new TemplateFailure(
        `"${name}.${attribute}" cannot be set, since "${name}" is no namespace`,
        `Make it one first: {% set ${name} = namespace() %}.`,
      );
    }
    owner.attributes.set(attribute, value);
  };
}

function unpack(value: Value, count: number): readonly Value[] {
  if (value instanceof Undefined) value.fail();
  if (iterate(value) === undefined)
    throw new TemplateFailure(`A value of type ${typeName(value)} cannot be taken apart into ${count} names`);
  const values = listOf(value);
  if (values.length !== count)
    throw new TemplateFailure(`${values.length} values cannot be taken apart into ${count} names`);
  return values;
}
