// Turns the statements of a template into functions that write its output.
import { unreachable } from '../../../errors.ts';
import { analyseWith, analyseWithExpression } from '../../syntax/scope.ts';
import type { NormalizedSource } from '../../syntax/source.ts';
import type {
  AutoescapeNode,
  FilterBlockNode,
  IfNode,
  OutputNode,
  SetBlockNode,
  SetNode,
  Statement,
  WithNode,
} from '../../syntax/tree.ts';
import { isTrue } from '../../values/compare.ts';
import type { Location } from '../../values/failure.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { print } from '../../values/print.ts';
import { markupOrText, printValue } from '../../values/text/escape.ts';
import { isText, Markup, textOf, typeName, Undefined } from '../../values/value.ts';
import type { Activation } from '../runtime.ts';
import { compileAssign } from './assign.ts';
import {
  type CompileFrame,
  type Evaluate,
  type Execute,
  escapingIn,
  innerFrame,
  located,
  reader,
} from './compile-frame.ts';
import type { Compiler } from './compiler.ts';
import { ExpressionCompiler } from './expression.ts';
import { compileBlockPlace, compileExtends, compileFromImport, compileImport, compileInclude } from './inheritance.ts';
import { compileLoop } from './loop.ts';
import { compileCallBlock, compileMacro } from './macro.ts';

/** Compiles the statements of one template. */
export class StatementCompiler implements Compiler {
  readonly expressions: ExpressionCompiler;
  /** Names that are read from the context: the parameters of the template, and globals. */
  readonly contextNames = new Set<string>();
  private readonly source: NormalizedSource;

  constructor(source: NormalizedSource) {
    this.source = source;
    this.expressions = new ExpressionCompiler(source);
  }

  place(at: number): () => Location {
    return () => this.source.locate(at);
  }

  body(nodes: readonly Statement[], frame: CompileFrame): Execute {
    const statements = nodes.map((node) => this.statement(node, frame));
    return (activation, out) => {
      for (const statement of statements) statement(activation, out);
    };
  }

  enter(frame: CompileFrame): (activation: Activation) => void {
    const steps: ((activation: Activation) => void)[] = [];
    for (const [slot, load] of frame.scope.loads) {
      if (load.kind === 'context') {
        const { name } = load;
        this.contextNames.add(name);
        steps.push((activation) => {
          activation.slots[slot] = activation.context.resolve(name);
        });
      } else if (load.kind === 'outer') {
        const read = reader(frame, load.variable);
        steps.push((activation) => {
          activation.slots[slot] = read(activation);
        });
      } else if (load.kind === 'missing') {
        steps.push((activation) => {
          activation.slots[slot] = undefined;
        });
      }
    }
    return (activation) => {
      for (const step of steps) step(activation);
    };
  }

  private statement(node: Statement, frame: CompileFrame): Execute {
    switch (node.kind) {
      case 'output':
        return this.output(node, frame);
      case 'if':
        return this.if(node, frame);
      case 'for':
        return compileLoop(node, frame, this);
      case 'set':
        return this.set(node, frame);
      case 'set-block':
        return this.setBlock(node, frame);
      case 'with':
        return this.with(node, frame);
      case 'macro':
        return compileMacro(node, frame, this);
      case 'call-block':
        return compileCallBlock(node, frame, this);
      case 'filter-block':
        return this.filterBlock(node, frame);
      case 'autoescape':
        return this.autoescape(node, frame);
      case 'block':
        return compileBlockPlace(node, frame, this);
      case 'extends':
        return compileExtends(node, frame, this);
      case 'include':
        return compileInclude(node, frame, this);
      case 'import':
        return compileImport(node, frame, this);
      case 'from-import':
        return compileFromImport(node, frame, this);
      default:
        return unreachable(node);
    }
  }

  private output(node: OutputNode, frame: CompileFrame): Execute {
    const escapes = escapingIn(frame);
    const parts = node.parts.map((part): Execute => {
      if (typeof part === 'string') {
        return (_, out) => {
          out.push(part);
        };
      }
      const value = this.expressions.compile(part, frame);
      const place = this.place(part.at);
      return located(place, (activation, out) => {
        const printed = value(activation);
        if (printed instanceof Undefined && part.kind === 'name')
          activation.context.run.onMissing?.(part.name, place());
        out.push(printValue(printed, escapes(activation)));
      });
    });
    const { stopsAfterExtends } = frame;
    return (activation, out) => {
      if (stopsAfterExtends && activation.state.parent !== null) return;
      for (const part of parts) part(activation, out);
    };
  }

  private if(node: IfNode, outer: CompileFrame): Execute {
    const frame = { ...outer, isSoft: true };
    const branches = [node, ...node.elifs].map((branch) => ({
      test: located(this.place(branch.test.at), this.expressions.compile(branch.test, frame)),
      body: this.body(branch.body, frame),
    }));
    const otherwise = this.body(node.otherwise, frame);
    return (activation, out) => {
      for (const { test, body } of branches) if (isTrue(test(activation))) return body(activation, out);
      otherwise(activation, out);
    };
  }

  private set(node: SetNode, frame: CompileFrame): Execute {
    const value = this.expressions.compile(node.value, frame);
    const assign = compileAssign(node.target, frame);
    return located(this.place(node.at), (activation) => assign(activation, value(activation)));
  }

  /** Makes a function that gives the output of a body as a value, after the filter if there is one. */
  private captured(node: SetBlockNode | FilterBlockNode, frame: CompileFrame): Evaluate {
    analyseWithExpression(frame.scope, node.filter, node.body);
    const enter = this.enter(frame);
    const body = this.body(node.body, frame);
    const capture = (activation: Activation): string => {
      const pieces: string[] = [];
      enter(activation);
      body(activation, pieces);
      return pieces.join('');
    };
    if (node.filter === null) return capture;
    const escapes = escapingIn(frame);
    return this.expressions.filter(node.filter, frame, (activation) =>
      markupOrText(capture(activation), escapes(activation)),
    );
  }

  private setBlock(node: SetBlockNode, frame: CompileFrame): Execute {
    const inner = { ...innerFrame(frame), stopsAfterExtends: false };
    const value = this.captured(node, inner);
    const assign = compileAssign(node.target, frame);
    return located(this.place(node.at), (activation) => {
      const captured = value(activation);
      assign(activation, activation.context.autoescape ? new Markup(print(captured)) : captured);
    });
  }

  private filterBlock(node: FilterBlockNode, frame: CompileFrame): Execute {
    const inner = innerFrame(frame);
    const value = this.captured(node, inner);
    return located(this.place(node.at), (activation, out) => {
      const filtered = value(activation);
      if (!isText(filtered))
        throw new TemplateFailure(`The tag "filter" needs a text from its filter, not a ${typeName(filtered)}`);
      out.push(textOf(filtered));
    });
  }

  private with(node: WithNode, frame: CompileFrame): Execute {
    const inner = innerFrame(frame);
    analyseWith(inner.scope, node.targets, node.body);
    const enter = this.enter(inner);
    const values = node.values.map((value) => this.expressions.compile(value, frame));
    const assigns = node.targets.map((target) => compileAssign(target, inner));
    const assignAll = located(this.place(node.at), (activation: Activation) => {
      for (const [index, assign] of assigns.entries()) assign(activation, values[index]?.(activation) ?? null);
    });
    const body = this.body(node.body, inner);
    return (activation, out) => {
      enter(activation);
      assignAll(activation);
      body(activation, out);
    };
  }

  private autoescape(node: AutoescapeNode, frame: CompileFrame): Execute {
    const inner = innerFrame(frame);
    analyseWithExpression(inner.scope, node.value, node.body);
    const enter = this.enter(inner);
    const value = this.expressions.compile(node.value, inner);
    const isKnown =
      node.value.kind === 'constant' && (typeof node.value.value === 'boolean' || node.value.value === null);
    const escaping = isKnown && node.value.kind === 'constant' ? node.value.value === true : 'context';
    const body = this.body(node.body, { ...inner, escaping });
    return (activation, out) => {
      const { context } = activation;
      const before = context.autoescape;
      enter(activation);
      context.autoescape = isTrue(value(activation));
      try {
        body(activation, out);
      } finally {
        context.autoescape = before;
      }
    };
  }
}
