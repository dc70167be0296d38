// What the compilers of single tags use of the whole.

import type { Statement } from '../../syntax/tree.ts';
import type { Location } from '../../values/failure.ts';
import type { Activation } from '../runtime.ts';
import type { ExpressionCompiler } from './expression.ts';
import type { Execute, Frame } from './frame.ts';

export interface Compiler {
  readonly expressions: ExpressionCompiler;
  /** The statements of a body in a frame whose scope is analysed. */
  body(nodes: readonly Statement[], frame: Frame): Execute;
  /** Gives the variables of a finished scope their first values. */
  enter(frame: Frame): (activation: Activation) => void;
  /** Where an offset of the template is, for messages. */
  place(at: number): () => Location;
}
