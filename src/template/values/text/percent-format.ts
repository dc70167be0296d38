// Python's printf-style formatting, that of `'%05.2f' % value`.
import { Float } from '../../../json.ts';
import { Dict } from '../dict.ts';
import { TemplateFailure } from '../failure.ts';
import { checkSize } from '../limits.ts';
import { intOf, isNumber, type NumberValue } from '../numbers.ts';
import { print, represent } from '../print.ts';
import { type Int, isText, Tuple, typeName, Undefined, type Value } from '../value.ts';
import { formatWithSpec } from './format-spec.ts';

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([\s\S])/gu;

/** Gets the text of each `%s` and gives what is written for it: the place where markup escapes. */
type Printer = (text: string, value: Value) => string;

/** What `format % argument` gives. Fails if marks and values do not match. */
export function formatPercent(format: string, argument: Value, printer: Printer = (text) => text): string {
  const values = argument instanceof Tuple ? [...argument.items] : [argument];
  let used = 0;
  const next = (): Value => {
    const value = values[used++];
    if (value === undefined) throw new TemplateFailure('There are fewer values than "%" marks in the text');
    return value;
  };
  let named = false;
  const result = format.replace(
    DIRECTIVE,
    (
      whole: string,
      key: string | undefined,
      flags: string,
      width = '',
      precision: string | undefined,
      kind: string,
    ) => {
      if (kind === '%') return '%';
      if (key !== undefined) named = true;
      const spec = {
        flags,
        width: size(width, next),
        precision: precision === undefined ? null : size(precision, next),
        kind,
      };
      const value = key === undefined ? next() : namedValue(argument, key);
      return directive(value, spec, whole, printer);
    },
  );
  if (/%$/.test(format.replace(DIRECTIVE, '')))
    throw new TemplateFailure('The format ends in the middle of a "%" mark');
  const isContainer = argument instanceof Dict || Array.isArray(argument) || argument instanceof Undefined;
  if (!named && used < values.length && !isContainer)
    throw new TemplateFailure('There are more values than "%" marks in the text');
  return result;
}

function size(text: string, next: () => Value): number {
  const value = text === '*' ? next() : Number(text);
  if (typeof value !== 'number') throw new TemplateFailure('"*" in a format takes an integer');
  checkSize(value);
  return value;
}

function namedValue(argument: Value, key: string): Value {
  if (!(argument instanceof Dict)) throw new TemplateFailure('A format with "%(name)" needs a dictionary');
  const value = argument.get(key);
  if (value === undefined) throw new TemplateFailure(`The dictionary has no "${key}"`);
  return value;
}

interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | null;
  readonly kind: string;
}

function directive(value: Value, spec: Directive, whole: string, printer: Printer): string {
  const { kind, precision } = spec;
  if (kind === 's') return padText(cut(printer(print(value), value), precision), spec);
  if (kind === 'r' || kind === 'a') return padText(cut(printer(represent(value), represent(value)), precision), spec);
  if (kind === 'c') return padText(character(value), spec);
  if ('diu'.includes(kind)) return integer(wholeNumber(value, kind), 'd', spec);
  if ('xXo'.includes(kind)) {
    if (value instanceof Float) throw new TemplateFailure(`"%${kind}" needs an integer, not a float`);
    return integer(wholeNumber(value, kind), kind, spec);
  }
  if (!'eEfFgG'.includes(kind)) throw new TemplateFailure(`"${whole}" is not a format`);
  return numberSpec(number(value, kind), `.${precision ?? 6}${kind}`, spec);
}

const cut = (text: string, precision: number | null): string =>
  precision === null ? text : [...text].slice(0, precision).join('');

function padText(text: string, { flags, width }: Directive): string {
  const missing = ' '.repeat(Math.max(0, width - [...text].length));
  return flags.includes('-') ? text + missing : missing + text;
}

function character(value: Value): string {
  if (isText(value) && [...print(value)].length === 1) return print(value);
  if (typeof value === 'boolean') return String.fromCodePoint(Number(value));
  if (typeof value === 'number' && value >= 0 && value <= 0x10ffff) return String.fromCodePoint(value);
  throw new TemplateFailure('"%c" needs one character or its code');
}

function number(value: Value, kind: string): NumberValue {
  if (value instanceof Undefined) value.fail();
  if (!isNumber(value)) throw new TemplateFailure(`"%${kind}" needs a number, not a ${typeName(value)}`);
  return value;
}

function wholeNumber(value: Value, kind: string): Int {
  const found = number(value, kind);
  if (typeof found === 'boolean') return Number(found);
  if (!(found instanceof Float)) return found;
  if (!Number.isFinite(found.value)) throw new TemplateFailure(`"%${kind}" needs a finite number`);
  return intOf(Math.trunc(found.value));
}

function integer(value: Int, kind: string, spec: Directive): string {
  const { flags, width, precision } = spec;
  const sign = value < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const prefix = flags.includes('#') && kind !== 'd' ? `0${kind}` : '';
  const digits = formatWithSpec(value, kind)
    .replace('-', '')
    .padStart(precision ?? 0, '0');
  const zeros = flags.includes('0') && !flags.includes('-') ? width - sign.length - prefix.length : 0;
  return padText(sign + prefix + digits.padStart(zeros, '0'), spec);
}

function numberSpec(value: NumberValue, kind: string, { flags, width }: Directive): string {
  const sign = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const alternate = flags.includes('#') ? '#' : '';
  const align = flags.includes('-') ? '<' : flags.includes('0') ? '0=' : '>';
  return formatWithSpec(value, `${align}${sign}${alternate}${width === 0 ? '' : width}${kind}`);
}
