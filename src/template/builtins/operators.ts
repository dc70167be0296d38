// The operators of expressions, for values of all types.
import { type CompareOperator, equals, type OrderOperator, ordered } from '../values/compare.ts';
import { DictView } from '../values/dict.ts';
import { TemplateFailure } from '../values/failure.ts';
import { contains } from '../values/iterate.ts';
import { checkSize } from '../values/limits.ts';
import { type ArithmeticOperator, calculate, isNumber, negate } from '../values/numbers.ts';
import { escapeText, escapeValue } from '../values/text/escape.ts';
import { formatPercent } from '../values/text/percent-format.ts';
import { isInt, isText, Markup, Tuple, textOf, typeName, Undefined, type Value } from '../values/value.ts';

/** What `left operator right` gives for an arithmetic operator. Fails for types that do not go together. */
export function binary(operator: ArithmeticOperator, left: Value, right: Value): Value {
  if (isNumber(left) && isNumber(right)) return calculate(operator, left, right);
  if (operator === '%' && isText(left)) return percent(left, right);
  for (const side of [left, right]) if (side instanceof Undefined) side.fail();
  const result =
    operator === '+'
      ? add(left, right)
      : operator === '*'
        ? repeat(left, right)
        : operator === '-'
          ? subtract(left, right)
          : undefined;
  if (result === undefined)
    throw new TemplateFailure(`"${operator}" does not work between ${typeName(left)} and ${typeName(right)}`);
  return result;
}

function add(left: Value, right: Value): Value | undefined {
  if (isText(left) && isText(right)) checkSize(textOf(left).length + textOf(right).length);
  if (Array.isArray(left) && Array.isArray(right)) checkSize(left.length + right.length);
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (isText(left) && isText(right)) return new Markup(escapeValue(left) + escapeValue(right));
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
  return left instanceof Tuple && right instanceof Tuple ? new Tuple([...left.items, ...right.items]) : undefined;
}

function repeat(left: Value, right: Value): Value | undefined {
  if (!isCount(right)) return isCount(left) ? repeat(right, left) : undefined;
  const count = Math.max(0, Number(right));
  if (isText(left)) {
    checkSize(textOf(left).length * count);
    const text = textOf(left).repeat(count);
    return left instanceof Markup ? new Markup(text) : text;
  }
  const items = left instanceof Tuple ? left.items : left;
  if (!Array.isArray(items)) return undefined;
  checkSize(items.length * count);
  const repeated = Array.from({ length: count }, () => items).flat(1);
  return left instanceof Tuple ? new Tuple(repeated) : repeated;
}

const isCount = (value: Value): boolean => isInt(value) || typeof value === 'boolean';

/** The keys or items of a dictionary without those that another collection has. */
function subtract(left: Value, right: Value): Value | undefined {
  if (!(left instanceof DictView) || left.typeName === 'dict_values') return undefined;
  return [...left].filter((item) => !contains(right, item));
}

function percent(left: string | Markup, right: Value): Value {
  if (typeof left === 'string') return formatPercent(left, right);
  return new Markup(
    formatPercent(left.text, right, (text, value) => (value instanceof Markup ? text : escapeText(text))),
  );
}

/** What `-value` or `+value` gives. Fails for values that are no numbers. */
export function sign(operator: '-' | '+', value: Value): Value {
  if (value instanceof Undefined) value.fail();
  if (!isNumber(value)) throw new TemplateFailure(`"${operator}" does not work on ${typeName(value)}`);
  if (operator === '-') return negate(value);
  return typeof value === 'boolean' ? Number(value) : value;
}

/** Whether `left operator right` holds. Fails for types that have no order, or into which nothing can be put. */
export function compare(operator: CompareOperator, left: Value, right: Value): boolean {
  switch (operator) {
    case '==':
      return equals(left, right);
    case '!=':
      return !equals(left, right);
    case 'in':
      return contains(right, left);
    case 'not in':
      return !contains(right, left);
    default:
      return ordered(operator satisfies OrderOperator, left, right);
  }
}
