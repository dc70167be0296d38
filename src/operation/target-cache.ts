// Keeps what was made of parameters that come one by one, so that equal ones are read once.
import { BenchmarkError, type Problem } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { OperationContext, OperationSpec, WorkloadFacts } from './operation.ts';
import { ParamReader } from './params.ts';

/** Sources with more different parameters than this have others in each request, and keeping them is of no use. */
const MOST = 1000;

/** How parameters become what requests are made with. */
export interface TargetRecipe<P, T> {
  /** Reads the parameters. Problems go to the reader. */
  read(reader: ParamReader, facts: WorkloadFacts): P;
  /** Makes the target from parameters without problems. */
  make(params: P): T;
}

/**
 * Makes targets, and keeps each by the identity of its parameters, which a source keeps for equal ones. Throws `PLUGIN`
 * if parameters are wrong.
 */
export class TargetCache<P, T> {
  private readonly recipe: TargetRecipe<P, T>;
  private readonly context: OperationContext;
  private readonly known = new Map<JsonObject, T>();
  private lastParams: JsonObject | null = null;
  private last: T | null = null;

  constructor(context: OperationContext, recipe: TargetRecipe<P, T>) {
    this.context = context;
    this.recipe = recipe;
  }

  /** The target of the parameters. */
  of(params: JsonObject): T {
    if (params === this.lastParams && this.last !== null) return this.last;
    const target = this.known.get(params) ?? this.make(params);
    this.lastParams = params;
    this.last = target;
    return target;
  }

  private make(params: JsonObject): T {
    const reader = new ParamReader(params);
    const read = this.recipe.read(reader, this.context.workload);
    if (reader.problems.length > 0) throw wrongParams(this.context.spec, reader.problems);
    const target = this.recipe.make(read);
    if (this.known.size >= MOST) this.known.clear();
    this.known.set(params, target);
    return target;
  }
}

/** The error for parameters of a source that the operation type refuses. */
export function wrongParams({ params, type }: OperationSpec, problems: readonly Problem[]): BenchmarkError {
  const name = params.get('param-source');
  const source = typeof name === 'string' ? `parameter source "${name}"` : 'the parameter source';
  return new BenchmarkError('PLUGIN', `The parameters that ${source} gives "${type}" are wrong.`, { problems });
}
