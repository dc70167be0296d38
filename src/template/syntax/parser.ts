// Reads the tags of a template into a syntax tree.
import { isSpace } from '../values/text/whitespace.ts';
import { ExpressionParser } from './expression-parser.ts';
import { tokenize } from './lexer.ts';
import type { NormalizedSource } from './source.ts';
import { TokenStream } from './token-stream.ts';
import type { Expression, IfNode, NameNode, Signature, Statement, Target, TemplateNode } from './tree.ts';

type TagParser = (at: number) => Statement;

/** The tree of a template. Throws {@link TemplateFailure} with the place of the first mistake. */
export function parse(source: NormalizedSource): TemplateNode {
  return new Parser(source).template();
}

class Parser {
  private readonly stream: TokenStream;
  private readonly expressions: ExpressionParser;
  /** The blocks that are open, innermost last, with the tags that would end each of them. */
  private readonly open: { readonly tag: string; readonly at: number; readonly ends: readonly string[] }[] = [];
  private readonly tags: ReadonlyMap<string, TagParser>;

  constructor(source: NormalizedSource) {
    this.stream = new TokenStream(source, tokenize(source));
    this.expressions = new ExpressionParser(this.stream);
    this.tags = new Map<string, TagParser>([
      ['for', (at) => this.forTag(at)],
      ['if', (at) => this.ifTag(at)],
      ['block', (at) => this.blockTag(at)],
      ['extends', (at) => ({ kind: 'extends', at, template: this.expressions.expression() })],
      ['print', (at) => this.printTag(at)],
      ['macro', (at) => this.macroTag(at)],
      ['include', (at) => this.includeTag(at)],
      ['from', (at) => this.fromTag(at)],
      ['import', (at) => this.importTag(at)],
      ['set', (at) => this.setTag(at)],
      ['with', (at) => this.withTag(at)],
      ['autoescape', (at) => this.autoescapeTag(at)],
      ['call', (at) => this.callTag(at)],
      ['filter', (at) => this.filterTag(at)],
    ]);
  }

  template(): TemplateNode {
    return { kind: 'template', at: 0, body: this.statements([]) };
  }

  /**
   * Statements up to one of the tags in `ends`, or to the end of the template. The name of that tag is then the current
   * token.
   */
  private statements(ends: readonly string[]): readonly Statement[] {
    const { stream } = this;
    const body: Statement[] = [];
    let parts: (string | Expression)[] = [];
    let outputAt = 0;
    const flush = (): void => {
      if (parts.length > 0) body.push({ kind: 'output', at: outputAt, parts });
      parts = [];
    };
    while (!stream.is('end')) {
      const token = stream.take();
      if (token.type === 'block-begin') {
        flush();
        if (ends.length > 0 && stream.isName(...ends)) return body;
        body.push(this.expressions.nested(() => this.statement()));
        stream.expect('block-end');
        continue;
      }
      if (parts.length === 0) outputAt = token.at;
      if (token.type === 'data') parts.push(token.value);
      else {
        parts.push(this.expressions.tuple());
        stream.expect('variable-end');
      }
    }
    flush();
    return body;
  }

  private statement(): Statement {
    const token = this.stream.current;
    if (token.type !== 'name') this.stream.failExpecting('the name of a tag');
    const tag = this.tags.get(token.value);
    if (tag === undefined) return this.failUnknownTag(token.value);
    this.stream.take();
    return tag(token.at);
  }

  private failUnknownTag(name: string): never {
    const innermost = this.open.at(-1);
    const expected = innermost === undefined ? '' : `; the open "${innermost.tag}" needs ${quoteList(innermost.ends)}`;
    const opener = name.startsWith('end') ? name.slice(3) : '';
    const closes = this.tags.has(opener) || opener === 'raw';
    const hint = closes
      ? `There is an "${name}" without its "${opener}": remove it, ` +
        `or look for the "${opener}" that is missing or ends before.`
      : 'Extensions of Jinja2 (do, trans, break, continue, debug) are not available.';
    this.stream.fail(
      closes ? `Unexpected tag "${name}"${expected}` : `Unknown tag "${name}"${expected}`,
      this.stream.current.at,
      hint,
    );
  }

  /** The statements that follow the tag of a block, and the name of the tag that ended them, which is taken, too. */
  private body(
    tag: string,
    at: number,
    ...ends: readonly string[]
  ): { readonly body: readonly Statement[]; readonly end: string } {
    this.stream.skipOperator(':');
    this.stream.expect('block-end');
    this.open.push({ tag, at, ends });
    const body = this.statements(ends);
    this.open.pop();
    if (this.stream.is('end')) {
      this.stream.fail(
        `The "${tag}" that begins here has no end`,
        at,
        `Add ${quoteList(ends.map((end) => `{% ${end} %}`))}.`,
      );
    }
    return { body, end: this.stream.take().value };
  }

  private simpleBody(tag: string, at: number): readonly Statement[] {
    return this.body(tag, at, `end${tag}`).body;
  }

  private setTag(at: number): Statement {
    const target = this.target({ namespace: true });
    if (this.stream.skipOperator('=')) return { kind: 'set', at, target, value: this.expressions.tuple() };
    const filter = this.expressions.filterChain(false);
    return { kind: 'set-block', at, target, filter, body: this.simpleBody('set', at) };
  }

  private forTag(at: number): Statement {
    const target = this.target({ endNames: ['in'] });
    this.stream.expectName('in');
    const iterable = this.expressions.tuple({ items: 'no-conditional', endNames: ['recursive'] });
    const test = this.stream.skipName('if') ? this.expressions.expression() : null;
    const recursive = this.stream.skipName('recursive');
    const { body, end } = this.body('for', at, 'endfor', 'else');
    const otherwise = end === 'else' ? this.simpleBody('for', at) : [];
    return { kind: 'for', at, target, iterable, test, recursive, body, otherwise };
  }

  private ifTag(at: number): IfNode {
    const branch = (): { node: IfNode; end: string } => {
      const test = this.expressions.tuple({ items: 'no-conditional' });
      const { body, end } = this.body('if', at, 'elif', 'else', 'endif');
      return { node: { kind: 'if', at: test.at, test, body, elifs: [], otherwise: [] }, end };
    };
    const first = branch();
    const elifs: IfNode[] = [];
    let { end } = first;
    while (end === 'elif') {
      const next = branch();
      elifs.push(next.node);
      end = next.end;
    }
    const otherwise = end === 'else' ? this.simpleBody('if', at) : [];
    return { ...first.node, at, elifs, otherwise };
  }

  private withTag(at: number): Statement {
    const targets: Target[] = [];
    const values: Expression[] = [];
    while (!this.stream.is('block-end')) {
      if (targets.length > 0) this.stream.expectOperator(',');
      targets.push(this.target());
      this.stream.expectOperator('=');
      values.push(this.expressions.expression());
    }
    return { kind: 'with', at, targets, values, body: this.simpleBody('with', at) };
  }

  private autoescapeTag(at: number): Statement {
    const value = this.expressions.expression();
    return { kind: 'autoescape', at, value, body: this.simpleBody('autoescape', at) };
  }

  private blockTag(at: number): Statement {
    const { value: name } = this.stream.expect('name');
    const scoped = this.stream.skipName('scoped');
    const required = this.stream.skipName('required');
    if (this.stream.isOperator('-')) this.stream.fail(`The name of block "${name}" may not contain a hyphen`, at);
    const body = this.simpleBody('block', at);
    this.stream.skipName(name);
    const isEmpty = body.every(
      (node) => node.kind === 'output' && node.parts.every((part) => typeof part === 'string' && isSpace(part)),
    );
    if (required && !isEmpty)
      this.stream.fail(`The required block "${name}" may hold nothing but comments and whitespace`, at);
    return { kind: 'block', at, name, scoped, required, body };
  }

  private printTag(at: number): Statement {
    const parts: Expression[] = [];
    while (!this.stream.is('block-end')) {
      if (parts.length > 0) this.stream.expectOperator(',');
      parts.push(this.expressions.expression());
    }
    return { kind: 'output', at, parts };
  }

  private includeTag(at: number): Statement {
    const template = this.expressions.expression();
    const ignoreMissing = this.stream.isName('ignore') && this.stream.followedByName('missing');
    if (ignoreMissing) {
      this.stream.take();
      this.stream.take();
    }
    return { kind: 'include', at, template, ignoreMissing, withContext: this.importContext() ?? true };
  }

  /** True for `with context`, false for `without context`, `null` if neither comes next. */
  private importContext(): boolean | null {
    if (!this.stream.isName('with', 'without') || !this.stream.followedByName('context')) return null;
    const withContext = this.stream.take().value === 'with';
    this.stream.take();
    return withContext;
  }

  private importTag(at: number): Statement {
    const template = this.expressions.expression();
    this.stream.expectName('as');
    const target = this.name().name;
    return { kind: 'import', at, template, target, withContext: this.importContext() ?? false };
  }

  private fromTag(at: number): Statement {
    const template = this.expressions.expression();
    this.stream.expectName('import');
    const names: { name: string; alias: string }[] = [];
    let withContext: boolean | null = null;
    for (;;) {
      if (names.length > 0) this.stream.expectOperator(',');
      if (!this.stream.is('name')) this.stream.failExpecting('a name');
      withContext = this.importContext();
      if (withContext !== null) break;
      const { name } = this.name();
      if (name.startsWith('_')) this.stream.fail('Names that begin with an underscore cannot be imported', at);
      names.push({ name, alias: this.stream.skipName('as') ? this.name().name : name });
      withContext = this.importContext();
      if (withContext !== null || !this.stream.isOperator(',')) break;
    }
    return { kind: 'from-import', at, template, names, withContext: withContext ?? false };
  }

  private signature(): Signature {
    const parameters: NameNode[] = [];
    const defaults: Expression[] = [];
    this.stream.expectOperator('(');
    while (!this.stream.isOperator(')')) {
      if (parameters.length > 0) this.stream.expectOperator(',');
      const parameter = this.name();
      if (this.stream.skipOperator('=')) defaults.push(this.expressions.expression());
      else if (defaults.length > 0)
        this.stream.fail(
          `The parameter "${parameter.name}" needs a default, since the one before has one`,
          parameter.at,
        );
      parameters.push(parameter);
    }
    this.stream.expectOperator(')');
    return { parameters, defaults };
  }

  private macroTag(at: number): Statement {
    const { name } = this.name();
    const signature = this.signature();
    return { kind: 'macro', at, name, ...signature, body: this.simpleBody('macro', at) };
  }

  private callTag(at: number): Statement {
    const signature = this.stream.isOperator('(') ? this.signature() : { parameters: [], defaults: [] };
    const call = this.expressions.expression();
    if (call.kind !== 'call') return this.stream.fail('The tag "call" needs a call, such as {% call name() %}', at);
    return { kind: 'call-block', at, ...signature, call, body: this.simpleBody('call', at) };
  }

  private filterTag(at: number): Statement {
    const filter = this.expressions.filterChain(true);
    if (filter === null) return this.stream.failExpecting('the name of a filter');
    return { kind: 'filter-block', at, filter, body: this.simpleBody('filter', at) };
  }

  /** A name that can be assigned to. */
  private name(): NameNode {
    const { at, value: name } = this.stream.expect('name');
    if (/^(?:true|false|none|True|False|None)$/.test(name)) this.stream.fail(`"${name}" cannot be assigned to`, at);
    return { kind: 'name', at, name };
  }

  private target(options: { readonly endNames?: readonly string[]; readonly namespace?: boolean } = {}): Target {
    const { stream } = this;
    const { at } = stream.current;
    const items: Target[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) stream.expectOperator(',');
      if (stream.is('block-end') || stream.isOperator(')') || stream.isName(...(options.endNames ?? []))) break;
      items.push(this.targetItem(options));
      if (!stream.isOperator(',')) break;
      isTuple = true;
    }
    const [only] = items;
    if (!isTuple && only !== undefined) return only;
    if (!isTuple) stream.failExpecting('a name');
    return { kind: 'tuple-target', at, items };
  }

  private targetItem(options: { readonly namespace?: boolean }): Target {
    const { stream } = this;
    if (stream.skipOperator('(')) {
      const inside = this.expressions.nested(() => this.target());
      stream.expectOperator(')');
      return inside;
    }
    if (options.namespace === true && stream.following.type === 'operator' && stream.following.value === '.') {
      const { at, value: name } = stream.expect('name');
      stream.take();
      return { kind: 'namespace-target', at, name, attribute: stream.expect('name').value };
    }
    return this.name();
  }
}

const quoteList = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(' or ');
