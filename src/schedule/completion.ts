// When a step ends early: one of its completing tasks has ended for everybody who takes part in it.

/**
 * Which participants (clients, threads or nodes) still run which of the completing tasks of a step. A task has ended when all of its participants
 * have ended it; a task without participants never ends here, because whoever runs it says so.
 */
export class Completion<P> {
  private readonly waiting = new Map<number, Set<P>>();

  /** `tasksOf` names the tasks that a participant runs, completing or not, by their position in the step. */
  constructor(completing: readonly number[], participants: Iterable<P>, tasksOf: (participant: P) => Iterable<number>) {
    for (const participant of participants) {
      for (const task of tasksOf(participant)) if (completing.includes(task)) this.join(task, participant);
    }
  }

  /** A participant has ended its part of a task. True for the last one of the task, once. */
  hasEnded(task: number, participant: P): boolean {
    const left = this.waiting.get(task);
    return left?.delete(participant) === true && left.size === 0;
  }

  /** A participant is gone: the tasks that have ended because nobody else is left in them. */
  withdraw(participant: P): readonly number[] {
    return [...this.waiting.keys()].filter((task) => this.hasEnded(task, participant));
  }

  private join(task: number, participant: P): void {
    const known = this.waiting.get(task);
    if (known === undefined) this.waiting.set(task, new Set([participant]));
    else known.add(participant);
  }
}
