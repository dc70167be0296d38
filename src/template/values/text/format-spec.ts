// Python's format language, that of `'{:>8.2f}'.format(value)`.
import { Float } from '../../../json.ts';
import { codePointLength } from '../compare.ts';
import { TemplateFailure } from '../failure.ts';
import { checkSize } from '../limits.ts';
import { floatOf, isNumber, type NumberValue } from '../numbers.ts';
import { print } from '../print.ts';
import { type Int, isText, textOf, typeName, type Value } from '../value.ts';
import { exponential, fixed, general, group, MAX_DIGITS, shortest, withPoint } from './number-format.ts';

interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | null;
  readonly type: string;
}

const SPEC = /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

/** A value in the form that `spec` asks for. Fails if the form does not suit the type of the value. */
export function formatWithSpec(value: Value, spec: string): string {
  if (spec === '') return print(value);
  if (isText(value)) return formatText(textOf(value), parseSpec(spec, '<'));
  if (isNumber(value)) return formatNumber(value, parseSpec(spec, '>'));
  throw new TemplateFailure(`A ${typeName(value)} cannot be formatted with "${spec}"`);
}

function parseSpec(text: string, defaultAlign: string): Spec {
  const match = SPEC.exec(text);
  if (match === null) throw new TemplateFailure(`"${text}" is not a format`);
  const [, fill, align, sign = '', , alternate, zero, width = '0', grouping = '', precision, type = ''] = match;
  const digits = precision === undefined ? null : Number(precision);
  if (digits !== null && digits > MAX_DIGITS)
    throw new TemplateFailure(`The format "${text}" asks for too many digits`);
  checkSize(Number(width));
  return {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (zero === undefined || defaultAlign === '<' ? defaultAlign : '='),
    sign,
    alternate: alternate !== undefined,
    width: Number(width),
    grouping,
    precision: digits,
    type,
  };
}

/** Pads a number. With the alignment `=` the padding stands between sign and digits. */
function pad(sign: string, body: string, spec: Spec): string {
  const missing = Math.max(0, spec.width - codePointLength(sign + body));
  if (spec.align === '=') return sign + spec.fill.repeat(missing) + body;
  const left = spec.align === '>' ? missing : spec.align === '^' ? Math.floor(missing / 2) : 0;
  return spec.fill.repeat(left) + sign + body + spec.fill.repeat(missing - left);
}

function formatText(text: string, spec: Spec): string {
  if (spec.type !== '' && spec.type !== 's') throw unknownType(spec, 'str');
  if (spec.align === '=' || spec.sign !== '' || spec.grouping !== '' || spec.alternate)
    throw new TemplateFailure('This format is for numbers, not for text');
  return pad('', spec.precision === null ? text : [...text].slice(0, spec.precision).join(''), spec);
}

const unknownType = (spec: Spec, type: string): TemplateFailure =>
  new TemplateFailure(`The format "${spec.type}" is not for a ${type}`);

function formatNumber(value: NumberValue, spec: Spec): string {
  if (spec.grouping !== '' && spec.type === 'n') throw new TemplateFailure(`"${spec.grouping}" does not go with "n"`);
  if (value instanceof Float || (spec.type !== '' && 'eEfFgG%'.includes(spec.type)))
    return formatFloating(floatOf(value), spec);
  const integer = typeof value === 'boolean' ? Number(value) : value;
  if (spec.type === 's') throw unknownType(spec, 'int');
  if (spec.precision !== null) throw new TemplateFailure('A precision is for floats and text, not for integers');
  if (spec.type === 'c') return formatCharacter(Number(integer), spec);
  return formatInteger(integer, spec);
}

function formatCharacter(code: number, spec: Spec): string {
  if (spec.sign !== '' || spec.alternate || spec.grouping !== '')
    throw new TemplateFailure('A character takes no sign, "#" or separator');
  if (code < 0 || code > 0x10ffff) throw new TemplateFailure(`${code} is not the code of a character`);
  return pad('', String.fromCodePoint(code), spec.align === '>' ? { ...spec, align: '<' } : spec);
}

const RADIX: Readonly<Record<string, number>> = { '': 10, d: 10, n: 10, b: 2, o: 8, x: 16, X: 16 };

function formatInteger(value: Int, spec: Spec): string {
  const radix = RADIX[spec.type];
  if (radix === undefined) throw unknownType(spec, 'int');
  if (spec.grouping === ',' && radix !== 10) throw new TemplateFailure(`"," does not go with "${spec.type}"`);
  const digits = value.toString(radix).replace('-', '');
  const prefix = spec.alternate && radix !== 10 ? `0${spec.type}` : '';
  const grouped =
    spec.grouping === ''
      ? digits
      : groupPadded(digits, spec, (value < 0 ? 1 : 0) + prefix.length, radix === 10 ? 3 : 4);
  const body = spec.type === 'X' ? grouped.toUpperCase() : grouped;
  return pad(signOf(value < 0, spec) + prefix, body, spec);
}

const signOf = (negative: boolean, spec: Spec): string =>
  negative ? '-' : spec.sign === '+' || spec.sign === ' ' ? spec.sign : '';

/** The digits in groups. Zeros that fill up the width become part of the groups. */
function groupPadded(digits: string, spec: Spec, taken: number, every: number): string {
  let padded = digits;
  let grouped = group(padded, spec.grouping, every);
  const zeroPadded = spec.fill === '0' && spec.align === '=';
  while (zeroPadded && grouped.length + taken < spec.width) {
    padded = `0${padded}`;
    grouped = group(padded, spec.grouping, every);
  }
  return grouped;
}

function formatFloating(value: number, spec: Spec): string {
  const negative = value < 0 || Object.is(value, -0);
  const magnitude = Math.abs(value);
  let body: string;
  if (Number.isFinite(value)) {
    body = floatDigits(magnitude, spec);
    if (spec.grouping !== '') body = groupPadded(body, spec, negative ? 1 : 0, 3);
  } else body = (Number.isNaN(value) ? 'nan' : 'inf') + (spec.type === '%' ? '%' : '');
  return pad(signOf(negative, spec), 'EFG'.includes(spec.type) && spec.type !== '' ? body.toUpperCase() : body, spec);
}

function floatDigits(magnitude: number, spec: Spec): string {
  const precision = spec.precision ?? 6;
  const pointed = (text: string): string => (spec.alternate ? withPoint(text) : text);
  switch (spec.type) {
    case '':
      return shortest(magnitude, spec.precision, spec.alternate);
    case 'f':
    case 'F':
      return pointed(fixed(magnitude, precision));
    case 'e':
    case 'E':
      return pointed(exponential(magnitude, precision));
    case 'g':
    case 'G':
    case 'n':
      return general(magnitude, precision, spec.alternate);
    case '%':
      return `${pointed(fixed(magnitude * 100, precision))}%`;
  }
  throw unknownType(spec, 'float');
}
