// A template that is ready to run.
import { parse } from '../../syntax/parser.ts';
import { analyseBody, FunctionLayout, Scope } from '../../syntax/scope.ts';
import { NormalizedSource, type TemplateSource } from '../../syntax/source.ts';
import type { TemplateNode } from '../../syntax/tree.ts';
import { blocksIn, namesMentioned, statementsIn } from '../../syntax/walk.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { SelfReference } from '../block-reference.ts';
import {
  Activation,
  type BlockBody,
  type LoadedTemplate,
  type Names,
  type RenderContext,
  type Template,
  type TemplateState,
} from '../runtime.ts';
import type { CompileFrame, Execute } from './compile-frame.ts';
import { writer } from './compile-frame.ts';
import { compileBlockBody } from './inheritance.ts';
import { StatementCompiler } from './statement.ts';

/** A template whose text has been turned into functions. */
export class CompiledTemplate implements Template {
  readonly name: string;
  /** Names that are read from the context of the render: parameters and globals. */
  readonly contextNames: ReadonlySet<string>;
  private readonly source: NormalizedSource;
  private readonly compiler: StatementCompiler;
  private readonly body: Execute;
  private readonly blocks: ReadonlyMap<string, (loaded: LoadedTemplate) => BlockBody>;

  /** Throws {@link TemplateFailure} with the place of the first mistake. */
  constructor(source: TemplateSource) {
    this.name = source.name;
    this.source = new NormalizedSource(source);
    this.compiler = new StatementCompiler(this.source);
    const tree = parse(this.source);
    const blocks = this.compileBlocks(tree);
    this.body = this.compileBody(tree);
    this.blocks = blocks;
    this.contextNames = this.compiler.contextNames;
  }

  private compileBlocks(tree: TemplateNode): ReadonlyMap<string, (loaded: LoadedTemplate) => BlockBody> {
    const blocks = new Map<string, (loaded: LoadedTemplate) => BlockBody>();
    for (const block of blocksIn(tree.body)) {
      if (blocks.has(block.name))
        throw new TemplateFailure(`There are two blocks "${block.name}"`, undefined, this.source.locate(block.at));
      blocks.set(block.name, compileBlockBody(block, this.compiler));
    }
    return blocks;
  }

  private compileBody(tree: TemplateNode): Execute {
    const scope = new Scope(null, new FunctionLayout(null));
    const stopsAfterExtends = [...statementsIn(tree.body)].some((node) => node.kind === 'extends');
    const frame: CompileFrame = { scope, isTop: true, isSoft: false, stopsAfterExtends, escaping: 'template' };
    const setSelf = namesMentioned(tree.body, 'self').has('self')
      ? writer(frame, scope.declareParameter('self'))
      : null;
    analyseBody(scope, tree.body);
    const enter = this.compiler.enter(frame);
    const body = this.compiler.body(tree.body, frame);
    return (activation, out) => {
      setSelf?.(activation, new SelfReference(activation.context));
      enter(activation);
      body(activation, out);
    };
  }

  checkNames(filters: Names, tests: Names): void {
    for (const { kind, name, at, isSoft } of this.compiler.expressions.uses) {
      const isKnown = (kind === 'filter' ? filters : tests).has(name);
      if (!isKnown && !isSoft)
        throw new TemplateFailure(`There is no ${kind} "${name}"`, undefined, this.source.locate(at));
    }
  }

  blocksOf(autoescape: boolean): Iterable<readonly [string, BlockBody]> {
    const loaded = { template: this, autoescape };
    return [...this.blocks].map(([name, make]) => [name, make(loaded)] as const);
  }

  run(context: RenderContext, loaded: LoadedTemplate, out: string[]): void {
    const state: TemplateState = { loaded, parent: null };
    this.body(new Activation(context, state, null), out);
    const { parent } = state;
    if (parent !== null) context.run.nested(() => parent.template.run(context, parent, out));
  }
}
