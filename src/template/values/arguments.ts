// Arguments of filters and methods as the types these want, with Python's conversions and messages that name the argument.
import { isTrue } from './compare.ts';
import { TemplateFailure } from './failure.ts';
import { type Int, isInt, isText, textOf, typeName, Undefined, type Value } from './value.ts';

/** The text of an argument; `name` is for the message. */
export function textArgument(value: Value | undefined, name: string, missing?: string): string {
  if (value === undefined && missing !== undefined) return missing;
  if (value instanceof Undefined) value.fail();
  if (value === undefined || !isText(value)) throw new TemplateFailure(`"${name}" must be a text, not ${describe(value)}`);
  return textOf(value);
}

/** An integer argument as a JavaScript number; booleans count as 0 and 1. */
export function intArgument(value: Value | undefined, name: string, missing?: number): number {
  if (value === undefined && missing !== undefined) return missing;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Undefined) value.fail();
  if (value === undefined || !isInt(value)) throw new TemplateFailure(`"${name}" must be an integer, not ${describe(value)}`);
  return Number(value satisfies Int);
}

/** The truth of an argument. */
export const flagArgument = (value: Value | undefined, missing: boolean): boolean => (value === undefined ? missing : isTrue(value));

const describe = (value: Value | undefined): string => (value === undefined ? 'missing' : `a ${typeName(value)}`);
