// The tags `macro` and `call`.
import { analyseMacro, FunctionLayout } from '../../syntax/scope.ts';
import type { CallBlockNode, MacroNode } from '../../syntax/tree.ts';
import { namesMentioned } from '../../syntax/walk.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { isText, textOf, typeName, Undefined, type Value } from '../../values/value.ts';
import { Macro, type MacroArguments, type MacroSignature } from '../macro.ts';
import type { Activation } from '../runtime.ts';
import { bindName } from './assign.ts';
import {
  type CompileFrame,
  type Evaluate,
  type Execute,
  innerFrame,
  located,
  reader,
  writer,
} from './compile-frame.ts';
import type { Compiler } from './compiler.ts';

/** Compiles `{% macro %}`. */
export function compileMacro(node: MacroNode, frame: CompileFrame, compiler: Compiler): Execute {
  const make = compileFunction(node, node.name, frame, compiler);
  const bind = bindName(node.name, frame);
  return (activation) => bind(activation, make(activation));
}

/** Compiles `{% call %}`. Its body becomes the `caller` of the macro that is called. */
export function compileCallBlock(node: CallBlockNode, frame: CompileFrame, compiler: Compiler): Execute {
  const caller = compileFunction(node, null, frame, compiler);
  const call = compiler.expressions.call(node.call, frame, caller);
  return located(compiler.place(node.at), (activation, out) => {
    const result = call(activation);
    if (!isText(result))
      throw new TemplateFailure(`The tag "call" needs a text from what it calls, not a ${typeName(result)}`);
    out.push(textOf(result));
  });
}

/** Sets a parameter to the argument of the call, or to its default. */
type SetParameter = (activation: Activation, given: Value | undefined) => void;

function compileFunction(
  node: MacroNode | CallBlockNode,
  name: string | null,
  frame: CompileFrame,
  compiler: Compiler,
): Evaluate {
  const inner: CompileFrame = {
    ...innerFrame(frame, new FunctionLayout(frame.scope.layout)),
    stopsAfterExtends: false,
  };
  const signature = signatureOf(node, name, compiler);
  const setSpecial = compileSpecial(signature, inner);
  analyseMacro(inner.scope, node);
  const enter = compiler.enter(inner);
  const parameters = compileParameters(node, inner, compiler);
  const body = compiler.body(node.body, inner);
  return (defining) =>
    new Macro(signature, (args) =>
      defining.context.run.nested(() => {
        const activation = defining.inner();
        setSpecial(activation, args);
        enter(activation);
        for (const [index, parameter] of parameters.entries()) parameter.give(activation, args.parameters[index]);
        for (const [index, parameter] of parameters.entries()) parameter.complete(activation, args.parameters[index]);
        const out: string[] = [];
        body(activation, out);
        return out.join('');
      }),
    );
}

function signatureOf(node: MacroNode | CallBlockNode, name: string | null, compiler: Compiler): MacroSignature {
  const parameters = node.parameters.map((parameter) => parameter.name);
  const mentioned = namesMentioned(node.body, 'caller', 'kwargs', 'varargs');
  const callerAt = parameters.indexOf('caller');
  if (mentioned.has('caller') && callerAt >= 0 && callerAt < parameters.length - node.defaults.length) {
    throw new TemplateFailure(
      'The parameter "caller" must have a default or be left out',
      undefined,
      compiler.place(node.at)(),
    );
  }
  return {
    name,
    parameters,
    usesCaller: mentioned.has('caller'),
    usesNamed: mentioned.has('kwargs') && !parameters.includes('kwargs'),
    usesRest: mentioned.has('varargs') && !parameters.includes('varargs'),
  };
}

/** Makes a function that sets `caller`, `kwargs` and `varargs`, as far as the body reads them. */
function compileSpecial(
  signature: MacroSignature,
  inner: CompileFrame,
): (activation: Activation, args: MacroArguments) => void {
  const declare = (name: string, isUsed: boolean): ReturnType<typeof writer> | null =>
    isUsed ? writer(inner, inner.scope.declareParameter(name)) : null;
  const caller = declare('caller', signature.usesCaller && !signature.parameters.includes('caller'));
  const named = declare('kwargs', signature.usesNamed);
  const rest = declare('varargs', signature.usesRest);
  return (activation, args) => {
    caller?.(activation, args.caller);
    named?.(activation, args.named);
    rest?.(activation, args.rest);
  };
}

interface CompiledParameter {
  /** Takes the argument of the call. */
  readonly give: SetParameter;
  /**
   * Computes the default if there was no argument. It runs after all arguments are there, because a default may read
   * other parameters.
   */
  readonly complete: SetParameter;
}

function compileParameters(
  node: MacroNode | CallBlockNode,
  inner: CompileFrame,
  compiler: Compiler,
): readonly CompiledParameter[] {
  const firstDefault = node.parameters.length - node.defaults.length;
  return node.parameters.map(({ name }, index) => {
    const variable = inner.scope.find(name);
    if (variable === undefined) throw new TemplateFailure(`The parameter "${name}" has no place`);
    const write = writer(inner, variable);
    const read = reader(inner, variable);
    const fallback = node.defaults[index - firstDefault];
    const evaluate: Evaluate =
      fallback === undefined
        ? () => new Undefined(`parameter '${name}' was not provided`)
        : compiler.expressions.compile(fallback, inner);
    return {
      give: write,
      complete: (activation) => {
        if (read(activation) === undefined) write(activation, evaluate(activation));
      },
    };
  });
}
