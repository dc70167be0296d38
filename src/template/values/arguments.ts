// Reads the arguments of filters and methods as the types that these need, with the conversions of Python and messages
// that name the argument.
import { isTrue } from './compare.ts';
import { TemplateFailure } from './failure.ts';
import { type Int, isInt, isText, textOf, typeName, Undefined, type Value } from './value.ts';

/** The text of an argument, `missing` if it is not given. Fails for other types; `name` is for the message. */
export function textArgument(value: Value | undefined, name: string, missing?: string): string {
  if (value === undefined && missing !== undefined) return missing;
  if (value instanceof Undefined) value.fail();
  if (value === undefined || !isText(value))
    throw new TemplateFailure(`"${name}" must be a text, not ${describe(value)}`);
  return textOf(value);
}

/**
 * An integer argument as a JavaScript number, `missing` if it is not given. Booleans count as 0 and 1; other types
 * fail.
 */
export function intArgument(value: Value | undefined, name: string, missing?: number): number {
  if (value === undefined && missing !== undefined) return missing;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Undefined) value.fail();
  if (value === undefined || !isInt(value))
    throw new TemplateFailure(`"${name}" must be an integer, not ${describe(value)}`);
  return Number(value satisfies Int);
}

/** Whether an argument counts as true, `missing` if it is not given. */
export const flagArgument = (value: Value | undefined, missing: boolean): boolean =>
  value === undefined ? missing : isTrue(value);

const describe = (value: Value | undefined): string => (value === undefined ? 'missing' : `a ${typeName(value)}`);
