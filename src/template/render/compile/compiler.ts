// What the compilers of single tags need of the compiler of the whole template.

import type { Statement } from '../../syntax/tree.ts';
import type { Location } from '../../values/failure.ts';
import type { Activation } from '../runtime.ts';
import type { CompileFrame, Execute } from './compile-frame.ts';
import type { ExpressionCompiler } from './expression.ts';

/** Compiles what stands inside a tag. */
export interface Compiler {
  readonly expressions: ExpressionCompiler;
  /** Compiles the statements of a body. The scope of the frame must have been analysed. */
  body(nodes: readonly Statement[], frame: CompileFrame): Execute;
  /** Makes a function that gives the variables of a scope their first values. The scope must have been analysed. */
  enter(frame: CompileFrame): (activation: Activation) => void;
  /** File and line of an offset in the template, for messages. */
  place(at: number): () => Location;
}
