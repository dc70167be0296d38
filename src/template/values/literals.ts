// Python's string literals: resolves their escapes, and prints a text as one.
import { TemplateFailure } from './failure.ts';

const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g;
const SIMPLE: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The text that the inside of a literal stands for. Unknown escapes stay as they are; broken ones fail. */
export function unescapeLiteral(inside: string): string {
  if (!inside.includes('\\')) return inside;
  return inside.replace(
    ESCAPE,
    (whole: string, octal?: string, hex2?: string, hex4?: string, hex8?: string, other?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      const hex = hex2 ?? hex4 ?? hex8;
      if (hex !== undefined) {
        const code = Number.parseInt(hex, 16);
        if (code > 0x10ffff) throw new TemplateFailure(`"${whole}" is not a character`);
        return String.fromCodePoint(code);
      }
      if (other === 'x' || other === 'u' || other === 'U')
        throw new TemplateFailure(`The escape "${whole}" lacks hexadecimal digits`);
      if (other === 'N')
        throw new TemplateFailure('Characters by name ("\\N{...}") are not supported; write "\\u...."');
      return SIMPLE[other ?? ''] ?? whole;
    },
  );
}

/** A character that the quick way cannot print: a quote, a backslash, or one outside of printable ASCII. */
const NEEDS_CARE = /[^\x20-\x26\x28-\x5b\x5d-\x7e]/;
/** The categories of characters that Python calls not printable. It makes an exception for the space. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}]/u;
const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text as a literal, as Python's `repr` prints it. */
export function quoteLiteral(text: string): string {
  if (!NEEDS_CARE.test(text)) return `'${text}'`;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let quoted = quote;
  for (const character of text) {
    if (character === quote) quoted += `\\${character}`;
    else
      quoted +=
        SHORT[character] ??
        (character !== ' ' && UNPRINTABLE.test(character) ? hexEscape(character.codePointAt(0) ?? 0) : character);
  }
  return quoted + quote;
}

function hexEscape(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
