// Digits of floats for `%` and `format`, as C prints them: exact, with ties to the even digit.

import { formatFloat } from '../../../json.ts';
import { exactDecimal, roundDecimal } from '../numbers.ts';

/** The callers refuse formats that ask for more digits than this. */
export const MAX_DIGITS = 2000;

/** A magnitude with `places` digits behind the point. */
export function fixed(magnitude: number, places: number): string {
  const { digits, exponent } = exactDecimal(magnitude);
  const text = roundDecimal(digits, exponent, places)
    .toString()
    .padStart(places + 1, '0');
  return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
}

/** A magnitude as `significant` digits and the power of ten of the first one. */
function significantDigits(
  magnitude: number,
  significant: number,
): { readonly digits: string; readonly power: number } {
  if (magnitude === 0) return { digits: '0'.repeat(significant), power: 0 };
  const { digits, exponent } = exactDecimal(magnitude);
  const power = digits.toString().length - 1 + exponent;
  const rounded = roundDecimal(digits, exponent, significant - 1 - power).toString();
  // Rounding may add a digit, as 9.99 becomes 10.0.
  return rounded.length > significant
    ? { digits: rounded.slice(0, significant), power: power + 1 }
    : { digits: rounded, power };
}

const exponentText = (power: number): string => `e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;

/** A magnitude as `1.50e+03` with `places` digits behind the point. */
export function exponential(magnitude: number, places: number): string {
  const { digits, power } = significantDigits(magnitude, places + 1);
  return `${digits.charAt(0)}${places === 0 ? '' : `.${digits.slice(1)}`}${exponentText(power)}`;
}

/**
 * A magnitude as `%g` prints it: the shorter of both notations with `precision` significant digits. `keepZeros` is the
 * flag `#`.
 */
export function general(magnitude: number, precision: number, keepZeros: boolean): string {
  const significant = Math.max(precision, 1);
  const { digits, power } = significantDigits(magnitude, significant);
  const strip = (text: string): string =>
    keepZeros ? withPoint(text) : text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  if (power < -4 || power >= significant) {
    const mantissa = digits.length === 1 ? digits : `${digits.charAt(0)}.${digits.slice(1)}`;
    return strip(mantissa) + exponentText(power);
  }
  return strip(fixed(magnitude, Math.max(0, significant - 1 - power)));
}

/**
 * A magnitude as `format` without a type prints it: with as many digits as needed, at least one of them behind the
 * point.
 */
export function shortest(magnitude: number, precision: number | null, keepZeros: boolean): string {
  if (precision === null) return keepZeros ? withPoint(formatFloat(magnitude)) : formatFloat(magnitude);
  const significant = Math.max(precision, 1);
  const { power } = significantDigits(magnitude, significant);
  // Python takes the exponent here for numbers one digit shorter than `%g` does, because ".0" takes a digit.
  if (power >= significant - 1) {
    const text = exponential(magnitude, significant - 1);
    return keepZeros ? withPoint(text) : text.replace(/(\.\d*?)0+e/, '$1e').replace('.e', 'e');
  }
  const text = general(magnitude, precision, keepZeros);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Adds a point where no digits follow, as the flag `#` asks for. */
export const withPoint = (text: string): string => (text.includes('.') ? text : text.replace(/^\d+/, '$&.'));

/** Puts a separator between groups of the digits before the point. */
export function group(digits: string, separator: string, every = 3): string {
  const [whole = '', ...rest] = digits.split(/(?=[.e%])/);
  const parts: string[] = [];
  for (let end = whole.length; end > 0; end -= every) parts.unshift(whole.slice(Math.max(0, end - every), end));
  return parts.join(separator) + rest.join('');
}
