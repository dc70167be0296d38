// A stream of values for randomized queries, from a function of a plug-in.
import { isJsonObject, type JsonObject, toJson } from '../../json.ts';
import type { PluginValues } from '../host.ts';
import type { ValueSource } from './api.ts';
import type { AuthorTrace } from './author-trace.ts';
import { kindOf } from './registrations.ts';

/** `name` names the source in errors; all values follow from `random`. */
export function authorValues(
  source: ValueSource,
  random: () => number,
  name: string,
  trace: AuthorTrace,
): PluginValues {
  return {
    ready: () => null,
    next: () =>
      checked(
        trace.call(
          () => name,
          () => source(random),
        ),
        name,
        trace,
      ),
    close: () => undefined,
  };
}

function checked(value: unknown, name: string, trace: AuthorTrace): JsonObject {
  const json = trace.call(
    () => name,
    () => toJson(value),
  );
  if (isJsonObject(json)) return json;
  throw trace.wrong(name, `it must return an object such as {"gte": 1, "lte": 5}, but returned ${kindOf(value)}`);
}
