// Finds the parts of a query whose values are drawn for each request: below `range`, or below what the plug-in names.
import { isJsonArray, isJsonObject, type Json, type JsonObject, writeJson } from '../json.ts';
import type { OperationSpec } from '../operation/operation.ts';
import type { PluginNames, QueryRandomization } from './host.ts';

/** What is randomized if the plug-in does not say otherwise: ranges with a lower and an upper bound. */
const RANGES: Omit<QueryRandomization, 'operation'> = {
  query: 'range',
  parameters: [
    ['gte', 'gt'],
    ['lte', 'lt'],
  ],
  optional: ['format'],
};

/** A field of a query whose values are drawn. */
export interface RandomizedField {
  readonly field: string;
  /** What the query says of the field, from which everything is kept that is not drawn. */
  readonly template: JsonObject;
  readonly randomization: QueryRandomization;
}

/** A body that is cut at its randomized fields: piece, field, piece, field, …, piece. */
export interface RandomizedBody {
  readonly pieces: readonly string[];
  readonly fields: readonly RandomizedField[];
}

/** Cuts the body of a search at the fields that are drawn; `null` if there are none. */
export function cutBody({ name, params }: OperationSpec, names: PluginNames): RandomizedBody | null {
  const body = params.get('body');
  const query = isJsonObject(body) ? body.get('query') : undefined;
  if (!isJsonObject(body) || query === undefined) return null;
  const own = names.randomizations.find(({ operation }) => operation === name);
  const cutter = new Cutter(own ?? { ...RANGES, operation: name });
  const marked = writeJson(new Map([...body, ['query', cutter.mark(query)]]));
  if (cutter.fields.length === 0) return null;
  return { pieces: marked.split(writeJson(MARK)), fields: cutter.fields };
}

/** Stands in the place of a field, and in no query of a workload. */
const MARK = '\u0000randomized\u0000';

class Cutter {
  readonly fields: RandomizedField[] = [];
  private readonly randomization: QueryRandomization;

  constructor(randomization: QueryRandomization) {
    this.randomization = randomization;
  }

  /** The query with a mark in the place of each field that is drawn. */
  mark(value: Json): Json {
    if (isJsonArray(value)) return value.map((item) => this.mark(item));
    if (!isJsonObject(value)) return value;
    return new Map(
      [...value].map(([key, item]) => [
        key,
        key === this.randomization.query && isJsonObject(item) ? this.markFields(item) : this.mark(item),
      ]),
    );
  }

  private markFields(query: JsonObject): Json {
    const { randomization } = this;
    return new Map(
      [...query].map(([field, template]) => {
        const isDrawn =
          isJsonObject(template) &&
          randomization.parameters.every((options) => options.some((option) => template.has(option)));
        if (!isDrawn) return [field, template];
        this.fields.push({ field, template, randomization });
        return [field, MARK];
      }),
    );
  }
}

/** What the query says of a field, with a drawn value: each parameter under the name that the query uses. */
export function drawnField({ template, randomization }: RandomizedField, value: JsonObject): JsonObject {
  const drawn = new Map<string, Json>(template);
  for (const options of randomization.parameters) {
    const name = options.find((option) => template.has(option));
    const given = options.find((option) => value.has(option));
    if (name !== undefined && given !== undefined) drawn.set(name, value.get(given) ?? null);
  }
  // A value that has a format cannot be read by that of the query.
  for (const name of randomization.optional) {
    const given = value.get(name);
    if (given !== undefined) drawn.set(name, given);
  }
  return drawn;
}
