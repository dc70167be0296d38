// Reads expressions with the precedence of Jinja2. It differs from Python's: signs bind before filters and powers, and
// powers group to the left.
import type { CompareOperator } from '../values/compare.ts';
import type { ArithmeticOperator } from '../values/numbers.ts';
import type { TokenStream } from './token-stream.ts';
import type { CallArguments, CallNode, Constant, Expression, FilterNode, SliceNode } from './tree.ts';

/** How deep brackets, calls and blocks may nest. Real templates stay far below it, and the stack does not overflow. */
const MAX_NESTING = 200;
const WORDS: ReadonlyMap<string, Constant> = new Map<string, Constant>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);
const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];
const NO_ARGUMENTS: CallArguments = { args: [], named: [], rest: null, namedRest: null };

/** How {@link ExpressionParser.tuple} reads its items, and which names end it. */
export interface TupleOptions {
  readonly items?: 'expression' | 'no-conditional' | 'primary';
  readonly endNames?: readonly string[];
  readonly parenthesized?: boolean;
}

/** Reads expressions from the tokens of a template. */
export class ExpressionParser {
  readonly stream: TokenStream;
  private depth = 0;

  constructor(stream: TokenStream) {
    this.stream = stream;
  }

  /** Runs `read` one level deeper. Fails if that is too deep. */
  nested<T>(read: () => T): T {
    if (++this.depth > MAX_NESTING) this.stream.fail(`The template nests deeper than ${MAX_NESTING} levels`);
    const result = read();
    this.depth--;
    return result;
  }

  /** Any expression, a conditional one included. */
  expression(): Expression {
    return this.nested(() => this.conditional());
  }

  private conditional(): Expression {
    let result = this.or();
    while (this.stream.isName('if')) {
      const { at } = this.stream.take();
      const test = this.or();
      const otherwise = this.stream.skipName('else') ? this.expression() : null;
      result = { kind: 'conditional', at, test, value: result, otherwise };
    }
    return result;
  }

  private or(): Expression {
    let left = this.and();
    while (this.stream.isName('or')) left = { kind: 'or', at: this.stream.take().at, left, right: this.and() };
    return left;
  }

  private and(): Expression {
    let left = this.not();
    while (this.stream.isName('and')) left = { kind: 'and', at: this.stream.take().at, left, right: this.not() };
    return left;
  }

  private not(): Expression {
    if (!this.stream.isName('not')) return this.compare();
    const { at } = this.stream.take();
    return { kind: 'unary', at, operator: 'not', value: this.nested(() => this.not()) };
  }

  private compare(): Expression {
    const { at } = this.stream.current;
    const first = this.sum();
    const rest: { operator: CompareOperator; value: Expression }[] = [];
    for (let operator = this.compareOperator(); operator !== null; operator = this.compareOperator()) {
      rest.push({ operator, value: this.sum() });
    }
    return rest.length === 0 ? first : { kind: 'compare', at, first, rest };
  }

  private compareOperator(): CompareOperator | null {
    const { stream } = this;
    if (stream.isOperator(...COMPARISONS)) return stream.take().value as CompareOperator;
    if (stream.skipName('in')) return 'in';
    if (!stream.isName('not') || !stream.followedByName('in')) return null;
    stream.take();
    stream.take();
    return 'not in';
  }

  private binary(operators: readonly ArithmeticOperator[], operand: () => Expression): Expression {
    let left = operand();
    while (this.stream.isOperator(...operators)) {
      const { value, at } = this.stream.take();
      left = { kind: 'binary', at, operator: value as ArithmeticOperator, left, right: operand() };
    }
    return left;
  }

  private sum(): Expression {
    return this.binary(['+', '-'], () => this.concat());
  }

  private concat(): Expression {
    const { at } = this.stream.current;
    const items = [this.product()];
    while (this.stream.skipOperator('~')) items.push(this.product());
    return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'concat', at, items };
  }

  private product(): Expression {
    return this.binary(['*', '/', '//', '%'], () => this.binary(['**'], () => this.unary(true)));
  }

  private unary(withFilters: boolean): Expression {
    const { stream } = this;
    let value: Expression;
    if (stream.isOperator('-', '+')) {
      const { value: sign, at } = stream.take();
      value = { kind: 'unary', at, operator: sign === '-' ? '-' : '+', value: this.nested(() => this.unary(false)) };
    } else value = this.primary();
    value = this.postfix(value);
    return withFilters ? this.filters(value) : value;
  }

  /** A name, a literal, or an expression in brackets. */
  primary(): Expression {
    const token = this.stream.current;
    const { at, value } = token;
    switch (token.type) {
      case 'name': {
        this.stream.take();
        const word = WORDS.get(value);
        return word === undefined ? { kind: 'name', at, name: value } : { kind: 'constant', at, value: word };
      }
      case 'integer':
      case 'float':
        this.stream.take();
        return { kind: 'constant', at, value: token.number };
      case 'string':
        return { kind: 'constant', at, value: this.adjacentStrings() };
      case 'operator':
        if (value === '(') return this.parentheses();
        if (value === '[') return this.list();
        if (value === '{') return this.dict();
    }
    return this.stream.fail(`Unexpected ${this.stream.describeCurrent()}`);
  }

  private adjacentStrings(): string {
    let text = '';
    while (this.stream.is('string')) text += this.stream.take().value;
    return text;
  }

  private parentheses(): Expression {
    this.stream.expectOperator('(');
    const inside = this.tuple({ parenthesized: true });
    this.stream.expectOperator(')');
    return inside;
  }

  /** One expression, or several with commas between them, which are a tuple. */
  tuple(options: TupleOptions = {}): Expression {
    const { stream } = this;
    const { at } = stream.current;
    const items: Expression[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) stream.expectOperator(',');
      if (this.tupleEnds(options.endNames ?? [])) break;
      items.push(this.tupleItem(options.items ?? 'expression'));
      if (!stream.isOperator(',')) break;
      isTuple = true;
    }
    const [only] = items;
    if (!isTuple && only !== undefined) return only;
    if (!isTuple && options.parenthesized !== true) stream.failExpecting('an expression');
    return { kind: 'tuple', at, items };
  }

  private tupleItem(items: 'expression' | 'no-conditional' | 'primary'): Expression {
    if (items === 'expression') return this.expression();
    return items === 'primary' ? this.primary() : this.nested(() => this.or());
  }

  private tupleEnds(endNames: readonly string[]): boolean {
    const { stream } = this;
    return stream.is('variable-end') || stream.is('block-end') || stream.isOperator(')') || stream.isName(...endNames);
  }

  /** Items up to the closing bracket, which is taken, too. A comma may follow the last item. */
  private items<T>(closing: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.stream.isOperator(closing)) {
      if (items.length > 0) this.stream.expectOperator(',');
      if (this.stream.isOperator(closing)) break;
      items.push(item());
    }
    this.stream.expectOperator(closing);
    return items;
  }

  private list(): Expression {
    const { at } = this.stream.take();
    return { kind: 'list', at, items: this.items(']', () => this.expression()) };
  }

  private dict(): Expression {
    const { at } = this.stream.take();
    const pairs = this.items('}', () => {
      const key = this.expression();
      this.stream.expectOperator(':');
      return [key, this.expression()] as const;
    });
    return { kind: 'dict', at, pairs };
  }

  private postfix(start: Expression): Expression {
    let value = start;
    for (;;) {
      if (this.stream.isOperator('.')) value = this.dotted(value);
      else if (this.stream.isOperator('[')) value = this.subscript(value);
      else if (this.stream.isOperator('(')) value = this.call(value);
      else return value;
    }
  }

  private filters(start: Expression): Expression {
    let value = start;
    for (;;) {
      if (this.stream.isOperator('|')) value = this.filter(value);
      else if (this.stream.isName('is')) value = this.test(value);
      else if (this.stream.isOperator('(')) value = this.call(value);
      else return value;
    }
  }

  private dotted(value: Expression): Expression {
    const { at } = this.stream.take();
    const token = this.stream.take();
    if (token.type === 'name') return { kind: 'attribute', at, value, name: token.value };
    if (token.type !== 'integer') return this.stream.fail('Expected a name or a number after "."', token.at);
    return { kind: 'item', at, value, key: { kind: 'constant', at: token.at, value: token.number } };
  }

  private subscript(value: Expression): Expression {
    const { at } = this.stream.take();
    const keys: (Expression | SliceNode)[] = [];
    while (!this.stream.isOperator(']')) {
      if (keys.length > 0) this.stream.expectOperator(',');
      keys.push(this.subscripted());
    }
    this.stream.expectOperator(']');
    const [only] = keys;
    return {
      kind: 'item',
      at,
      value,
      key: keys.length === 1 && only !== undefined ? only : { kind: 'tuple', at, items: keys },
    };
  }

  private subscripted(): Expression | SliceNode {
    const { stream } = this;
    const { at } = stream.current;
    let start: Expression | null = null;
    if (!stream.isOperator(':')) {
      start = this.expression();
      if (!stream.isOperator(':')) return start;
    }
    stream.expectOperator(':');
    const stop = stream.isOperator(':', ']', ',') ? null : this.expression();
    const step = stream.skipOperator(':') && !stream.isOperator(']', ',') ? this.expression() : null;
    return { kind: 'slice', at, start, stop, step };
  }

  /** A call of `callee`. The next tokens are its arguments. */
  call(callee: Expression): CallNode {
    return { kind: 'call', at: this.stream.current.at, callee, arguments: this.nested(() => this.callArguments()) };
  }

  private callArguments(): CallArguments {
    const { stream } = this;
    const args: Expression[] = [];
    const named: { name: string; value: Expression }[] = [];
    let rest: Expression | null = null;
    let namedRest: Expression | null = null;
    const { at } = stream.take();
    const ensure = (right: boolean): void => {
      if (!right)
        stream.fail(
          'The arguments of this call are in a wrong order',
          at,
          'Positional arguments come first, then named ones, then "**".',
        );
    };
    this.items(')', () => {
      if (stream.skipOperator('*')) {
        ensure(rest === null && namedRest === null);
        rest = this.expression();
      } else if (stream.skipOperator('**')) {
        ensure(namedRest === null);
        namedRest = this.expression();
      } else if (stream.is('name') && stream.following.type === 'operator' && stream.following.value === '=') {
        ensure(namedRest === null);
        const name = stream.take().value;
        stream.take();
        named.push({ name, value: this.expression() });
      } else {
        ensure(rest === null && namedRest === null && named.length === 0);
        args.push(this.expression());
      }
    });
    return { args, named, rest, namedRest };
  }

  private dottedName(): string {
    let name = this.stream.expect('name').value;
    while (this.stream.skipOperator('.')) name += `.${this.stream.expect('name').value}`;
    return name;
  }

  private filter(value: Expression | null): FilterNode {
    this.stream.expectOperator('|');
    return this.filterName(value);
  }

  private filterName(value: Expression | null): FilterNode {
    const { at } = this.stream.current;
    const name = this.dottedName();
    return {
      kind: 'filter',
      at,
      name,
      value,
      arguments: this.stream.isOperator('(') ? this.nested(() => this.callArguments()) : NO_ARGUMENTS,
    };
  }

  /**
   * The filters that apply to a captured text: those of `{% filter a|b %}` if `bare`, else those of
   * `{% set x | a | b %}`.
   */
  filterChain(bare: boolean): FilterNode | null {
    let node: FilterNode | null = bare ? this.filterName(null) : null;
    while (this.stream.isOperator('|')) node = this.filter(node);
    return node;
  }

  private test(value: Expression): Expression {
    const { stream } = this;
    const { at } = stream.take();
    const negated = stream.skipName('not');
    const test: Expression = { kind: 'test', at, name: this.dottedName(), value, arguments: this.testArguments() };
    return negated ? { kind: 'unary', at, operator: 'not', value: test } : test;
  }

  /** The arguments of a test: in parentheses, or a single one without them. */
  private testArguments(): CallArguments {
    const { stream } = this;
    if (stream.isOperator('(')) return this.nested(() => this.callArguments());
    const starts =
      stream.is('name') ||
      stream.is('string') ||
      stream.is('integer') ||
      stream.is('float') ||
      stream.isOperator('[', '{');
    if (!starts || stream.isName('else', 'or', 'and')) return NO_ARGUMENTS;
    if (stream.isName('is'))
      stream.fail('Tests cannot be chained with "is"', stream.current.at, 'Combine them with "and".');
    return { ...NO_ARGUMENTS, args: [this.postfix(this.primary())] };
  }
}
