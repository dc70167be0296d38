// When a step ends early: one of its completing tasks (`completed-by`) has ended for everybody who takes part in it.

/**
 * Knows which participants (clients, threads or nodes) still run which of the completing tasks of a step. A task has
 * ended when the last of its participants has ended it. A task without participants never ends here: others run it and
 * say when it ends.
 */
export class Completion<P> {
  private readonly waiting = new Map<number, Set<P>>();

  /** `tasksOf` names the tasks that a participant runs, completing or not, by their position in the step. */
  constructor(completing: readonly number[], participants: Iterable<P>, tasksOf: (participant: P) => Iterable<number>) {
    for (const participant of participants) {
      for (const task of tasksOf(participant)) if (completing.includes(task)) this.join(task, participant);
    }
  }

  /** Notes that a participant has ended its part of a task. True if it was the last one: once per task. */
  end(task: number, participant: P): boolean {
    const left = this.waiting.get(task);
    return left?.delete(participant) === true && left.size === 0;
  }

  /**
   * Notes that a participant is gone. Returns the tasks that have ended by that, because nobody else was left in them.
   */
  withdraw(participant: P): readonly number[] {
    return [...this.waiting.keys()].filter((task) => this.end(task, participant));
  }

  private join(task: number, participant: P): void {
    const known = this.waiting.get(task);
    if (known === undefined) this.waiting.set(task, new Set([participant]));
    else known.add(participant);
  }
}
