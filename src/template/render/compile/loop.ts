// The tag `for`: plain, filtered and recursive loops, with and without the variable `loop`.
import { analyseLoop, FunctionLayout } from '../../syntax/scope.ts';
import type { ForNode } from '../../syntax/tree.ts';
import { blocksIn, loopAssignment, namesMentioned } from '../../syntax/walk.ts';
import { isTrue } from '../../values/compare.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { itemsOf, iteratorOf } from '../../values/iterate.ts';
import { print } from '../../values/print.ts';
import { markupOrText } from '../../values/text/escape.ts';
import type { Value } from '../../values/value.ts';
import { LoopVariable, type Recurse } from '../loop.ts';
import type { Activation } from '../runtime.ts';
import { type Assign, compileAssign } from './assign.ts';
import { type CompileFrame, type Execute, escapingIn, innerFrame, located, writer } from './compile-frame.ts';
import type { Compiler } from './compiler.ts';

/** Gives the items for which the `if` of a loop holds. It runs in a function of its own, with its own variables. */
type ItemFilter = (outer: Activation, items: Value) => Iterator<Value>;

interface LoopParts {
  readonly assign: Assign;
  readonly setLoop: Assign | null;
  readonly enter: (activation: Activation) => void;
  readonly body: Execute;
  readonly otherwise: Execute | null;
  readonly filter: ItemFilter | null;
}

/** Compiles `{% for %}`. */
export function compileLoop(node: ForNode, frame: CompileFrame, compiler: Compiler): Execute {
  const assigned = loopAssignment(node);
  if (assigned !== undefined) {
    throw new TemplateFailure(
      '"loop" is the loop\'s own variable and cannot be assigned in it',
      undefined,
      compiler.place(assigned.at)(),
    );
  }
  const layout = node.recursive ? new FunctionLayout(frame.scope.layout) : frame.scope.layout;
  const iterable = compiler.expressions.compile(node.iterable, frame);
  const parts = compileParts(node, frame, layout, compiler);
  if (node.recursive) return recursive(parts, iterable, frame, compiler.place(node.at));
  return located(compiler.place(node.iterable.at), (activation, out) => {
    runLoop(parts, { activation, outer: activation, items: iterable(activation), depth: 0, recurse: undefined }, out);
  });
}

function compileParts(node: ForNode, frame: CompileFrame, layout: FunctionLayout, compiler: Compiler): LoopParts {
  const loopFrame = innerFrame(frame, layout);
  // As in Jinja2, an included template sees `loop` only if the body of the loop names it.
  const usesLoop =
    node.recursive || namesMentioned(node.body, 'loop').has('loop') || blocksIn([node]).some((block) => block.scoped);
  const setLoop = usesLoop ? writer(loopFrame, loopFrame.scope.declareParameter('loop')) : null;
  analyseLoop(loopFrame.scope, node, 'body');
  const filter = compileFilter(node, frame, compiler);
  const assign = compileAssign(node.target, loopFrame);
  const enter = compiler.enter(loopFrame);
  const body = compiler.body(node.body, loopFrame);
  return { assign, setLoop, enter, body, otherwise: compileOtherwise(node, frame, layout, compiler), filter };
}

function compileOtherwise(
  node: ForNode,
  frame: CompileFrame,
  layout: FunctionLayout,
  compiler: Compiler,
): Execute | null {
  if (node.otherwise.length === 0) return null;
  const elseFrame = innerFrame(frame, layout);
  analyseLoop(elseFrame.scope, node, 'else');
  const enter = compiler.enter(elseFrame);
  const body = compiler.body(node.otherwise, elseFrame);
  return (activation, out) => {
    enter(activation);
    body(activation, out);
  };
}

function compileFilter(node: ForNode, frame: CompileFrame, compiler: Compiler): ItemFilter | null {
  if (node.test === null) return null;
  const testFrame = innerFrame(frame, new FunctionLayout(frame.scope.layout));
  analyseLoop(testFrame.scope, node, 'test');
  const assign = compileAssign(node.target, testFrame);
  const enter = compiler.enter(testFrame);
  const test = compiler.expressions.compile(node.test, testFrame);
  return function* (outer, items) {
    const activation = outer.inner();
    enter(activation);
    for (const item of itemsOf(items)) {
      outer.context.run.countIteration();
      assign(activation, item);
      if (isTrue(test(activation))) yield item;
    }
  };
}

interface LoopRun {
  /** The call in which the body runs. */
  readonly activation: Activation;
  /** The call in which the loop stands. It is another one only for recursive loops. */
  readonly outer: Activation;
  readonly items: Value;
  readonly depth: number;
  readonly recurse: Recurse | undefined;
}

function runLoop(parts: LoopParts, { activation, outer, items, depth, recurse }: LoopRun, out: string[]): void {
  const { assign, setLoop, enter, body, filter } = parts;
  const { run } = activation.context;
  const iterator = filter === null ? iteratorOf(items) : filter(outer, items);
  const loop =
    setLoop === null ? null : new LoopVariable(iterator, filter === null ? items : undefined, depth, recurse);
  let isEmpty = true;
  for (;;) {
    const next = loop === null ? iterator.next() : undefined;
    const item = loop === null ? (next?.done === true ? undefined : next?.value) : loop.advance();
    if (item === undefined) break;
    isEmpty = false;
    run.countIteration();
    assign(activation, item);
    if (setLoop !== null && loop !== null) setLoop(activation, loop);
    enter(activation);
    body(activation, out);
  }
  if (isEmpty) parts.otherwise?.(activation, out);
}

function recursive(
  parts: LoopParts,
  iterable: (activation: Activation) => Value,
  frame: CompileFrame,
  place: Parameters<typeof located>[0],
): Execute {
  const escapes = escapingIn(frame);
  return located(place, (outer: Activation, out: string[]) => {
    const recurse: Recurse = (items, depth) =>
      outer.context.run.nested(() => {
        const pieces: string[] = [];
        runLoop(parts, { activation: outer.inner(), outer, items, depth, recurse }, pieces);
        return markupOrText(pieces.join(''), escapes(outer));
      });
    out.push(print(recurse(iterable(outer), 0)));
  });
}
