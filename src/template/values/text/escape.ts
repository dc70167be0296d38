// HTML escaping as MarkupSafe does it, and the text operations that keep it.

import { checkSize } from '../limits.ts';
import { print } from '../print.ts';
import { AttributeObject, isText, Markup, textOf, type Value } from '../value.ts';
import { namedEntities } from './entities.ts';
import { SPACE_CLASS, trim } from './whitespace.ts';

const SPECIAL = /[&<>'"]/;
const ALL_SPECIAL = /[&<>'"]/g;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' };

/** Characters with a meaning in HTML as entities. */
export function escapeText(text: string): string {
  return SPECIAL.test(text) ? text.replace(ALL_SPECIAL, (character) => ENTITIES[character] ?? character) : text;
}

/** A value as escaped text; {@link Markup} stays as it is. */
export function escapeValue(value: Value): string {
  if (value instanceof Markup) return value.text;
  return value instanceof AttributeObject && value.isSafe ? value.print() : escapeText(print(value));
}

/** What `{{ value }}` writes. */
export const printValue = (value: Value, autoescape: boolean): string => (autoescape ? escapeValue(value) : print(value));

/** A text that is not escaped where the other one is. */
export const markupOrText = (text: string, safe: boolean): Value => (safe ? new Markup(text) : text);

/** `Markup.join` / `str.join` of values as `~` does: from the first {@link Markup} on everything counts as escaped text. */
export function concatenate(values: readonly Value[], autoescape: boolean): Value {
  const isSafe = autoescape && values.some((value) => value instanceof Markup);
  const text = values.map(isSafe ? escapeValue : print).join('');
  checkSize(text.length);
  return markupOrText(text, isSafe);
}

/** A text value; others as they print. */
export const softText = (value: Value): string | Markup => (isText(value) ? value : print(value));

const ENTITY = /&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*;?)/g;

/** Entities back as characters. */
export function unescapeText(text: string): string {
  return text.replace(ENTITY, (whole: string, body: string) => {
    if (!body.startsWith('#')) return namedEntities.get(body.replace(';', '')) ?? whole;
    const digits = body.slice(1).replace(';', '');
    const code = /^x/i.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 10);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
  });
}

const SPACES = new RegExp(`[${SPACE_CLASS}]+`, 'g');

/** Text without comments and tags, runs of spaces as one, entities as characters. */
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
