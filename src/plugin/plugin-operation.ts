// The operation of a task in which a plug-in has a part: its source, its runner, or both.
import { borrowsDocuments, CorpusSource } from '../operation/corpus-source.ts';
import { startSource } from '../operation/first-params.ts';
import type { LoadOperation, OperationContext } from '../operation/operation.ts';
import type { ParameterSource } from '../operation/parameter-source.ts';
import { operationType } from '../operation/registry.ts';
import type { ClientPlace, PluginHost, PluginNames, PluginSource } from './host.ts';
import { openRandomizedSource, type RandomizationParts } from './randomized-source.ts';
import { RunnerOperation } from './runner-operation.ts';

/** An operation, and the plug-in's source that it has. */
export interface PluginOperation {
  /** `null` if the plug-in has nothing to do with the task. */
  readonly operation: LoadOperation | null;
  readonly source: PluginSource | null;
}

/**
 * Makes the operation of a task if the plug-in takes part in it. `randomization` says how queries are varied, `null`:
 * not at all. Rejects with `PLUGIN`.
 */
export async function openPluginOperation(
  host: PluginHost,
  names: PluginNames,
  randomization: RandomizationParts | null,
  place: ClientPlace,
  context: OperationContext,
): Promise<PluginOperation> {
  const { type } = place.operation;
  const known = operationType(type);
  const isRunner = names.runners.includes(type);
  const name = sourceName(place, names);
  const bodies = isRunner ? 'kept' : (known?.sourceBodies ?? 'inline');
  const source = name === null ? null : await host.openSource({ ...place, name, bodies });
  if (isRunner) {
    const documents = borrowsDocuments(place.operation) ? new CorpusSource(context) : null;
    const used = source ?? documents;
    await used?.ready();
    return { operation: new RunnerOperation(await host.openRunner(place), used, context), source };
  }
  const used = source ?? (type === 'search' ? await openRandomized(randomization, place) : null);
  if (used === null || known === undefined) return { operation: null, source };
  const start = await startSource(used);
  return { operation: known.createOver(start.source, context, start.first?.params ?? null), source };
}

const openRandomized = (parts: RandomizationParts | null, place: ClientPlace): Promise<ParameterSource | null> =>
  parts === null ? Promise.resolve(null) : openRandomizedSource(parts, place);

/** The plug-in's source that the operation names; `null` if it names none of these. */
function sourceName({ operation }: ClientPlace, names: PluginNames): string | null {
  const name = operation.params.get('param-source');
  return typeof name === 'string' && names.sources.includes(name) ? name : null;
}
