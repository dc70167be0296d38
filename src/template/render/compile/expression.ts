// Turns expressions into functions of the activation in which they run.
import { unreachable } from '../../../errors.ts';
import { attributeOf, itemOf, sliceOf } from '../../builtins/attributes.ts';
import { binary, compare, sign } from '../../builtins/operators.ts';
import type { NormalizedSource } from '../../syntax/source.ts';
import type { CallArguments, CallNode, Expression, FilterNode } from '../../syntax/tree.ts';
import { callValue, NO_NAMED } from '../../values/call.ts';
import { isTrue } from '../../values/compare.ts';
import { Dict } from '../../values/dict.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { listOf } from '../../values/iterate.ts';
import { print } from '../../values/print.ts';
import { concatenate } from '../../values/text/escape.ts';
import { type Arguments, isText, Tuple, textOf, Undefined, type Value } from '../../values/value.ts';
import type { Activation } from '../runtime.ts';
import { type CompileFrame, type Evaluate, escapingIn, located, nameReader } from './compile-frame.ts';
import { isConstant } from './constant.ts';

/** A filter or test that a template names. If it does not exist and `isSoft`, it fails only when it is used. */
export interface NameUse {
  readonly kind: 'filter' | 'test';
  readonly name: string;
  readonly at: number;
  readonly isSoft: boolean;
}

/** Compiles the expressions of one template. */
export class ExpressionCompiler {
  /** All filters and tests that the expressions compiled so far name. */
  readonly uses: NameUse[] = [];
  private readonly source: NormalizedSource;

  constructor(source: NormalizedSource) {
    this.source = source;
  }

  /** Makes a function that computes an expression. */
  compile(node: Expression, frame: CompileFrame): Evaluate {
    switch (node.kind) {
      case 'constant': {
        const { value } = node;
        return () => value;
      }
      case 'name':
        return nameReader(frame, node.name);
      case 'tuple': {
        const items = node.items.map((item) => this.compile(item, frame));
        return (activation) => new Tuple(items.map((item) => item(activation)));
      }
      case 'list': {
        const items = node.items.map((item) => this.compile(item, frame));
        return (activation) => items.map((item) => item(activation));
      }
      case 'dict':
        return this.dict(node.pairs, frame, node.at);
      case 'attribute': {
        const owner = this.compile(node.value, frame);
        const { name } = node;
        return this.located(node.at, (activation) => attributeOf(owner(activation), name));
      }
      case 'item':
        return this.item(node, frame);
      case 'slice':
        return this.located(node.at, () => {
          throw new TemplateFailure('A slice stands alone in its brackets');
        });
      case 'call':
        return this.call(node, frame);
      case 'filter':
        return this.filter(node, frame, null);
      case 'test':
        return this.test(node, frame);
      case 'unary':
        return this.unary(node, frame);
      case 'binary': {
        const left = this.compile(node.left, frame);
        const right = this.compile(node.right, frame);
        const { operator } = node;
        return this.located(node.at, (activation) => binary(operator, left(activation), right(activation)));
      }
      case 'and':
      case 'or':
        return this.logical(node, frame);
      case 'concat':
        return this.concat(node.items, frame);
      case 'compare':
        return this.compare(node, frame);
      case 'conditional':
        return this.conditional(node, frame);
      default:
        return unreachable(node);
    }
  }

  private located(at: number, run: Evaluate): Evaluate {
    return located(() => this.source.locate(at), run);
  }

  private dict(pairs: readonly (readonly [Expression, Expression])[], frame: CompileFrame, at: number): Evaluate {
    const compiled = pairs.map(([key, value]) => ({
      key: this.compile(key, frame),
      value: this.compile(value, frame),
    }));
    return this.located(at, (activation) =>
      Dict.of(compiled.map(({ key, value }) => [key(activation), value(activation)] as const)),
    );
  }

  private item(node: Expression & { readonly kind: 'item' }, frame: CompileFrame): Evaluate {
    const owner = this.compile(node.value, frame);
    if (node.key.kind !== 'slice') {
      const key = this.compile(node.key, frame);
      return this.located(node.at, (activation) => itemOf(owner(activation), key(activation)));
    }
    const none: Evaluate = () => null;
    const start = node.key.start === null ? none : this.compile(node.key.start, frame);
    const stop = node.key.stop === null ? none : this.compile(node.key.stop, frame);
    const step = node.key.step === null ? none : this.compile(node.key.step, frame);
    // Jinja2 computes constants before it renders. A slice of a number is then undefined, while it fails otherwise.
    const fallback = isConstant(node) ? new Undefined('A constant without items has no slice') : undefined;
    return this.located(node.at, (activation) =>
      sliceOf(
        owner(activation),
        { start: start(activation), stop: stop(activation), step: step(activation) },
        fallback,
      ),
    );
  }

  private unary(node: Expression & { readonly kind: 'unary' }, frame: CompileFrame): Evaluate {
    const operand = this.compile(node.value, frame);
    const { operator } = node;
    if (operator === 'not') return (activation) => !isTrue(operand(activation));
    return this.located(node.at, (activation) => sign(operator, operand(activation)));
  }

  private logical(node: Expression & { readonly kind: 'and' | 'or' }, frame: CompileFrame): Evaluate {
    const left = this.compile(node.left, frame);
    const right = this.compile(node.right, frame);
    const stopsAt = node.kind === 'or';
    return (activation) => {
      const value = left(activation);
      return isTrue(value) === stopsAt ? value : right(activation);
    };
  }

  private concat(nodes: readonly Expression[], frame: CompileFrame): Evaluate {
    const items = nodes.map((node) => this.compile(node, frame));
    // Jinja2 joins constants before it renders, and the result is no markup even if a part was.
    if (frame.escaping !== 'context' && nodes.every(isConstant))
      return (activation) => items.map((item) => print(item(activation))).join('');
    const escapes = escapingIn(frame);
    return (activation) =>
      concatenate(
        items.map((item) => item(activation)),
        escapes(activation),
      );
  }

  private compare(node: Expression & { readonly kind: 'compare' }, frame: CompileFrame): Evaluate {
    const first = this.compile(node.first, frame);
    const rest = node.rest.map(({ operator, value }) => ({ operator, value: this.compile(value, frame) }));
    return this.located(node.at, (activation) => {
      let left = first(activation);
      for (const { operator, value } of rest) {
        const right = value(activation);
        if (!compare(operator, left, right)) return false;
        left = right;
      }
      return true;
    });
  }

  private conditional(node: Expression & { readonly kind: 'conditional' }, outer: CompileFrame): Evaluate {
    const frame = { ...outer, isSoft: true };
    const test = this.compile(node.test, frame);
    const value = this.compile(node.value, frame);
    const otherwise =
      node.otherwise === null
        ? () => new Undefined('the inline if-expression evaluated to false and no else section was defined.')
        : this.compile(node.otherwise, frame);
    return (activation) => (isTrue(test(activation)) ? value(activation) : otherwise(activation));
  }

  private test(node: Expression & { readonly kind: 'test' }, frame: CompileFrame): Evaluate {
    const { name } = node;
    this.uses.push({ kind: 'test', name, at: node.at, isSoft: frame.isSoft });
    const value = this.compile(node.value, frame);
    const args = this.arguments(node.arguments, frame);
    return this.located(node.at, (activation) => {
      const test = activation.context.tests.get(name);
      const given = withFirst(value(activation), args(activation));
      if (test === undefined) throw new TemplateFailure(`There is no test "${name}"`);
      return test(given, activation.context);
    });
  }

  /**
   * Makes a function that applies a filter. The first filter of a block has no value of its own and gets `captured`.
   */
  filter(node: FilterNode, frame: CompileFrame, captured: Evaluate | null): Evaluate {
    const { name } = node;
    this.uses.push({ kind: 'filter', name, at: node.at, isSoft: frame.isSoft });
    const value = this.filtered(node, frame, captured);
    const args = this.arguments(node.arguments, frame);
    return this.located(node.at, (activation) => {
      const filter = activation.context.filters.get(name);
      const given = withFirst(value(activation), args(activation));
      if (filter === undefined) throw new TemplateFailure(`There is no filter "${name}"`);
      return filter(given, activation.context);
    });
  }

  private filtered(node: FilterNode, frame: CompileFrame, captured: Evaluate | null): Evaluate {
    if (node.value === null) return captured ?? (() => '');
    return node.value.kind === 'filter' ? this.filter(node.value, frame, captured) : this.compile(node.value, frame);
  }

  /** Makes a function that calls. A `caller` is passed as the argument of that name. */
  call(node: CallNode, frame: CompileFrame, caller: Evaluate | null = null): Evaluate {
    const callee = this.compile(node.callee, frame);
    const args = this.arguments(node.arguments, frame);
    return this.located(node.at, (activation) => {
      const called = callee(activation);
      const given = args(activation);
      if (caller === null) return callValue(called, given, activation.context);
      return callValue(
        called,
        { ...given, named: new Map([...given.named, ['caller', caller(activation)]]) },
        activation.context,
      );
    });
  }

  private arguments(node: CallArguments, frame: CompileFrame): (activation: Activation) => Arguments {
    const args = node.args.map((arg) => this.compile(arg, frame));
    if (node.named.length === 0 && node.rest === null && node.namedRest === null) {
      return (activation) => ({ positional: args.map((arg) => arg(activation)), named: NO_NAMED });
    }
    const named = node.named.map(({ name, value }) => ({ name, value: this.compile(value, frame) }));
    const rest = node.rest === null ? null : this.compile(node.rest, frame);
    const namedRest = node.namedRest === null ? null : this.compile(node.namedRest, frame);
    return (activation) => {
      const positional = args.map((arg) => arg(activation));
      if (rest !== null) for (const item of listOf(rest(activation))) positional.push(item);
      const names = new Map<string, Value>();
      for (const { name, value } of named) addName(names, name, value(activation));
      if (namedRest !== null) for (const [key, value] of namesOf(namedRest(activation))) addName(names, key, value);
      return { positional, named: names };
    };
  }
}

const withFirst = (value: Value, { positional, named }: Arguments): Arguments => ({
  positional: [value, ...positional],
  named,
});

function addName(names: Map<string, Value>, name: string, value: Value): void {
  if (names.has(name)) throw new TemplateFailure(`The call gives the argument "${name}" twice`);
  names.set(name, value);
}

/** The named arguments that `**value` stands for. */
function* namesOf(value: Value): Iterable<readonly [string, Value]> {
  if (value instanceof Undefined) value.fail();
  if (!(value instanceof Dict)) throw new TemplateFailure('"**" needs a dictionary');
  for (const [key, item] of value.pairs()) {
    if (!isText(key)) throw new TemplateFailure('"**" needs a dictionary whose keys are texts');
    yield [textOf(key), item];
  }
}
