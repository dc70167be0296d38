// Operations that send a sequence of requests as one sample and keep no state between executions.
import type { Outcome, ScriptOperation, Session } from './operation.ts';

/**
 * One execution. It must keep nothing for the next one, because parts of composites run the same function at the same
 * time.
 */
export type Script = (session: Session, outcome: Outcome) => Promise<void>;

/** An endless source of executions of one script. */
export function scriptOperation(run: Script): ScriptOperation {
  return { kind: 'script', isFinite: false, progress: () => null, next: () => true, run };
}
