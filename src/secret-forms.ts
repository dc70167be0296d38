// The ways in which a text may be written: as it is, percent-encoded, escaped in JSON, in base64.

/**
 * A pattern (source of a regular expression) that finds the text however it is written: each of its characters as it is, percent-encoded or
 * escaped, or the whole in base64, alone or amid other bytes (`user:password`).
 */
export function patternOf(text: string): string {
  return [spellings(text), ...base64Forms(text).map(base64Spellings)].join('|');
}

/** The usual ways of writing the whole text, for who looks for the beginning of one. */
export function beginningsOf(text: string): readonly string[] {
  return [...new Set([text, encodeURIComponent(toWellFormed(text)), JSON.stringify(text).slice(1, -1), Buffer.from(text).toString('base64')])];
}

function spellings(text: string): string {
  // Texts that are made one line have one space where there was a run of them.
  return text
    .split(/(\s+)/)
    .map((part) =>
      /^\s+$/.test(part) ? '(?:\\s|\\+|%(?:20|0[9aAdD])|\\\\+(?:[nrt]|u00(?:20|0[9aAdD])))+' : [...part].map(spellingsOfCharacter).join(''),
    )
    .join('');
}

function spellingsOfCharacter(character: string): string {
  // Nobody encodes letters and digits.
  if (/[A-Za-z0-9]/.test(character)) return character;
  const bytes = [...Buffer.from(character)].map((byte) => `%${anyCase(byte, 2)}`).join('');
  const units = Array.from({ length: character.length }, (_, index) => `\\\\+u${anyCase(character.charCodeAt(index), 4)}`).join('');
  return `(?:${literal(character)}|${bytes}|${units})`;
}

/** A backslash may have been put in front of a character, more than once where JSON holds JSON; quotes are doubled in quoted values. */
function literal(character: string): string {
  if (character === '\\') return '\\\\+';
  if (character === '"' || character === "'") return `\\\\*${character}{1,2}`;
  return character === '/' ? '\\\\*/' : escaped(character);
}

/** A number in hexadecimal digits, capital or small. */
function anyCase(value: number, digits: number): string {
  return value
    .toString(16)
    .padStart(digits, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** Characters of base64 below which a form would turn up by chance. */
const leastBase64 = 6;

/**
 * The base64 of the text alone, and of what stays the same of it when other bytes are in front and behind: three bytes make four characters, so it
 * depends on the place of the text among them.
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

/** Base64 has a second alphabet for addresses, leaves out the filling there, and may be percent-encoded itself. */
const base64Signs: Readonly<Record<string, string>> = { '+': '(?:\\+|-|%2[bB])', '/': '(?:\\\\*/|_|%2[fF])', '=': '(?:=|%3[dD])?' };
const base64Spellings = (form: string): string => [...form].map((character) => base64Signs[character] ?? character).join('');

const escaped = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Half of a pair of surrogates cannot be percent-encoded; whoever does replaces it. */
const toWellFormed = (text: string): string => Buffer.from(text).toString();
