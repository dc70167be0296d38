// Cuts a template into tokens by the rules of Jinja2 3.1 for whitespace control, `raw` and numbers.
import { Float } from '../../json.ts';
import { TemplateFailure } from '../values/failure.ts';
import { unescapeLiteral } from '../values/literals.ts';
import { normalInt } from '../values/numbers.ts';
import { SPACE_CLASS, trimEnd } from '../values/text/whitespace.ts';
import type { NormalizedSource } from './source.ts';

/** The kinds of tokens. `data` is text outside of tags; the others stand inside of them, except for `end`. */
export type TokenType =
  | 'data'
  | 'variable-begin'
  | 'variable-end'
  | 'block-begin'
  | 'block-end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'end';

/** A piece of a template. */
export interface Token {
  readonly type: TokenType;
  /** The text of the token; for a string the text that it stands for. */
  readonly value: string;
  /** The value of an integer or float; `null` for others. */
  readonly number: number | bigint | Float | null;
  /** Offset in the normalized text. */
  readonly at: number;
}

const OPENING = /\{([{%#])([-+]?)/g;
const RAW_BEGIN = new RegExp(`\\{%[-+]?[${SPACE_CLASS}]*raw[${SPACE_CLASS}]*(?:-%\\}[${SPACE_CLASS}]*|%\\})`, 'y');
const RAW_END = new RegExp(
  `\\{%([-+]?)[${SPACE_CLASS}]*endraw[${SPACE_CLASS}]*(?:\\+%\\}|-%\\}[${SPACE_CLASS}]*|%\\})`,
  'g',
);
const COMMENT_END = new RegExp(`\\+#\\}|-#\\}[${SPACE_CLASS}]*|#\\}`, 'g');
const VARIABLE_END = new RegExp(`-\\}\\}[${SPACE_CLASS}]*|\\}\\}`, 'y');
const BLOCK_END = new RegExp(`\\+%\\}|-%\\}[${SPACE_CLASS}]*|%\\}`, 'y');
const SPACE = new RegExp(`[${SPACE_CLASS}]+`, 'y');
const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{N}\p{ID_Continue}_]+/uy;
const IDENTIFIER = /^[\p{ID_Start}_]\p{ID_Continue}*$/u;
const STRING = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,;]/y;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * All tokens of a template; the last one has the type `end`. Throws {@link TemplateFailure} with the place of the first
 * mistake.
 */
export function tokenize(source: NormalizedSource): readonly Token[] {
  return new Lexer(source).tokens();
}

class Lexer {
  private readonly source: NormalizedSource;
  private readonly text: string;
  private readonly output: Token[] = [];
  private position = 0;

  constructor(source: NormalizedSource) {
    this.source = source;
    this.text = source.text;
  }

  tokens(): readonly Token[] {
    while (this.position < this.text.length) {
      OPENING.lastIndex = this.position;
      const opening = OPENING.exec(this.text);
      if (opening === null) break;
      const data = this.text.slice(this.position, opening.index);
      this.data(opening[2] === '-' ? trimEnd(data) : data);
      this.position = opening.index;
      if (opening[1] === '#') this.comment(opening[0].length);
      else if (opening[1] === '%' && this.match(RAW_BEGIN) !== null) this.raw(opening.index);
      else this.tag(opening[1] === '%' ? 'block' : 'variable', opening[0].length);
    }
    this.data(this.text.slice(this.position));
    this.push('end', '', this.text.length);
    return this.output;
  }

  private data(text: string): void {
    if (text !== '') this.push('data', text, this.position);
  }

  private push(type: TokenType, value: string, at: number, number: Token['number'] = null): void {
    this.output.push({ type, value, number, at });
  }

  /**
   * The text that a sticky expression matches at the current position, which moves behind it. `null` if it does not
   * match.
   */
  private match(expression: RegExp): string | null {
    expression.lastIndex = this.position;
    const found = expression.exec(this.text);
    if (found === null) return null;
    this.position = expression.lastIndex;
    return found[0];
  }

  private fail(message: string, at: number, hint?: string): never {
    throw new TemplateFailure(message, hint, this.source.locate(at));
  }

  private comment(opening: number): void {
    const begin = this.position;
    this.position += opening;
    if (this.position >= this.text.length) return;
    COMMENT_END.lastIndex = this.position;
    if (COMMENT_END.exec(this.text) === null) this.fail('This comment is never closed', begin, 'Add "#}".');
    this.position = COMMENT_END.lastIndex;
  }

  private raw(begin: number): void {
    RAW_END.lastIndex = this.position;
    const end = RAW_END.exec(this.text);
    if (end === null) {
      if (this.position >= this.text.length) return;
      this.fail(
        'The "raw" block that begins here has no end',
        begin,
        'Add "{% endraw %}" where the unrendered text ends.',
      );
    }
    const data = this.text.slice(this.position, end.index);
    this.data(end[1] === '-' ? trimEnd(data) : data);
    this.position = RAW_END.lastIndex;
  }

  private tag(kind: 'block' | 'variable', opening: number): void {
    const end = kind === 'block' ? BLOCK_END : VARIABLE_END;
    const open: { readonly closing: string }[] = [];
    this.push(`${kind}-begin`, this.text.slice(this.position, this.position + opening), this.position);
    this.position += opening;
    while (this.position < this.text.length) {
      const at = this.position;
      const closed = open.length === 0 ? this.match(end) : null;
      if (closed !== null) {
        this.push(`${kind}-end`, kind === 'block' ? '%}' : '}}', at);
        return;
      }
      if (this.match(SPACE) === null) this.expressionToken(open);
    }
  }

  private expressionToken(open: { readonly closing: string }[]): void {
    const at = this.position;
    if (this.numberToken(at) || this.wordToken(at)) return;
    const operator = this.match(OPERATOR);
    if (operator === null)
      this.fail(`Unexpected character "${String.fromCodePoint(this.text.codePointAt(at) ?? 0)}"`, at);
    this.balance(operator, open, at);
    this.push('operator', operator, at);
  }

  private numberToken(at: number): boolean {
    const float = this.match(FLOAT);
    const integer = float === null ? this.match(INTEGER) : null;
    if (float !== null) this.push('float', float, at, new Float(Number(float.replaceAll('_', ''))));
    if (integer !== null)
      this.push('integer', integer, at, normalInt(BigInt(integer.replaceAll('_', '').toLowerCase())));
    return float !== null || integer !== null;
  }

  /** Takes a name or a string; false if there is none. */
  private wordToken(at: number): boolean {
    const name = this.match(NAME);
    const string = name === null ? this.match(STRING) : null;
    if (name !== null && !IDENTIFIER.test(name)) this.fail(`"${name}" is not a name`, at);
    if (name !== null) this.push('name', name, at);
    if (string !== null) this.push('string', this.literal(string, at), at);
    return name !== null || string !== null;
  }

  private literal(quoted: string, at: number): string {
    try {
      return unescapeLiteral(quoted.slice(1, -1));
    } catch (error) {
      if (error instanceof TemplateFailure) this.fail(error.message, at);
      throw error;
    }
  }

  private balance(operator: string, open: { readonly closing: string }[], at: number): void {
    const closing = CLOSING[operator];
    if (closing !== undefined) open.push({ closing });
    else if (operator === '}' || operator === ']' || operator === ')') {
      const expected = open.pop();
      if (expected === undefined) this.fail(`Unexpected "${operator}"`, at);
      if (expected.closing !== operator) this.fail(`Unexpected "${operator}", expected "${expected.closing}"`, at);
    }
  }
}
