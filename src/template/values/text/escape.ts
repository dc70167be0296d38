// HTML escaping as MarkupSafe does it, and operations on texts that respect it.

import { checkSize } from '../limits.ts';
import { print } from '../print.ts';
import { AttributeObject, isText, Markup, textOf, type Value } from '../value.ts';
import { namedEntities } from './entities.ts';
import { SPACE_CLASS, trim } from './whitespace.ts';

const SPECIAL = /[&<>'"]/;
const ALL_SPECIAL = /[&<>'"]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};

/** A text with the characters that mean something in HTML as entities. */
export function escapeText(text: string): string {
  return SPECIAL.test(text) ? text.replace(ALL_SPECIAL, (character) => ENTITIES[character] ?? character) : text;
}

/** A value as escaped text; {@link Markup} stays as it is. */
export function escapeValue(value: Value): string {
  if (value instanceof Markup) return value.text;
  return value instanceof AttributeObject && value.isSafe ? value.print() : escapeText(print(value));
}

/** The text that `{{ value }}` writes. */
export const printValue = (value: Value, autoescape: boolean): string =>
  autoescape ? escapeValue(value) : print(value);

/** A text as {@link Markup} if it is safe, that is HTML already; otherwise as it is. */
export const markupOrText = (text: string, safe: boolean): Value => (safe ? new Markup(text) : text);

/**
 * What `~` gives for values. If one of them is {@link Markup} and escaping is on, the others are escaped and the result
 * is markup.
 */
export function concatenate(values: readonly Value[], autoescape: boolean): Value {
  const isSafe = autoescape && values.some((value) => value instanceof Markup);
  const text = values.map(isSafe ? escapeValue : print).join('');
  checkSize(text.length);
  return markupOrText(text, isSafe);
}

/** A text as it is; another value as the text that it prints. */
export const softText = (value: Value): string | Markup => (isText(value) ? value : print(value));

const ENTITY = /&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*;?)/g;

/** A text with entities turned back into characters. */
export function unescapeText(text: string): string {
  return text.replace(ENTITY, (whole: string, body: string) => {
    if (!body.startsWith('#')) return namedEntities.get(body.replace(';', '')) ?? whole;
    const digits = body.slice(1).replace(';', '');
    const code = /^x/i.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 10);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
  });
}

const SPACES = new RegExp(`[${SPACE_CLASS}]+`, 'g');

/**
 * A text without comments and tags, with one space for each run of whitespace and with entities turned back into
 * characters.
 */
export function stripTags(value: string | Markup): string {
  const text = withoutSpans(withoutSpans(textOf(value), '<!--', '-->'), '<', '>');
  return unescapeText(trim(text.replace(SPACES, ' ')));
}

function withoutSpans(text: string, open: string, close: string): string {
  let kept = '';
  let position = 0;
  for (;;) {
    const start = text.indexOf(open, position);
    const end = start < 0 ? -1 : text.indexOf(close, start);
    if (end < 0) return kept + text.slice(position);
    kept += text.slice(position, start);
    position = end + close.length;
  }
}
