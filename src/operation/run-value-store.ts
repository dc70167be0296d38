// The values that operations have left behind for later ones, as one load thread knows them.
import { type RunValues, runValueBounds } from '../run-values.ts';

/**
 * The values that one load thread knows. What is set is seen at once by all clients of the thread, and by the other
 * threads from the next step on; if several set the same name in one step, one of them counts, and nobody can say
 * which.
 */
export class RunValueStore {
  private readonly known = new Map<string, string>();
  private readonly unsent = new Set<string>();

  /** The JSON text of a value; `undefined` if nobody has set it yet. */
  get(name: string): string | undefined {
    return this.known.get(name);
  }

  /** All values that are known. */
  get all(): RunValues {
    return this.known;
  }

  /** Sets a value for the rest of the run. Throws a RangeError for one that is too large to be passed on. */
  set(name: string, json: string): void {
    const isNew = !this.known.has(name);
    if (name.length > runValueBounds.name || json.length > runValueBounds.text)
      throw new RangeError(`"${name.slice(0, runValueBounds.name)}" is too long for a value of a run.`);
    if (isNew && this.known.size >= runValueBounds.count)
      throw new RangeError(`A run has at most ${runValueBounds.count} values; "${name}" is one more.`);
    this.known.set(name, json);
    this.unsent.add(name);
  }

  /** Takes what the coordinator knows. */
  merge(values: RunValues): void {
    for (const [name, json] of values) this.known.set(name, json);
  }

  /** What was set since the last call, for the coordinator. */
  drain(): RunValues {
    const drained = new Map([...this.unsent].map((name) => [name, this.known.get(name) ?? ''] as const));
    this.unsent.clear();
    return drained;
  }
}
