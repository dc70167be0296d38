// Reads texts as numbers by the rules of Python's `int()` and `float()`.
import { normalInt } from '../numbers.ts';
import type { Int } from '../value.ts';
import { trim } from './whitespace.ts';

const PREFIXES: Readonly<Record<string, number>> = { '0b': 2, '0o': 8, '0x': 16 };

/** What `int(text, base)` gives, or `undefined` where Python fails. */
export function parseInteger(text: string, base: number): Int | undefined {
  const match = /^([-+]?)(0[bBoOxX]_?)?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)$/.exec(trim(text));
  if (match === null || base === 1 || base < 0 || base > 36) return undefined;
  const [, sign, prefix, body = ''] = match;
  const prefixBase = prefix === undefined ? undefined : PREFIXES[prefix.slice(0, 2).toLowerCase()];
  const usesPrefix = prefixBase !== undefined && (base === 0 || base === prefixBase);
  const digits = (usesPrefix ? body : `${prefix ?? ''}${body}`).replaceAll('_', '').toLowerCase();
  const radix = base === 0 ? (usesPrefix ? prefixBase : 10) : base;
  if (base === 0 && !usesPrefix && /^0+[1-9]/.test(digits)) return undefined;
  let value = 0n;
  if (radix === 10) {
    if (!/^[0-9]+$/.test(digits) || digits.length > 4300) return undefined;
    value = BigInt(digits);
  } else {
    for (const digit of digits) {
      const number = Number.parseInt(digit, 36);
      if (number >= radix) return undefined;
      value = value * BigInt(radix) + BigInt(number);
    }
  }
  return normalInt(sign === '-' ? -value : value);
}

/** What `float(text)` gives, or `undefined` where Python fails. */
export function parseFloatText(text: string): number | undefined {
  const trimmed = trim(text);
  const word = /^([-+]?)(inf|infinity|nan)$/i.exec(trimmed);
  if (word !== null) {
    const value = /^n/i.test(word[2] ?? '') ? Number.NaN : Number.POSITIVE_INFINITY;
    return word[1] === '-' ? -value : value;
  }
  if (!/^[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+(?:_\d+)*)?$/.test(trimmed))
    return undefined;
  return Number(trimmed.replaceAll('_', ''));
}
