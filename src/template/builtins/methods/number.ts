// The methods and attributes of numbers.
import { Float } from '../../../json.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { exactDecimal, isNumber, type NumberValue, normalInt } from '../../values/numbers.ts';
import { Tuple, type Value } from '../../values/value.ts';
import { type Method, method } from './method.ts';

function number(value: Value): NumberValue {
  if (isNumber(value)) return value;
  throw new TemplateFailure('This method needs a number');
}

const define = (name: string, body: (value: NumberValue) => Value): [string, Method] => method(name, number, [], body);
const magnitudeOf = (value: NumberValue): bigint => {
  const integer = BigInt(value instanceof Float ? 0 : value);
  return integer < 0n ? -integer : integer;
};

/** The methods of integers and booleans by name. */
export const intMethods: ReadonlyMap<string, Method> = new Map([
  define('bit_length', (value) => (magnitudeOf(value) === 0n ? 0 : magnitudeOf(value).toString(2).length)),
  define('bit_count', (value) => magnitudeOf(value).toString(2).replaceAll('0', '').length),
  define('conjugate', (value) => (typeof value === 'boolean' ? Number(value) : value)),
  define('as_integer_ratio', (value) => new Tuple([typeof value === 'boolean' ? Number(value) : value, 1])),
]);

/** The methods of floats by name. */
export const floatMethods: ReadonlyMap<string, Method> = new Map([
  define('is_integer', (value) => value instanceof Float && Number.isInteger(value.value)),
  define('conjugate', (value) => value),
  define('as_integer_ratio', (value) => (value instanceof Float ? integerRatio(value.value) : value)),
]);

function integerRatio(value: number): Tuple {
  if (!Number.isFinite(value)) throw new TemplateFailure('Only a finite number is a ratio of integers');
  const { digits, exponent } = exactDecimal(value);
  let numerator = value < 0 ? -digits : digits;
  let denominator = 10n ** BigInt(-exponent);
  // The denominator is a power of ten, so dividing both by five and by two as often as possible reduces the fraction.
  while (denominator > 1n && numerator % 5n === 0n && denominator % 5n === 0n)
    [numerator, denominator] = [numerator / 5n, denominator / 5n];
  while (denominator > 1n && numerator % 2n === 0n && denominator % 2n === 0n)
    [numerator, denominator] = [numerator / 2n, denominator / 2n];
  return new Tuple([normalInt(numerator), normalInt(denominator)]);
}

/** The attributes `real`, `imag`, `numerator` and `denominator`; `undefined` for others. */
export function numberAttribute(value: Value, name: string): Value | undefined {
  if (!isNumber(value)) return undefined;
  const whole = typeof value === 'boolean' ? Number(value) : value;
  if (name === 'real') return whole;
  if (name === 'imag') return value instanceof Float ? new Float(0) : 0;
  if (value instanceof Float) return undefined;
  return name === 'numerator' ? whole : name === 'denominator' ? 1 : undefined;
}
