// Aggregations that transforms of OpenSearch lack, as scripts that compute the same from the doc values of a field.
import { isJsonNumber, isJsonObject, type Json, type JsonObject, toNumber } from '../json.ts';
import { scalarText } from './params.ts';

/** How a script decides whether a document counts. `test` is a condition on a doc value `v`. */
interface FilterScript {
  readonly field: string;
  readonly test: string;
  readonly params: readonly (readonly [string, Json])[];
}

/** Compares a doc value with a JSON value. Dates are refused, because a filter may write them in any format. */
const SAME =
  'boolean same(def v, def w) { ' +
  "if (v instanceof ZonedDateTime) { throw new IllegalArgumentException('filters of dates are not supported'); } " +
  'if (v instanceof Number && w instanceof Number) { return v.doubleValue() == w.doubleValue(); } ' +
  'return v.toString().equals(w.toString()); } ';
const RANGES: Readonly<Record<string, string>> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };
/** A condition that holds always. The script language refuses a loop that plainly ends with its first round. */
const ANY = 'v != null';
const SUM = 'long n = 0; for (s in states) { if (s != null) { n += s; } } return n;';

/** The number of documents that a filter lets pass; `null` for a filter that no script can stand for. */
export function filterCount(filter: Json): Json | null {
  if (!isJsonObject(filter) || filter.size !== 1) return null;
  const [[kind, body] = ['', null]] = filter;
  if (kind === 'match_all') return scripted([], 'state.n += 1;', 'return state.n;', SUM, 'state.n = 0L;');
  const script = isJsonObject(body) ? filterScript(kind, body) : null;
  if (script === null) return null;
  const { field, test, params } = script;
  const count = `for (def v : doc[params.field]) { if (${test}) { state.n += 1; break; } }`;
  const map = `${SAME}if (doc.containsKey(params.field)) { ${count} }`;
  return scripted([['field', field], ...params], map, 'return state.n;', SUM, 'state.n = 0L;');
}

function filterScript(kind: string, body: JsonObject): FilterScript | null {
  if (kind === 'exists') {
    const field = body.get('field');
    return typeof field === 'string' && body.size === 1 ? { field, test: ANY, params: [] } : null;
  }
  const [[field, condition] = ['', null]] = body;
  if (body.size !== 1) return null;
  if (kind === 'term')
    return termScript(field, [isJsonObject(condition) ? (condition.get('value') ?? null) : condition]);
  if (kind === 'terms') return Array.isArray(condition) ? termScript(field, condition as readonly Json[]) : null;
  return kind === 'range' && isJsonObject(condition) ? rangeScript(field, condition) : null;
}

function termScript(field: string, values: readonly Json[]): FilterScript | null {
  if (values.some((value) => scalarText(value) === null)) return null;
  const tests = values.map((_, index) => `same(v, params.w${index})`);
  return {
    field,
    test: tests.length === 0 ? 'v == null' : tests.join(' || '),
    params: values.map((value, index) => [`w${index}`, value] as const),
  };
}

function rangeScript(field: string, bounds: JsonObject): FilterScript | null {
  const tests: string[] = [];
  const params: (readonly [string, Json])[] = [];
  for (const [name, value] of bounds) {
    const sign = RANGES[name];
    if (sign === undefined || !isJsonNumber(value)) return null;
    tests.push(`v.doubleValue() ${sign} params.${name}`);
    params.push([name, toNumber(value)]);
  }
  return { field, test: tests.length === 0 ? ANY : tests.join(' && '), params };
}

/** The number of different values of a field, counted exactly. */
export function distinctCount(field: string): Json {
  return scripted(
    [['field', field]],
    'if (doc.containsKey(params.field)) { for (def v : doc[params.field]) { state.seen.add(v.toString()); } }',
    'return new ArrayList(state.seen);',
    'Set all = new HashSet(); for (s in states) { if (s != null) { all.addAll(s); } } return all.size();',
    'state.seen = new HashSet();',
  );
}

/** The `size` most frequent values of a field with their numbers of documents; equally frequent ones by name. */
export function frequentValues(field: string, size: number): Json {
  return scripted(
    [
      ['field', field],
      ['size', size],
    ],
    'if (doc.containsKey(params.field)) { Set own = new HashSet(); ' +
      'for (def v : doc[params.field]) { own.add(v.toString()); } ' +
      'for (k in own) { state.counts.merge(k, 1L, (a, b) -> a + b); } }',
    'return state.counts;',
    'Map all = new HashMap(); for (s in states) { if (s != null) { for (e in s.entrySet()) { ' +
      'all.merge(e.getKey(), e.getValue(), (a, b) -> a + b); } } } List order = new ArrayList(all.entrySet()); ' +
      'order.sort((a, b) -> { int c = Long.compare(b.getValue(), a.getValue()); ' +
      'return c != 0 ? c : a.getKey().compareTo(b.getKey()); }); Map top = new LinkedHashMap(); ' +
      'for (e in order) { if (top.size() == params.size) { break; } top.put(e.getKey(), e.getValue()); } return top;',
    'state.counts = new HashMap();',
  );
}

function scripted(
  params: readonly (readonly [string, Json])[],
  map: string,
  combine: string,
  reduce: string,
  init: string,
): Json {
  const metric = new Map<string, Json>([
    ['params', new Map(params)],
    ['init_script', init],
    ['map_script', map],
    ['combine_script', combine],
    ['reduce_script', reduce],
  ]);
  return new Map([['scripted_metric', metric]]);
}
