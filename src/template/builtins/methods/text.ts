// The methods of texts. Markup stays markup and escapes what is put into it.
import { flagArgument, intArgument, textArgument } from '../../values/arguments.ts';
import type { BoundArguments } from '../../values/call.ts';
import { codePointLength } from '../../values/compare.ts';
import { Dict } from '../../values/dict.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { itemsOf, searchBounds } from '../../values/iterate.ts';
import { checkSize } from '../../values/limits.ts';
import {
  capitalize,
  characterClasses,
  charactersOf,
  isLower,
  isTitle,
  isUpper,
  substring,
  swapCase,
  titleCase,
} from '../../values/text/characters.ts';
import { escapeText, escapeValue, stripTags, unescapeText } from '../../values/text/escape.ts';
import { type FieldPrinter, formatFields } from '../../values/text/format-fields.ts';
import { expandTabs, replace, split, splitLines, splitRight, strip } from '../../values/text/search.ts';
import { isSpace } from '../../values/text/whitespace.ts';
import { type Arguments, isText, Markup, Tuple, textOf, typeName, type Value } from '../../values/value.ts';
import { type Method, method } from './method.ts';

function self(value: Value): string | Markup {
  if (isText(value)) return value;
  throw new TemplateFailure('This method needs a text');
}

/** A method whose result does not depend on whether the text is markup. */
const plain = (
  name: string,
  parameters: readonly string[],
  body: (text: string, bound: BoundArguments) => Value,
): [string, Method] => method(name, self, parameters, (value, bound) => body(textOf(value), bound));

/** A method that makes one text of the text. That of markup is markup. */
const same = (
  name: string,
  parameters: readonly string[],
  body: (text: string, bound: BoundArguments, safe: boolean) => string,
): [string, Method] =>
  method(name, self, parameters, (value, bound) => like(value, body(textOf(value), bound, value instanceof Markup)));

/** A method that makes several texts of the text. Those of markup are markup. */
const several = (
  name: string,
  parameters: readonly string[],
  body: (text: string, bound: BoundArguments) => readonly string[],
): [string, Method] =>
  method(name, self, parameters, (value, bound) => body(textOf(value), bound).map((part) => like(value, part)));

const like = (model: Value, text: string): Value => (model instanceof Markup ? new Markup(text) : text);

const separatorOf = (value: Value | undefined): string | null =>
  value === undefined || value === null ? null : textArgument(value, 'sep');

/** An argument that becomes part of the text. It is escaped if the text is markup. */
function inserted(value: Value | undefined, name: string, safe: boolean, missing?: string): string {
  const text = textArgument(value, name, missing);
  return safe && !(value instanceof Markup) ? escapeText(text) : text;
}

type Side = 'left' | 'right' | 'center';

/** A text filled up to a width in characters. `side` is where the text stands. */
export function pad(text: string, width: number, side: Side, fill: string): string {
  const missing = Math.max(0, width - codePointLength(text));
  checkSize(missing);
  const left = side === 'left' ? 0 : side === 'right' ? missing : Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

const padding = (name: string, side: Side): [string, Method] =>
  same(name, ['width', 'fillchar?'], (text, [width, fill], safe) => {
    const filler = inserted(fill, 'fillchar', safe, ' ');
    if (!safe && codePointLength(filler) !== 1)
      throw new TemplateFailure('The character that fills must be exactly one');
    return pad(text, intArgument(width, 'width'), side, filler);
  });

const stripping = (name: string, ends: 'both' | 'start' | 'end'): [string, Method] =>
  same(name, ['chars?'], (text, [characters]) => strip(text, separatorOf(characters), ends));

/** The part of a text in which a method searches, and where it begins. Positions count characters. */
function searched(
  text: string,
  start: Value,
  end: Value,
): { readonly part: string; readonly offset: number } | undefined {
  const bounds = searchBounds(codePointLength(text), start, end);
  return bounds === undefined ? undefined : { part: substring(text, bounds.start, bounds.stop), offset: bounds.start };
}

function search(text: string, [sub, start = null, end = null]: BoundArguments, last: boolean): number {
  const wanted = textArgument(sub, 'sub');
  const place = searched(text, start, end);
  if (place === undefined) return -1;
  const found = last ? place.part.lastIndexOf(wanted) : place.part.indexOf(wanted);
  return found < 0 ? -1 : place.offset + codePointLength(place.part.slice(0, found));
}

const finding = (name: string, last: boolean, fails: boolean): [string, Method] =>
  plain(name, ['sub', 'start?', 'end?'], (text, bound) => {
    const found = search(text, bound, last);
    if (found < 0 && fails) throw new TemplateFailure('The text to find is not in the text');
    return found;
  });

const fixing = (name: string, matches: (text: string, affix: string) => boolean): [string, Method] =>
  plain(name, ['affix', 'start?', 'end?'], (text, [affix = null, start = null, end = null]) => {
    const place = searched(text, start, end);
    const affixes = affix instanceof Tuple ? affix.items : [affix];
    return affixes
      .map((item) => textArgument(item, 'affix'))
      .some((item) => place !== undefined && matches(place.part, item));
  });

function count(text: string, [sub, start = null, end = null]: BoundArguments): number {
  const wanted = textArgument(sub, 'sub');
  const place = searched(text, start, end);
  if (place === undefined) return 0;
  return wanted === '' ? codePointLength(place.part) + 1 : place.part.split(wanted).length - 1;
}

function partition(value: string | Markup, separator: Value | undefined, last: boolean): Value {
  const text = textOf(value);
  const wanted = textArgument(separator, 'sep');
  if (wanted === '') throw new TemplateFailure('An empty text cannot separate');
  const at = last ? text.lastIndexOf(wanted) : text.indexOf(wanted);
  const parts =
    at >= 0 ? [text.slice(0, at), wanted, text.slice(at + wanted.length)] : last ? ['', '', text] : [text, '', ''];
  return new Tuple(parts.map((part) => like(value, part)));
}

function join(value: string | Markup, items: Value): Value {
  const texts = [...itemsOf(items)].map((item, index) => {
    if (value instanceof Markup) return escapeValue(item);
    if (isText(item)) return textOf(item);
    throw new TemplateFailure(
      `Only texts can be joined; item ${index} is a ${typeName(item)}`,
      'Use the filter: "|join".',
    );
  });
  return like(value, texts.join(textOf(value)));
}

const escapeField: FieldPrinter = (text, value) => (value instanceof Markup ? text : escapeText(text));

function format(value: string | Markup, args: Arguments): Value {
  return value instanceof Markup ? new Markup(formatFields(value.text, args, escapeField)) : formatFields(value, args);
}

function zeroFill(text: string, width: number): string {
  const sign = /^[-+]/.exec(text)?.[0] ?? '';
  return sign + pad(text.slice(sign.length), width - sign.length, 'right', '0');
}

const limitOf = (value: Value | undefined): number => intArgument(value, 'maxsplit', -1);

/** The methods of texts by name. */
export const textMethods: ReadonlyMap<string, Method> = new Map([
  same('upper', [], (text) => text.toUpperCase()),
  same('lower', [], (text) => text.toLowerCase()),
  same('casefold', [], (text) => text.replaceAll('ß', 'ss').toLowerCase()),
  same('title', [], titleCase),
  same('capitalize', [], capitalize),
  same('swapcase', [], swapCase),
  stripping('strip', 'both'),
  stripping('lstrip', 'start'),
  stripping('rstrip', 'end'),
  padding('ljust', 'left'),
  padding('rjust', 'right'),
  padding('center', 'center'),
  same('zfill', ['width'], (text, [width]) => zeroFill(text, intArgument(width, 'width'))),
  same('expandtabs', ['tabsize?'], (text, [size]) => expandTabs(text, intArgument(size, 'tabsize', 8))),
  same('replace', ['old', 'new', 'count?'], (text, [old, replacement, limit], safe) =>
    replace(text, textArgument(old, 'old'), inserted(replacement, 'new', safe), intArgument(limit, 'count', -1)),
  ),
  same('removeprefix', ['prefix'], (text, [prefix]) => {
    const wanted = textArgument(prefix, 'prefix');
    return text.startsWith(wanted) ? text.slice(wanted.length) : text;
  }),
  same('removesuffix', ['suffix'], (text, [suffix]) => {
    const wanted = textArgument(suffix, 'suffix');
    return wanted !== '' && text.endsWith(wanted) ? text.slice(0, -wanted.length) : text;
  }),
  several('split', ['sep?', 'maxsplit?'], (text, [separator, limit]) =>
    split(text, separatorOf(separator), limitOf(limit)),
  ),
  several('rsplit', ['sep?', 'maxsplit?'], (text, [separator, limit]) =>
    splitRight(text, separatorOf(separator), limitOf(limit)),
  ),
  several('splitlines', ['keepends?'], (text, [keepEnds]) => splitLines(text, flagArgument(keepEnds, false))),
  method('partition', self, ['sep'], (value, [separator]) => partition(value, separator, false)),
  method('rpartition', self, ['sep'], (value, [separator]) => partition(value, separator, true)),
  method('join', self, ['iterable'], (value, [items = null]) => join(value, items)),
  finding('find', false, false),
  finding('rfind', true, false),
  finding('index', false, true),
  finding('rindex', true, true),
  fixing('startswith', (text, affix) => text.startsWith(affix)),
  fixing('endswith', (text, affix) => text.endsWith(affix)),
  plain('count', ['sub', 'start?', 'end?'], count),
  ['format', (value, args) => format(self(value), args)],
  method('format_map', self, ['mapping'], (value, [mapping]) =>
    format(value, { positional: [], named: namesOf(mapping) }),
  ),
  ...Object.entries(characterClasses).map(([name, expression]) => plain(name, [], (text) => expression.test(text))),
  plain('isspace', [], isSpace),
  plain('islower', [], isLower),
  plain('isupper', [], isUpper),
  plain('istitle', [], isTitle),
  plain('isascii', [], (text) => /^[\0-\x7f]*$/.test(text)),
  plain('isidentifier', [], (text) => /^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(text)),
  plain('isprintable', [], (text) =>
    charactersOf(text).every((character) => character === ' ' || !/[\p{C}\p{Z}]/u.test(character)),
  ),
]);

/** The methods of markup by name. */
export const markupMethods: ReadonlyMap<string, Method> = new Map([
  ...textMethods,
  plain('striptags', [], stripTags),
  plain('unescape', [], unescapeText),
]);

function namesOf(mapping: Value | undefined): ReadonlyMap<string, Value> {
  if (!(mapping instanceof Dict)) throw new TemplateFailure('"format_map" needs a dictionary');
  return new Map([...mapping.pairs()].map(([key, value]) => [isText(key) ? textOf(key) : '', value]));
}
