// The tags by which templates use others: `include`, `import`, `from`, `extends` and `block`.
import { analyseBody, FunctionLayout, Scope } from '../../syntax/scope.ts';
import type { BlockNode, ExtendsNode, FromImportNode, ImportNode, IncludeNode } from '../../syntax/tree.ts';
import { namesMentioned } from '../../syntax/walk.ts';
import { TemplateFailure, TemplateNotFound } from '../../values/failure.ts';
import { isText, Tuple, textOf, typeName, Undefined, type Value } from '../../values/value.ts';
import { runBlock, SelfReference, superBlock } from '../block-reference.ts';
import { TemplateModule } from '../module.ts';
import { Activation, type BlockBody, type LoadedTemplate, RenderContext, type TemplateRun } from '../runtime.ts';
import { bindName } from './assign.ts';
import { type CompileFrame, type Execute, located, reader, writer } from './compile-frame.ts';
import type { Compiler } from './compiler.ts';

/** Makes a function that gives the local variables which an included template or a scoped block sees. */
function compileLocals(frame: CompileFrame): (activation: Activation) => ReadonlyMap<string, Value> {
  const readers = [...frame.scope.visibleBindings()].map(([name, variable]) => ({
    name,
    read: reader(frame, variable),
  }));
  return (activation) => {
    const locals = new Map<string, Value>();
    for (const { name, read } of readers) {
      const value = read(activation);
      if (value !== undefined) locals.set(name, value);
    }
    return locals;
  };
}

/** The names of templates that a value stands for: one, or a list of alternatives if `several` are allowed. */
function templateNames(value: Value, several: boolean): readonly string[] {
  if (value instanceof Undefined) value.fail();
  if (isText(value)) return [textOf(value)];
  const items = value instanceof Tuple ? value.items : value;
  if (!several || !Array.isArray(items))
    throw new TemplateFailure(`The name of a template must be a text, not a ${typeName(value)}`);
  return items.flatMap((item: Value) => templateNames(item, false));
}

/** Runs a template in a context of its own, for an import. */
function renderModule(run: TemplateRun, loaded: LoadedTemplate, given: ReadonlyMap<string, Value>): TemplateModule {
  const context = new RenderContext(run, loaded, given);
  const out: string[] = [];
  run.nested(() => context.render(loaded, out));
  const exported = new Map<string, Value>();
  for (const name of context.exported) {
    const value = context.vars.get(name);
    if (value !== undefined) exported.set(name, value);
  }
  return new TemplateModule(out, exported);
}

/** Runs a template that does not see the variables of its importer. It runs only once per render. */
function sharedModule(run: TemplateRun, loaded: LoadedTemplate & { readonly name: string }): TemplateModule {
  const known = run.modules.get(loaded.name);
  if (known !== undefined) return known;
  const made = renderModule(run, loaded, run.globals);
  run.modules.set(loaded.name, made);
  return made;
}

/** Compiles `{% include %}`. */
export function compileInclude(node: IncludeNode, frame: CompileFrame, compiler: Compiler): Execute {
  const template = compiler.expressions.compile(node.template, frame);
  const locals = compileLocals(frame);
  const find = (activation: Activation): (LoadedTemplate & { readonly name: string }) | null => {
    const names = templateNames(template(activation), true);
    try {
      return activation.context.run.load(names);
    } catch (error) {
      if (node.ignoreMissing && error instanceof TemplateNotFound) return null;
      throw error;
    }
  };
  return located(compiler.place(node.at), (activation, out) => {
    const loaded = find(activation);
    const { run } = activation.context;
    if (loaded === null) return;
    if (node.withContext) {
      const context = new RenderContext(run, loaded, activation.context.all(locals(activation)));
      run.nested(() => context.render(loaded, out));
    } else out.push(sharedModule(run, loaded).print());
  });
}

function compileModule(
  node: ImportNode | FromImportNode,
  frame: CompileFrame,
  compiler: Compiler,
): (activation: Activation) => TemplateModule {
  const template = compiler.expressions.compile(node.template, frame);
  const locals = compileLocals(frame);
  return located(compiler.place(node.at), (activation) => {
    const { context } = activation;
    const loaded = context.run.load(templateNames(template(activation), false));
    return node.withContext
      ? renderModule(context.run, loaded, context.all(locals(activation)))
      : sharedModule(context.run, loaded);
  });
}

/** Compiles `{% import … as … %}`. */
export function compileImport(node: ImportNode, frame: CompileFrame, compiler: Compiler): Execute {
  const module = compileModule(node, frame, compiler);
  const bind = bindName(node.target, frame, false);
  return (activation) => bind(activation, module(activation));
}

/** Compiles `{% from … import … %}`. */
export function compileFromImport(node: FromImportNode, frame: CompileFrame, compiler: Compiler): Execute {
  const module = compileModule(node, frame, compiler);
  const { line } = compiler.place(node.at)();
  const names = node.names.map(({ name, alias }) => ({ name, bind: bindName(alias, frame, false) }));
  return (activation) => {
    const imported = module(activation);
    for (const { name, bind } of names) {
      const missing = `the template (imported on line ${line}) does not export the requested name '${name}'`;
      const value = imported.attribute(name);
      bind(activation, value === undefined ? new Undefined(missing) : value);
    }
  };
}

/** Compiles `{% extends %}`. Fails inside a loop or macro. */
export function compileExtends(node: ExtendsNode, frame: CompileFrame, compiler: Compiler): Execute {
  if (!frame.isTop)
    throw new TemplateFailure('"extends" stands only at the top of a template', undefined, compiler.place(node.at)());
  const template = compiler.expressions.compile(node.template, frame);
  return located(compiler.place(node.at), (activation) => {
    const { context, state } = activation;
    if (state.parent !== null) throw new TemplateFailure('The template already extends another');
    const parent = context.run.load(templateNames(template(activation), false));
    state.parent = parent;
    context.addBlocks(parent);
  });
}

/** Compiles the place where a block stands. The body of the most derived template runs there. */
export function compileBlockPlace(node: BlockNode, frame: CompileFrame, compiler: Compiler): Execute {
  const locals = node.scoped ? compileLocals(frame) : null;
  return located(compiler.place(node.at), (activation, out) => {
    const { context, state } = activation;
    if (frame.isTop && state.parent !== null) return;
    runBlock(node.name, locals === null ? context : context.derived(state.loaded, locals(activation)), out, 0);
  });
}

/**
 * Compiles the body of a block. It is a function of its own, which sees the variables of the context but no local ones.
 */
export function compileBlockBody(node: BlockNode, compiler: Compiler): (loaded: LoadedTemplate) => BlockBody {
  const scope = new Scope(null, new FunctionLayout(null));
  const frame: CompileFrame = { scope, isTop: false, isSoft: false, stopsAfterExtends: false, escaping: 'template' };
  const mentioned = namesMentioned(node.body, 'self', 'super');
  const setSelf = mentioned.has('self') ? writer(frame, scope.declareParameter('self')) : null;
  const setSuper = mentioned.has('super') ? writer(frame, scope.declareParameter('super')) : null;
  analyseBody(scope, node.body);
  const enter = compiler.enter(frame);
  const body = compiler.body(node.body, frame);
  return (loaded) => ({
    required: node.required,
    run: (context, out, depth) => {
      const activation = new Activation(context, { loaded, parent: null }, null);
      setSelf?.(activation, new SelfReference(context));
      setSuper?.(activation, superBlock(node.name, context, depth));
      enter(activation);
      body(activation, out);
    },
  });
}
