// What the operations of a workload ask of fields: documents that are made of it are found by the queries.
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, toNumber } from '../../src/json.ts';
import type { Operation } from '../../src/workload/model.ts';

/** What queries ask of one field. */
export interface FieldHints {
  /** Values that are looked for, as they stand in the queries. */
  readonly values: readonly (string | number | boolean)[];
  /** Ends of ranges. */
  readonly bounds: readonly (string | number)[];
  /** Corners and centres of geographic queries. */
  readonly points: readonly GeoPoint[];
}

/** A place on the earth, in degrees. */
export interface GeoPoint {
  readonly lon: number;
  readonly lat: number;
}

/** By the names of fields, as the queries write them: `name.raw` for a part of a multi-field. */
export type QueryHints = ReadonlyMap<string, FieldHints>;

interface Collected {
  readonly values: Set<string | number | boolean>;
  readonly bounds: Set<string | number>;
  readonly points: GeoPoint[];
}

/** So many values of a field are kept; some queries list thousands. */
const MOST_VALUES = 200;
const VALUE_KEYS = ['value', 'query', 'wildcard'];
const BOUND_KEYS = ['gte', 'gt', 'lte', 'lt', 'from', 'to'];
const VALUE_CLAUSES = new Set(['term', 'match', 'match_phrase', 'match_phrase_prefix', 'prefix', 'wildcard']);
const GEO_CLAUSES = new Set(['geo_bounding_box', 'geo_distance', 'geo_polygon', 'geo_shape']);

/** Reads the parameters of all operations. Queries in other languages than JSON (PPL, SQL) are not read. */
export function hintsOf(operations: readonly Operation[]): QueryHints {
  const found = new Map<string, Collected>();
  const fieldOf = (name: string): Collected => {
    const known = found.get(name) ?? { values: new Set(), bounds: new Set(), points: [] };
    found.set(name, known);
    return known;
  };
  for (const { params } of operations) visit(params, fieldOf);
  return new Map(
    [...found].map(([name, { values, bounds, points }]) => [
      name,
      { values: [...values].slice(0, MOST_VALUES), bounds: [...bounds], points },
    ]),
  );
}

function visit(node: Json, fieldOf: (name: string) => Collected): void {
  if (isJsonArray(node)) for (const item of node) visit(item, fieldOf);
  if (!isJsonObject(node)) return;
  for (const [key, inner] of node) {
    if (isJsonObject(inner)) readClause(key, inner, fieldOf);
    visit(inner, fieldOf);
  }
}

function readClause(clause: string, fields: JsonObject, fieldOf: (name: string) => Collected): void {
  for (const [name, asked] of fields) {
    if (clause === 'range' && isJsonObject(asked)) {
      for (const key of BOUND_KEYS) addBound(fieldOf(name), asked.get(key));
    } else if (VALUE_CLAUSES.has(clause)) {
      addValue(fieldOf(name), isJsonObject(asked) ? VALUE_KEYS.map((key) => asked.get(key)).find(isScalar) : asked);
    } else if (clause === 'terms' && isJsonArray(asked)) {
      for (const value of asked) addValue(fieldOf(name), value);
    } else if (GEO_CLAUSES.has(clause)) {
      fieldOf(name).points.push(...pointsIn(asked));
    }
  }
}

const isScalar = (value: Json | undefined): boolean =>
  typeof value === 'string' || typeof value === 'boolean' || isJsonNumber(value);

function addBound(field: Collected, value: Json | undefined): void {
  if (typeof value === 'string') field.bounds.add(value);
  else if (isJsonNumber(value)) field.bounds.add(toNumber(value));
}

function addValue(field: Collected, value: Json | undefined): void {
  // A pattern is made into a word that it matches.
  if (typeof value === 'string') field.values.add(value.replaceAll(/[*?]/g, 'a'));
  else if (typeof value === 'boolean') field.values.add(value);
  else if (isJsonNumber(value)) field.values.add(toNumber(value));
}

/** All places within a geographic query: objects with `lat` and `lon`, and pairs of longitude and latitude. */
function pointsIn(node: Json): readonly GeoPoint[] {
  if (isJsonArray(node)) {
    const [lon, lat] = node;
    if (node.length === 2 && isJsonNumber(lon) && isJsonNumber(lat)) return pointAt(toNumber(lon), toNumber(lat));
    return node.flatMap(pointsIn);
  }
  if (!isJsonObject(node)) return [];
  const lon = node.get('lon');
  const lat = node.get('lat');
  if (isJsonNumber(lon) && isJsonNumber(lat)) return pointAt(toNumber(lon), toNumber(lat));
  return [...node.values()].flatMap(pointsIn);
}

const pointAt = (lon: number, lat: number): readonly GeoPoint[] =>
  Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [{ lon, lat }] : [];
