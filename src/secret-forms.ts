// The forms in which a text may occur in another one: as it is, percent-encoded, escaped in JSON, or in base64.

/**
 * The source of a regular expression that finds a text in all of its forms. Each character may be written as it is,
 * percent-encoded or escaped. The whole may be in base64, alone or between other bytes, as in `user:password`.
 */
export function patternOf(text: string): string {
  return [spellings(text), ...base64Forms(text).map(base64Spellings)].join('|');
}

/** The usual forms of the whole text. A text that was cut off ends with the beginning of one of them. */
export function beginningsOf(text: string): readonly string[] {
  return [
    ...new Set([
      text,
      encodeURIComponent(toWellFormed(text)),
      JSON.stringify(text).slice(1, -1),
      Buffer.from(text).toString('base64'),
    ]),
  ];
}

function spellings(text: string): string {
  // In texts that were made into one line, one space replaces a run of whitespace.
  return text
    .split(/(\s+)/)
    .map((part) =>
      /^\s+$/.test(part)
        ? '(?:\\s|\\+|%(?:20|0[9aAdD])|\\\\+(?:[nrt]|u00(?:20|0[9aAdD])))+'
        : [...part].map(spellingsOfCharacter).join(''),
    )
    .join('');
}

function spellingsOfCharacter(character: string): string {
  // Letters and digits are never encoded.
  if (/[A-Za-z0-9]/.test(character)) return character;
  const bytes = [...Buffer.from(character)].map((byte) => `%${anyCase(byte, 2)}`).join('');
  const units = Array.from(
    { length: character.length },
    (_, index) => `\\\\+u${anyCase(character.charCodeAt(index), 4)}`,
  ).join('');
  return `(?:${literal(character)}|${bytes}|${units})`;
}

/**
 * A character as it is, perhaps with backslashes before it: several if JSON holds JSON. Quotes may be doubled, as CSV
 * does.
 */
function literal(character: string): string {
  if (character === '\\') return '\\\\+';
  if (character === '"' || character === "'") return `\\\\*${character}{1,2}`;
  return character === '/' ? '\\\\*/' : escaped(character);
}

/** A pattern for a number in hexadecimal digits, capital or small. */
function anyCase(value: number, digits: number): string {
  return value
    .toString(16)
    .padStart(digits, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** A form in base64 with fewer characters would occur by chance. */
const leastBase64 = 6;

/**
 * The base64 of the text alone, and the characters of it that stay the same between other bytes. Three bytes make four
 * characters, so there is one such form for each place that the text can have among three bytes.
 */
function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const amid = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const bits = (before + bytes.length) * 8;
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(bits / 6));
  });
  return [bytes.toString('base64'), ...amid].filter((form) => form.length >= leastBase64);
}

/** The variants of base64: its alphabet for addresses, without the filling at the end, and percent-encoded. */
const base64Signs: Readonly<Record<string, string>> = {
  '+': '(?:\\+|-|%2[bB])',
  '/': '(?:\\\\*/|_|%2[fF])',
  '=': '(?:=|%3[dD])?',
};
const base64Spellings = (form: string): string =>
  [...form].map((character) => base64Signs[character] ?? character).join('');

const escaped = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** The text with U+FFFD in place of halves of surrogate pairs, which cannot be percent-encoded. */
const toWellFormed = (text: string): string => Buffer.from(text).toString();
