// Filters about escaping and markup: escape, safe, tojson, urlencode, urlize, xmlattr, ...
import { flagArgument, intArgument } from '../../values/arguments.ts';
import { type Bound, defineFunction } from '../../values/call.ts';
import { Dict } from '../../values/dict.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { itemsOf, iterate, listOf } from '../../values/iterate.ts';
import { checkSize } from '../../values/limits.ts';
import { print } from '../../values/print.ts';
import { escapeText, escapeValue, markupOrText, stripTags } from '../../values/text/escape.ts';
import { prettyPrint } from '../../values/text/pretty-print.ts';
import { toPythonJson } from '../../values/text/to-json.ts';
import { type Caller, isText, Markup, type TemplateFunction, textOf, typeName, Undefined, type Value } from '../../values/value.ts';
import { urlize } from './urlize.ts';

const define = (name: string, parameters: readonly string[], body: (bound: Bound, caller: Caller) => Value): [string, TemplateFunction] => [
  name,
  defineFunction(name, parameters, body),
];

const HTML_IN_JSON: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', "'": '\\u0027' };

function json([value = null, indent = null]: Bound): Value {
  const step = indent === null ? null : indentation(indent);
  return new Markup(toPythonJson(value, step).replace(/[<>&']/g, (character) => HTML_IN_JSON[character] ?? character));
}

/** One level of `tojson(indent)`: a text, or so many spaces. */
function indentation(indent: Value): string {
  if (isText(indent)) return textOf(indent);
  const width = Math.max(0, intArgument(indent, 'indent'));
  checkSize(width);
  return ' '.repeat(width);
}

/** Characters outside of `A-Za-z0-9_.-~` and `/` as `%XX` of their UTF-8 bytes. */
function quoteUrl(text: string, forQuery: boolean): string {
  // encodeURIComponent keeps these five, Python does not; it fails on lone surrogates, as Python does.
  const quoted = encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return forQuery ? quoted.replaceAll('%20', '+') : quoted.replaceAll('%2F', '/');
}

function urlEncode(value: Value): Value {
  if (isText(value) || iterate(value) === undefined) return quoteUrl(print(value), false);
  const pairs = value instanceof Dict ? [...value.pairs()] : [...itemsOf(value)].map((pair) => listOf(pair));
  return pairs
    .map(([key, item, ...more]) => {
      if (key === undefined || item === undefined || more.length > 0) throw new TemplateFailure('"urlencode" needs pairs of a key and a value');
      return `${quoteUrl(print(key), true)}=${quoteUrl(print(item), true)}`;
    })
    .join('&');
}

function xmlAttributes([value = null, autoSpace]: Bound, { autoescape }: Caller): Value {
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof Dict)) throw new TemplateFailure(`"xmlattr" needs a dictionary, not a ${typeName(value)}`);
  const attributes: string[] = [];
  for (const [key, item] of value.pairs()) {
    if (item === null || item instanceof Undefined) continue;
    if (!isText(key) || /[\t\n\v\f\r /=>]/.test(textOf(key))) throw new TemplateFailure(`"${print(key)}" cannot be the name of an attribute`);
    attributes.push(`${escapeValue(key)}="${escapeValue(item)}"`);
  }
  const text = attributes.join(' ');
  return markupOrText(flagArgument(autoSpace, true) && text !== '' ? ` ${text}` : text, autoescape);
}

const escaping = (name: string): [string, TemplateFunction] => define(name, ['value'], ([value = null]) => new Markup(escapeValue(value)));
const defaulting = (name: string): [string, TemplateFunction] =>
  define(name, ['value', 'default_value?', 'boolean?'], ([value = null, fallback = '', boolean]) =>
    value instanceof Undefined || (flagArgument(boolean, false) && !flagArgument(value, false)) ? fallback : value,
  );

export const htmlFilters: readonly (readonly [string, TemplateFunction])[] = [
  escaping('escape'),
  escaping('e'),
  defaulting('default'),
  defaulting('d'),
  define('forceescape', ['value'], ([value = null]) => new Markup(escapeText(print(value)))),
  define('safe', ['value'], ([value = null]) => new Markup(print(value))),
  define('striptags', ['value'], ([value = null]) => stripTags(print(value))),
  define('tojson', ['value', 'indent?'], json),
  define('urlencode', ['value'], ([value = null]) => urlEncode(value)),
  define('urlize', ['value', 'trim_url_limit?', 'nofollow?', 'target?', 'rel?', 'extra_schemes?'], urlize),
  define('xmlattr', ['d', 'autospace?'], xmlAttributes),
  define('pprint', ['value'], ([value = null]) => prettyPrint(value)),
];
