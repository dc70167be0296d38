// The tokens as the parser reads them: it looks one token ahead, and says what it expected if another one comes.
import { TemplateFailure } from '../values/failure.ts';
import type { Token, TokenType } from './lexer.ts';
import type { NormalizedSource } from './source.ts';

const DESCRIPTIONS: Readonly<Record<TokenType, string>> = {
  data: 'template text',
  'variable-begin': '"{{"',
  'variable-end': '"}}"',
  'block-begin': '"{%"',
  'block-end': '"%}"',
  name: 'a name',
  string: 'a string',
  integer: 'an integer',
  float: 'a float',
  operator: 'an operator',
  end: 'the end of the template',
};

/**
 * The tokens of a template from the current one on. Methods that `expect` something fail if it does not come; all
 * failures name the place.
 */
export class TokenStream {
  private readonly source: NormalizedSource;
  private readonly tokens: readonly Token[];
  private readonly end: Token;
  private index = 0;

  constructor(source: NormalizedSource, tokens: readonly Token[]) {
    this.source = source;
    this.tokens = tokens;
    this.end = tokens.at(-1) ?? { type: 'end', value: '', number: null, at: 0 };
  }

  get current(): Token {
    return this.tokens[this.index] ?? this.end;
  }

  /** The token behind the current one. */
  get following(): Token {
    return this.tokens[this.index + 1] ?? this.end;
  }

  /** Takes the current token and moves behind it. */
  take(): Token {
    const token = this.current;
    if (this.index < this.tokens.length - 1) this.index++;
    return token;
  }

  is(type: TokenType): boolean {
    return this.current.type === type;
  }

  isName(...names: readonly string[]): boolean {
    return this.current.type === 'name' && names.includes(this.current.value);
  }

  isOperator(...operators: readonly string[]): boolean {
    return this.current.type === 'operator' && operators.includes(this.current.value);
  }

  followedByName(name: string): boolean {
    return this.following.type === 'name' && this.following.value === name;
  }

  skipName(name: string): boolean {
    const found = this.isName(name);
    if (found) this.take();
    return found;
  }

  skipOperator(operator: string): boolean {
    const found = this.isOperator(operator);
    if (found) this.take();
    return found;
  }

  expect(type: TokenType): Token {
    if (!this.is(type)) this.failExpecting(DESCRIPTIONS[type]);
    return this.take();
  }

  expectName(name: string): void {
    if (!this.isName(name)) this.failExpecting(`"${name}"`);
    this.take();
  }

  expectOperator(operator: string): void {
    if (!this.isOperator(operator)) this.failExpecting(`"${operator}"`);
    this.take();
  }

  failExpecting(expected: string): never {
    this.fail(`Expected ${expected}, got ${this.describeCurrent()}`);
  }

  describeCurrent(): string {
    const { type, value } = this.current;
    return type === 'name' || type === 'operator' || type === 'integer' || type === 'float'
      ? `"${value}"`
      : DESCRIPTIONS[type];
  }

  fail(message: string, at: number = this.current.at, hint?: string): never {
    throw new TemplateFailure(message, hint, this.source.locate(at));
  }
}
