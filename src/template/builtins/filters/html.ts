// Filters about escaping and HTML: escape, safe, tojson, urlencode, urlize, xmlattr, …
import { flagArgument, intArgument } from '../../values/arguments.ts';
import { type BoundArguments, functionEntry } from '../../values/call.ts';
import { Dict } from '../../values/dict.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { itemsOf, iterate, listOf } from '../../values/iterate.ts';
import { checkSize } from '../../values/limits.ts';
import { print } from '../../values/print.ts';
import { escapeText, escapeValue, markupOrText, stripTags } from '../../values/text/escape.ts';
import { prettyPrint } from '../../values/text/pretty-print.ts';
import { toPythonJson } from '../../values/text/to-json.ts';
import {
  type Caller,
  isText,
  Markup,
  type TemplateFunction,
  textOf,
  typeName,
  Undefined,
  type Value,
} from '../../values/value.ts';
import { urlize } from './urlize.ts';

const HTML_IN_JSON: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  "'": '\\u0027',
};

function json([value = null, indent = null]: BoundArguments): Value {
  const step = indent === null ? null : indentation(indent);
  return new Markup(toPythonJson(value, step).replace(/[<>&']/g, (character) => HTML_IN_JSON[character] ?? character));
}

/** The text of one level of `tojson(indent)`: a text as it is, or as many spaces as a number says. */
function indentation(indent: Value): string {
  if (isText(indent)) return textOf(indent);
  const width = Math.max(0, intArgument(indent, 'indent'));
  checkSize(width);
  return ' '.repeat(width);
}

/**
 * A text with all characters as `%XX` of their UTF-8 bytes, except for `A-Za-z0-9_.-~` and, outside of queries, `/`.
 */
function quoteUrl(text: string, forQuery: boolean): string {
  // Python encodes these five characters, too. Both fail on lone surrogates.
  const quoted = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return forQuery ? quoted.replaceAll('%20', '+') : quoted.replaceAll('%2F', '/');
}

function urlEncode(value: Value): Value {
  if (isText(value) || iterate(value) === undefined) return quoteUrl(print(value), false);
  const pairs = value instanceof Dict ? [...value.pairs()] : [...itemsOf(value)].map((pair) => listOf(pair));
  return pairs
    .map(([key, item, ...more]) => {
      if (key === undefined || item === undefined || more.length > 0)
        throw new TemplateFailure('"urlencode" needs pairs of a key and a value');
      return `${quoteUrl(print(key), true)}=${quoteUrl(print(item), true)}`;
    })
    .join('&');
}

function xmlAttributes([value = null, autoSpace]: BoundArguments, { autoescape }: Caller): Value {
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof Dict)) throw new TemplateFailure(`"xmlattr" needs a dictionary, not a ${typeName(value)}`);
  const attributes: string[] = [];
  for (const [key, item] of value.pairs()) {
    if (item === null || item instanceof Undefined) continue;
    if (!isText(key) || /[\t\n\v\f\r /=>]/.test(textOf(key)))
      throw new TemplateFailure(`"${print(key)}" cannot be the name of an attribute`);
    attributes.push(`${escapeValue(key)}="${escapeValue(item)}"`);
  }
  const text = attributes.join(' ');
  return markupOrText(flagArgument(autoSpace, true) && text !== '' ? ` ${text}` : text, autoescape);
}

const escaping = (name: string): [string, TemplateFunction] =>
  functionEntry(name, ['value'], ([value = null]) => new Markup(escapeValue(value)));
const defaulting = (name: string): [string, TemplateFunction] =>
  functionEntry(name, ['value', 'default_value?', 'boolean?'], ([value = null, fallback = '', boolean]) =>
    value instanceof Undefined || (flagArgument(boolean, false) && !flagArgument(value, false)) ? fallback : value,
  );

/** The filters of this file by name. */
export const htmlFilters: readonly (readonly [string, TemplateFunction])[] = [
  escaping('escape'),
  escaping('e'),
  defaulting('default'),
  defaulting('d'),
  functionEntry('forceescape', ['value'], ([value = null]) => new Markup(escapeText(print(value)))),
  functionEntry('safe', ['value'], ([value = null]) => new Markup(print(value))),
  functionEntry('striptags', ['value'], ([value = null]) => stripTags(print(value))),
  functionEntry('tojson', ['value', 'indent?'], json),
  functionEntry('urlencode', ['value'], ([value = null]) => urlEncode(value)),
  functionEntry('urlize', ['value', 'trim_url_limit?', 'nofollow?', 'target?', 'rel?', 'extra_schemes?'], urlize),
  functionEntry('xmlattr', ['d', 'autospace?'], xmlAttributes),
  functionEntry('pprint', ['value'], ([value = null]) => prettyPrint(value)),
];
