// Filters about texts: case, replacement, layout.
import { flagArgument, intArgument, textArgument } from '../../values/arguments.ts';
import { type BoundArguments, functionEntry } from '../../values/call.ts';
import { lengthOf } from '../../values/compare.ts';
import { Dict } from '../../values/dict.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { slice } from '../../values/iterate.ts';
import { checkSize } from '../../values/limits.ts';
import { print } from '../../values/print.ts';
import { capitalize } from '../../values/text/characters.ts';
import { escapeValue, softText } from '../../values/text/escape.ts';
import { formatPercent } from '../../values/text/percent-format.ts';
import { replace, splitLines, splitRight, strip } from '../../values/text/search.ts';
import { SPACE_CLASS } from '../../values/text/whitespace.ts';
import { wrapText } from '../../values/text/wrap.ts';
import {
  type Arguments,
  type Caller,
  isText,
  Markup,
  type TemplateFunction,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from '../../values/value.ts';
import { pad } from '../methods/text.ts';
import { binary } from '../operators.ts';

/** The text of a value after a change. Markup stays markup. */
function mapText(value: Value, change: (text: string) => string): Value {
  const text = softText(value);
  return text instanceof Markup ? new Markup(change(text.text)) : change(text);
}

const WORD_BEGINNINGS = new RegExp(`([-${SPACE_CLASS}({\\[<]+)`);

const title = (value: Value): Value =>
  textOf(softText(value))
    .split(WORD_BEGINNINGS)
    .map((word) => {
      const [first = '', ...rest] = word;
      return first.toUpperCase() + rest.join('').toLowerCase();
    })
    .join('');

function replaceIn(
  [value = null, old = null, replacement = null, count = null]: BoundArguments,
  { autoescape }: Caller,
): Value {
  const limit = count === null ? -1 : intArgument(count, 'count');
  if (!autoescape) return replace(print(value), print(old), print(replacement), limit);
  const safe = value instanceof Markup || old instanceof Markup || replacement instanceof Markup;
  if (!safe) return replace(print(value), print(old), print(replacement), limit);
  return new Markup(replace(escapeValue(value), print(old), escapeValue(replacement), limit));
}

function truncate([value = null, length, killWords, end = '...', leeway = null]: BoundArguments): Value {
  const limit = intArgument(length, 'length', 255);
  const ending = textArgument(end, 'end');
  const spare = leeway === null ? 5 : intArgument(leeway, 'leeway');
  if (limit < lengthOf(end) || spare < 0)
    throw new TemplateFailure(`"truncate" cannot cut to ${limit} characters with the ending "${ending}"`);
  if (lengthOf(value) <= limit + spare) return value;
  const start = slice(value, { start: null, stop: limit - lengthOf(end), step: null });
  if (start === undefined || !isText(start))
    throw new TemplateFailure(`"truncate" needs a text, not a ${typeName(value)}`);
  const kept = flagArgument(killWords, false) ? textOf(start) : (splitRight(textOf(start), ' ', 1)[0] ?? '');
  return binary('+', start instanceof Markup ? new Markup(kept) : kept, end);
}

function indent([value = null, width = 4, first, blank]: BoundArguments): Value {
  if (value instanceof Undefined) value.fail();
  if (!isText(value)) throw new TemplateFailure(`"indent" needs a text, not a ${typeName(value)}`);
  const step = isText(width) ? textOf(width) : ' '.repeat(Math.max(0, checkedWidth(width)));
  const lines = splitLines(`${textOf(value)}\n`, false);
  const indentBlank = flagArgument(blank, false);
  const indented = lines.map((line, index) => (index > 0 && (indentBlank || line !== '') ? step + line : line));
  const text = (flagArgument(first, false) ? step : '') + indented.join('\n');
  return value instanceof Markup ? new Markup(text) : text;
}

function checkedWidth(width: Value): number {
  const number = intArgument(width, 'width');
  checkSize(number);
  return number;
}

function wordWrap([value = null, width, breakLong, separator = null, breakHyphens]: BoundArguments): Value {
  const newline = separator === null ? '\n' : textArgument(separator, 'wrapstring');
  const options = {
    width: intArgument(width, 'width', 79),
    breakLongWords: flagArgument(breakLong, true),
    breakOnHyphens: flagArgument(breakHyphens, true),
  };
  return splitLines(textArgument(value, 's'), false)
    .map((line) => wrapText(line, options).join(newline))
    .join(newline);
}

function format({ positional: [value = null, ...args], named }: Arguments): Value {
  if (args.length > 0 && named.size > 0)
    throw new TemplateFailure('"format" takes positional or named arguments, not both');
  const values = named.size > 0 ? Dict.of(named) : new Tuple(args);
  const text = softText(value);
  return text instanceof Markup ? binary('%', text, values) : formatPercent(text, values);
}

const trimChars = (value: Value | undefined): string | null =>
  value === undefined || value === null ? null : textArgument(value, 'chars');

/** The filters of this file by name. */
export const textFilters: readonly (readonly [string, TemplateFunction])[] = [
  functionEntry('upper', ['s'], ([value = null]) => mapText(value, (text) => text.toUpperCase())),
  functionEntry('lower', ['s'], ([value = null]) => mapText(value, (text) => text.toLowerCase())),
  functionEntry('capitalize', ['s'], ([value = null]) => mapText(value, capitalize)),
  functionEntry('title', ['s'], ([value = null]) => title(value)),
  functionEntry('trim', ['value', 'chars?'], ([value = null, characters]) =>
    mapText(value, (text) => strip(text, trimChars(characters), 'both')),
  ),
  functionEntry('center', ['value', 'width?'], ([value = null, width]) =>
    mapText(value, (text) => pad(text, intArgument(width, 'width', 80), 'center', ' ')),
  ),
  functionEntry('replace', ['s', 'old', 'new', 'count?'], replaceIn),
  functionEntry('truncate', ['s', 'length?', 'killwords?', 'end?', 'leeway?'], truncate),
  functionEntry('indent', ['s', 'width?', 'first?', 'blank?'], indent),
  functionEntry('wordcount', ['s'], ([value = null]) => textOf(softText(value)).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  functionEntry('wordwrap', ['s', 'width?', 'break_long_words?', 'wrapstring?', 'break_on_hyphens?'], wordWrap),
  functionEntry('string', ['object'], ([value = null]) => softText(value)),
  ['format', format],
];
