// An operation of several requests whose parameters come one by one: each execution is made anew from its own.
import { BenchmarkError } from '../errors.ts';
import { type Json, type JsonObject, parseJson } from '../json.ts';
import type { LoadOperation, OperationContext, OperationSpec, ScriptOperation } from './operation.ts';
import type { ParameterSource, SourceParams } from './parameter-source.ts';
import { wrongParams } from './target-cache.ts';

/** Makes the operation of one client from the parameters of its context. */
export type CreateOperation = (context: OperationContext) => LoadOperation;

/**
 * Executes what `create` makes of each set of parameters. Moving on throws `PLUGIN` if the operation type refuses them,
 * and if it is one of single requests, which is made for the load path.
 */
export function sourcedScript(
  source: ParameterSource,
  context: OperationContext,
  create: CreateOperation,
): ScriptOperation {
  let current: ScriptOperation | null = null;
  return {
    kind: 'script',
    isFinite: source.isFinite,
    progress: () => source.progress(),
    ready: () => source.ready(),
    next: () => {
      current?.close?.();
      const item = source.next();
      current = item === null ? null : createOne(item, context, create);
      return current !== null;
    },
    run: async (session, outcome) => {
      if (current?.next() === true) await current.run(session, outcome);
    },
    close: () => {
      current?.close?.();
      source.close();
    },
  };
}

function createOne(item: SourceParams, context: OperationContext, create: CreateOperation): ScriptOperation {
  const spec: OperationSpec = { ...context.spec, params: withBody(item) };
  const operation = createChecked({ ...context, spec }, create);
  if (operation.kind === 'script') return operation;
  throw new BenchmarkError('PLUGIN', `"${spec.type}" cannot take its parameters from a source.`, {
    hint: 'Give it a fixed body, or run it by a runner of the plug-in.',
  });
}

function createChecked(context: OperationContext, create: CreateOperation): LoadOperation {
  try {
    return create(context);
  } catch (error) {
    if (!(error instanceof BenchmarkError) || error.code !== 'WORKLOAD_INVALID') throw error;
    throw wrongParams(context.spec, error.problems.length > 0 ? error.problems : [{ message: error.message }]);
  }
}

/** The parameters with a body that was given apart. */
function withBody({ params, body }: SourceParams): JsonObject {
  if (body === null) return params;
  const json = parseJson(typeof body === 'string' ? body : Buffer.from(body).toString());
  return new Map<string, Json>([...params, ['body', json]]);
}
