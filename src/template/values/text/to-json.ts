// The filter `tojson`: JSON as Python writes it, with sorted keys and ASCII only.
import { Float, formatFloat } from '../../../json.ts';
import { sortValues } from '../compare.ts';
import { Dict } from '../dict.ts';
import { TemplateFailure } from '../failure.ts';
import { isText, Tuple, textOf, typeName, Undefined, type Value } from '../value.ts';

const MAX_JSON_DEPTH = 200;
const NEEDS_ESCAPE = /[^ !#-[\]-~]/;
const ESCAPED = /[^ !#-[\]-~]/g;
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

/**
 * A value as JSON in one line, or in several if there is an `indent`, the text of one level. Fails for values that JSON
 * does not have.
 */
export function toPythonJson(value: Value, indent: string | null): string {
  return write(value, indent, '\n', 0);
}

function write(value: Value, indent: string | null, newline: string, depth: number): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (isText(value)) return quote(textOf(value));
  if (value instanceof Float) return formatFloat(value.value);
  if (depth > MAX_JSON_DEPTH) throw new TemplateFailure('The value nests too deeply for JSON');
  const inner = indent === null ? newline : newline + indent;
  if (value instanceof Dict) {
    const pairs = sortedPairs(value).map(
      ([key, item]) => `${quote(keyText(key))}: ${write(item, indent, inner, depth + 1)}`,
    );
    return enclose('{', '}', pairs, indent, newline);
  }
  const items = value instanceof Tuple ? value.items : value;
  if (value instanceof Undefined) value.fail();
  if (!Array.isArray(items)) throw new TemplateFailure(`A value of type ${typeName(value)} cannot be written as JSON`);
  return enclose(
    '[',
    ']',
    items.map((item: Value) => write(item, indent, inner, depth + 1)),
    indent,
    newline,
  );
}

function enclose(
  open: string,
  close: string,
  parts: readonly string[],
  indent: string | null,
  newline: string,
): string {
  if (parts.length === 0) return open + close;
  if (indent === null) return `${open}${parts.join(', ')}${close}`;
  return `${open}${newline}${indent}${parts.join(`,${newline}${indent}`)}${newline}${close}`;
}

function sortedPairs(dict: Dict): readonly (readonly [Value, Value])[] {
  return sortValues([...dict.keys()], (key) => key, false).map((key) => [key, dict.get(key) ?? null]);
}

function keyText(key: Value): string {
  if (isText(key)) return textOf(key);
  if (key === null || typeof key === 'boolean' || typeof key === 'number' || typeof key === 'bigint')
    return String(key);
  if (key instanceof Float) return formatFloat(key.value);
  throw new TemplateFailure(`A ${typeName(key)} cannot be a key in JSON`);
}

function quote(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`;
  return `"${text.replace(ESCAPED, escapeUnit)}"`;
}

/** A UTF-16 unit as JSON writes it in ASCII. */
const escapeUnit = (unit: string): string => SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
