// Translates the body of an Elasticsearch transform into that of an OpenSearch one, as far as it has a counterpart.
//
//   source.index, source.query    source_index, data_selection_query
//   dest.index                    target_index
//   pivot.group_by                groups: terms, histogram, date_histogram
//   pivot.aggregations            aggregations: what OpenSearch has; filter, cardinality and terms as scripts
//   frequency, sync, settings     schedule, continuous, page_size
import { isJsonArray, isJsonObject, type Json, type JsonObject, writeJson } from '../json.ts';
import { ParamReader, shown } from './params.ts';
import { distinctCount, filterCount, frequentValues } from './transform-scripts.ts';

/** The body for OpenSearch, or all that keeps it from being one. */
export type TransformBody =
  | { readonly text: string; readonly problems: null }
  | { readonly text: null; readonly problems: readonly string[] };

const OWN_AGGREGATIONS: ReadonlySet<string> = new Set([
  'sum',
  'max',
  'min',
  'value_count',
  'avg',
  'scripted_metric',
  'percentiles',
]);
const DEFAULT_PAGE_SIZE = 500;
const DEFAULT_TERMS = 10;
/** Parts of a body that say nothing about the work. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['description', '_meta', 'pivot', 'source', 'dest', 'frequency']);
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Translates a body. One that is in OpenSearch's own form already, with `transform` at its top, stays as it is. */
export function transformBody(body: JsonObject): TransformBody {
  if (body.has('transform')) return { text: writeJson(body), problems: null };
  const translation = new Translation(body);
  const transform = translation.transform();
  return translation.problems.length > 0
    ? { text: null, problems: translation.problems }
    : { text: writeJson(new Map([['transform', transform]])), problems: null };
}

class Translation {
  readonly problems: string[] = [];
  private readonly body: JsonObject;

  constructor(body: JsonObject) {
    this.body = body;
  }

  transform(): JsonObject {
    const { body } = this;
    const pivot = this.objectAt(body, 'pivot', '');
    const settings = this.settings();
    for (const name of body.keys())
      if (!WITHOUT_EFFECT.has(name) && name !== 'sync' && name !== 'settings') this.lacks(name);
    return new Map<string, Json>([
      ['enabled', false],
      ['continuous', body.has('sync')],
      ['schedule', this.schedule()],
      ['description', body.get('description') ?? ''],
      ...this.source(),
      ...this.destination(),
      ['page_size', settings],
      ['groups', this.groups(this.objectAt(pivot, 'group_by', 'pivot.'))],
      ['aggregations', this.aggregations(pivot)],
    ]);
  }

  private lacks(path: string, what = ''): void {
    this.problems.push(`${path}${what === '' ? '' : ` (${what})`} has no counterpart in the transforms of OpenSearch`);
  }

  private objectAt(parent: JsonObject, name: string, prefix: string): JsonObject {
    const value = parent.get(name);
    if (isJsonObject(value)) return value;
    this.problems.push(`${prefix}${name} must be an object, but is ${shown(value ?? null)}`);
    return new Map();
  }

  private source(): readonly (readonly [string, Json])[] {
    const source = this.objectAt(this.body, 'source', '');
    const index = source.get('index');
    const [only, ...others] = isJsonArray(index) ? index : [index ?? null];
    if (typeof only !== 'string' || others.length > 0)
      this.problems.push(`source.index must be one name or pattern, but is ${shown(index ?? null)}`);
    for (const name of source.keys()) if (name !== 'index' && name !== 'query') this.lacks(`source.${name}`);
    const everything = new Map<string, Json>([['match_all', new Map<string, Json>()]]);
    return [
      ['source_index', only ?? ''],
      ['data_selection_query', source.get('query') ?? everything],
    ];
  }

  private destination(): readonly (readonly [string, Json])[] {
    const destination = this.objectAt(this.body, 'dest', '');
    const index = destination.get('index');
    if (typeof index !== 'string') this.problems.push(`dest.index must be a name, but is ${shown(index ?? null)}`);
    for (const name of destination.keys()) if (name !== 'index') this.lacks(`dest.${name}`);
    return [['target_index', index ?? '']];
  }

  /** The number of buckets of a page. */
  private settings(): number {
    const settings = this.body.has('settings') ? this.objectAt(this.body, 'settings', '') : new Map<string, Json>();
    for (const name of settings.keys()) if (name !== 'max_page_search_size') this.lacks(`settings.${name}`);
    const reader = new ParamReader(settings);
    const size = reader.integer('max_page_search_size', DEFAULT_PAGE_SIZE, { min: 1 });
    this.problems.push(...reader.problems.map(({ message }) => `settings: ${message}`));
    return size;
  }

  /** OpenSearch counts the time between two runs in whole minutes. */
  private schedule(): Json {
    const frequency = this.body.get('frequency') ?? '1m';
    const [, number = '', unit = ''] = /^(\d+)(s|m|h|d)$/.exec(String(frequency)) ?? [];
    const seconds = Number(number) * (SECONDS[unit] ?? 0);
    if (seconds === 0) this.problems.push(`frequency must be a time such as "1m", but is ${shown(frequency)}`);
    const interval = new Map<string, Json>([
      ['period', Math.max(1, Math.ceil(seconds / 60))],
      ['unit', 'Minutes'],
    ]);
    return new Map([['interval', interval]]);
  }

  private groups(groups: JsonObject): Json {
    if (groups.size === 0) this.problems.push('pivot.group_by names no group');
    return [...groups].map(([name, group]) => this.group(name, group));
  }

  private group(name: string, group: Json): Json {
    const path = `pivot.group_by.${name}`;
    const [[kind, body] = ['', null]] = isJsonObject(group) ? group : [];
    if (!isJsonObject(body) || !['terms', 'histogram', 'date_histogram'].includes(kind)) {
      this.lacks(path, kind);
      return null;
    }
    const renamed = new Map<string, Json>();
    for (const [key, value] of body) {
      const own = GROUP_KEYS[kind]?.[key];
      if (own === undefined) this.lacks(`${path}.${kind}.${key}`);
      else renamed.set(own, value);
    }
    return new Map([[kind, new Map<string, Json>([...renamed, ['target_field', name]])]]);
  }

  private aggregations(pivot: JsonObject): Json {
    const name = pivot.has('aggs') ? 'aggs' : 'aggregations';
    const aggregations = pivot.has(name) ? this.objectAt(pivot, name, 'pivot.') : new Map<string, Json>();
    for (const key of pivot.keys()) if (key !== name && key !== 'group_by') this.lacks(`pivot.${key}`);
    return new Map(
      [...aggregations].map(
        ([key, aggregation]) => [key, this.aggregation(`pivot.${name}.${key}`, aggregation)] as const,
      ),
    );
  }

  private aggregation(path: string, aggregation: Json): Json {
    const [[kind, body] = ['', null], ...others] = isJsonObject(aggregation) ? aggregation : [];
    const translated = others.length > 0 ? null : translate(kind, body);
    if (translated === null) this.lacks(path, [kind, ...others.map(([name]) => name)].join(', '));
    return translated;
  }
}

/** What OpenSearch calls the parameters of a group. */
const GROUP_KEYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  terms: { field: 'source_field' },
  histogram: { field: 'source_field', interval: 'interval' },
  date_histogram: {
    field: 'source_field',
    fixed_interval: 'fixed_interval',
    calendar_interval: 'calendar_interval',
    time_zone: 'timezone',
    format: 'format',
  },
};

/** An aggregation of one kind for OpenSearch; `null` if it has none that does the same. */
function translate(kind: string, body: Json): Json | null {
  if (OWN_AGGREGATIONS.has(kind)) return new Map([[kind, body]]);
  if (kind === 'filter') return filterCount(body);
  if (!isJsonObject(body)) return null;
  const field = body.get('field');
  if (typeof field !== 'string') return null;
  const names = [...body.keys()].filter((name) => name !== 'field');
  // The precision of a count that is exact does not matter.
  if (kind === 'cardinality')
    return names.every((name) => name === 'precision_threshold') ? distinctCount(field) : null;
  if (kind !== 'terms' || names.some((name) => name !== 'size')) return null;
  return frequentValues(field, new ParamReader(body).integer('size', DEFAULT_TERMS, { min: 1 }));
}
