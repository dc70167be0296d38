// Python's arithmetic: integers of any size, floats as a type of their own, floor division, exact rounding.
import { Float, formatFloat } from '../../json.ts';
import { TemplateFailure } from './failure.ts';
import { type Int, isInt, type Value } from './value.ts';

/** Integers beyond this many bits are refused: `9 ** 9 ** 9` must not hang the program. */
const MAX_BITS = 1_000_000;

/** The operators that combine two values into one. Some of them work on texts and lists, too. */
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';

/** What arithmetic works on. Booleans count as 0 and 1. */
export type NumberValue = Int | Float | boolean;

/** True for integers, floats and booleans. */
export const isNumber = (value: Value): value is NumberValue =>
  isInt(value) || value instanceof Float || typeof value === 'boolean';

/** An integer in the form in which values hold it: as a `number` if that is exact. */
export function normalInt(value: bigint): Int {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** A JavaScript number without a fraction as an integer value. */
export const intOf = (value: number): Int => (Number.isSafeInteger(value) ? value + 0 : normalInt(BigInt(value)));

/** The float nearest to a number. Fails for integers that no float can hold. */
export function floatOf(value: NumberValue): number {
  if (value instanceof Float) return value.value;
  const float = Number(value);
  if (!Number.isFinite(float)) throw new TemplateFailure('The integer is too large for a float');
  return float;
}

/** A float as Python prints it. */
export function printFloat(value: number): string {
  if (Number.isFinite(value)) return formatFloat(value);
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

/** `left operator right` of two numbers. */
export function calculate(operator: ArithmeticOperator, left: NumberValue, right: NumberValue): Value {
  if (left instanceof Float || right instanceof Float) return floatArithmetic(operator, floatOf(left), floatOf(right));
  return intArithmetic(
    operator,
    typeof left === 'boolean' ? Number(left) : left,
    typeof right === 'boolean' ? Number(right) : right,
  );
}

function floatArithmetic(operator: ArithmeticOperator, left: number, right: number): Float {
  switch (operator) {
    case '+':
      return new Float(left + right);
    case '-':
      return new Float(left - right);
    case '*':
      return new Float(left * right);
    case '**':
      return floatPower(left, right);
  }
  if (right === 0) throw divisionByZero();
  if (operator === '/') return new Float(left / right);
  return new Float(operator === '%' ? floatModulo(left, right) : floatFloorDivision(left, right));
}

const divisionByZero = (): TemplateFailure => new TemplateFailure('Division by zero');

function floatPower(left: number, right: number): Float {
  if (left === 0 && right < 0) throw divisionByZero();
  // These powers are NaN in JavaScript, but 1 in Python.
  if (left === 1 || (left === -1 && !Number.isFinite(right) && !Number.isNaN(right))) return new Float(1);
  if (left < 0 && Number.isFinite(left) && Number.isFinite(right) && !Number.isInteger(right)) {
    throw new TemplateFailure('A power of a negative number with a fraction has no real value');
  }
  const power = powerOf(left, right);
  if (!Number.isFinite(power) && Number.isFinite(left) && Number.isFinite(right))
    throw new TemplateFailure('The power is too large for a float');
  return new Float(power);
}

/** A power, exact for small whole exponents. The operator `**` of V8 may be off in the last digit there. */
function powerOf(left: number, right: number): number {
  if (right === 0.5) return Math.sqrt(left);
  if (!Number.isInteger(right) || Math.abs(right) > 64 || !Number.isFinite(left) || left === 0) return left ** right;
  const { digits, exponent } = exactDecimal(left);
  const count = Math.abs(right);
  const numerator = digits ** BigInt(count);
  const denominator = 10n ** BigInt(-exponent * count);
  const magnitude = right < 0 ? divide(denominator, numerator) : divide(numerator, denominator);
  return left < 0 && count % 2 === 1 ? -magnitude : magnitude;
}

function floatModulo(left: number, right: number): number {
  const remainder = left % right;
  if (remainder === 0) return right < 0 ? -0 : 0;
  return remainder < 0 === right < 0 ? remainder : remainder + right;
}

function floatFloorDivision(left: number, right: number): number {
  const quotient = (left - floatModulo(left, right)) / right;
  if (quotient === 0) return left / right < 0 || Object.is(left / right, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

function intArithmetic(operator: ArithmeticOperator, left: Int, right: Int): Value {
  if (
    typeof left === 'number' &&
    typeof right === 'number' &&
    operator !== '**' &&
    operator !== '/' &&
    operator !== '//' &&
    operator !== '%'
  ) {
    const result = operator === '+' ? left + right : operator === '-' ? left - right : left * right;
    if (Number.isSafeInteger(result)) return result + 0;
  }
  if (operator === '**') return intPower(BigInt(left), BigInt(right));
  if (operator !== '+' && operator !== '-' && operator !== '*' && BigInt(right) === 0n) throw divisionByZero();
  if (operator === '/') return new Float(divide(left, right));
  return normalInt(bigArithmetic(operator, BigInt(left), BigInt(right)));
}

function bigArithmetic(operator: '+' | '-' | '*' | '//' | '%', left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      if (bits(left) + bits(right) > MAX_BITS) throw tooLarge();
      return left * right;
  }
  const remainder = left % right;
  const wraps = remainder !== 0n && remainder < 0n !== right < 0n;
  if (operator === '%') return wraps ? remainder + right : remainder;
  return left / right - (wraps ? 1n : 0n);
}

const bits = (value: bigint): number => value.toString(16).length * 4;
const tooLarge = (): TemplateFailure => new TemplateFailure(`The integer has more than ${MAX_BITS} bits`);

function intPower(base: bigint, exponent: bigint): Value {
  if (exponent < 0n) return floatPower(floatOf(normalInt(base)), floatOf(normalInt(exponent)));
  if (base !== 0n && base !== 1n && base !== -1n && exponent * BigInt(bits(base) - 3) > BigInt(MAX_BITS))
    throw tooLarge();
  return normalInt(base ** (base === -1n ? exponent % 2n : exponent));
}

/** The quotient as a float, correctly rounded to the last bit. Integers beyond 2^53 are scaled for that. */
function divide(left: Int, right: Int): number {
  if (typeof left === 'number' && typeof right === 'number') return left / right;
  if (BigInt(right) < 0n) return divide(-BigInt(left), -BigInt(right));
  if (BigInt(left) < 0n) return -divide(-BigInt(left), right);
  const numerator = BigInt(left);
  const denominator = BigInt(right);
  const shift = Math.max(0, 70 - (bits(numerator) - bits(denominator)));
  const quotient = (numerator << BigInt(shift)) / denominator;
  // If the division left a remainder, one more bit says so, because a tie would round wrongly without it.
  const sticky = quotient * 2n + ((numerator << BigInt(shift)) % denominator === 0n ? 0n : 1n);
  // The shift is undone in two steps, because 2 ** 1024 is no float.
  const half = Math.floor((shift + 1) / 2);
  const float = Number(sticky) / 2 ** half / 2 ** (shift + 1 - half);
  if (!Number.isFinite(float)) throw new TemplateFailure('The quotient is too large for a float');
  return float;
}

/** `-value`. */
export function negate(value: NumberValue): Value {
  if (value instanceof Float) return new Float(-value.value);
  return typeof value === 'bigint' ? normalInt(-value) : 0 - Number(value);
}

/** The magnitude of a finite float as exactly `digits * 10^exponent`; the exponent is never positive. */
export function exactDecimal(value: number): { readonly digits: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const raw = view.getBigUint64(0);
  const biased = Number(raw >> 52n);
  const mantissa = (raw & 0xfffffffffffffn) | (biased === 0 ? 0n : 1n << 52n);
  const power = (biased === 0 ? 1 : biased) - 1075;
  if (power >= 0) return { digits: mantissa << BigInt(power), exponent: 0 };
  return { digits: mantissa * 5n ** BigInt(-power), exponent: power };
}

/** `digits * 10^exponent` rounded to a multiple of `10^-places` and counted in that unit. Ties go to the even digit. */
export function roundDecimal(digits: bigint, exponent: number, places: number): bigint {
  const drop = -exponent - places;
  if (drop <= 0) return digits * 10n ** BigInt(-drop);
  const unit = 10n ** BigInt(drop);
  const quotient = digits / unit;
  const twice = (digits % unit) * 2n;
  return twice > unit || (twice === unit && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** Python's `round(value, places)`: exact, with ties to the even digit. Integers stay integers. */
export function round(value: NumberValue, places: number): Value {
  if (value instanceof Float) {
    if (!Number.isFinite(value.value) || places > 400 || value.value === 0) return value;
    if (places < -400) return new Float(value.value < 0 ? -0 : 0);
    const { digits, exponent } = exactDecimal(value.value);
    const rounded = Number(`${roundDecimal(digits, exponent, places)}e${-places}`);
    return new Float(value.value < 0 ? -rounded : rounded);
  }
  const integer = typeof value === 'boolean' ? Number(value) : value;
  if (places >= 0) return integer;
  if (places < -10_000) return 0;
  const magnitude = BigInt(integer) < 0n ? -BigInt(integer) : BigInt(integer);
  const rounded = roundDecimal(magnitude, 0, places) * 10n ** BigInt(-places);
  return normalInt(BigInt(integer) < 0n ? -rounded : rounded);
}
