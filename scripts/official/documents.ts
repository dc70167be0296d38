// Documents for an index: from its mapping, and from what the queries of the workload ask of its fields.
import { isJsonObject, type Json, type JsonObject } from '../../src/json.ts';
import { randomSource } from '../../src/random.ts';
import { type DocumentValue, type MakerContext, type ValueMaker, valueMaker } from './field-values.ts';
import type { FieldHints, QueryHints } from './query-hints.ts';

/** Makes the document of a number, the same each time. */
export type DocumentMaker = (index: number) => { readonly [name: string]: DocumentValue };

const NO_HINTS: FieldHints = { values: [], bounds: [], points: [] };
/** Nested objects are arrays of up to so many. */
const MOST_NESTED = 3;
const SEED = 7;

/**
 * Makes documents for an index with this body (`null`: without mapping). Fields that only queries name are added if the
 * mapping takes new fields.
 */
export function documentMaker(indexBody: Json, hints: QueryHints): DocumentMaker {
  const mappings = objectAt(isJsonObject(indexBody) ? indexBody : new Map(), 'mappings');
  const properties = objectAt(mappings, 'properties');
  const context: MakerContext = { textField: firstOfType(properties, 'text') ?? 'text' };
  const make = objectMaker(properties, '', hints, context);
  const added = isDynamic(mappings) ? unmappedFields(properties, hints) : [];
  return (index) => {
    const random = randomSource(SEED, index);
    const document = make(random);
    for (const { name, maker } of added) document[name] = maker(random);
    return document;
  };
}

type ObjectMaker = (random: () => number) => Record<string, DocumentValue>;

function objectMaker(properties: JsonObject, base: string, hints: QueryHints, context: MakerContext): ObjectMaker {
  const makers = [...properties].flatMap(([name, mapping]): readonly [string, ValueMaker][] => {
    if (!isJsonObject(mapping)) return [];
    const maker = fieldMaker(mapping, base === '' ? name : `${base}.${name}`, hints, context);
    return maker === null ? [] : [[name, maker]];
  });
  return (random) => Object.fromEntries(makers.map(([name, maker]) => [name, maker(random)]));
}

/** `null` for a field that documents do not have: an alias of another one. */
function fieldMaker(mapping: JsonObject, path: string, hints: QueryHints, context: MakerContext): ValueMaker | null {
  const type = mapping.get('type');
  if (type === 'alias') return null;
  if (typeof type !== 'string' || type === 'object' || type === 'nested') {
    const inner = objectMaker(objectAt(mapping, 'properties'), path, hints, context);
    if (type !== 'nested') return inner;
    return (random) => Array.from({ length: 1 + Math.floor(random() * MOST_NESTED) }, () => inner(random));
  }
  const names = [path, ...[...objectAt(mapping, 'fields').keys()].map((name) => `${path}.${name}`)];
  return valueMaker(type, mapping, joined(names.map((name) => hints.get(name) ?? NO_HINTS)), context);
}

/** What queries ask of a field and of the fields that are made of its values. */
const joined = (all: readonly FieldHints[]): FieldHints => ({
  values: all.flatMap(({ values }) => values),
  bounds: all.flatMap(({ bounds }) => bounds),
  points: all.flatMap(({ points }) => points),
});

interface AddedField {
  readonly name: string;
  readonly maker: ValueMaker;
}

/** Fields of queries that the mapping does not have and would take. Dots in a name stand for objects. */
function unmappedFields(properties: JsonObject, hints: QueryHints): readonly AddedField[] {
  return [...hints].flatMap(([name, asked]) => {
    const [top = ''] = name.split('.');
    const [value] = asked.values;
    if (properties.has(top) || /^_|[^\w.@-]/.test(name) || value === undefined) return [];
    const type = typeof value === 'string' ? 'keyword' : typeof value === 'boolean' ? 'boolean' : 'double';
    return [{ name, maker: valueMaker(type, new Map(), asked, { textField: '' }) }];
  });
}

function isDynamic(mappings: JsonObject): boolean {
  const dynamic = mappings.get('dynamic') ?? true;
  return dynamic === true || dynamic === 'true';
}

function firstOfType(properties: JsonObject, type: string): string | null {
  for (const [name, mapping] of properties) if (isJsonObject(mapping) && mapping.get('type') === type) return name;
  return null;
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const inner = object.get(key);
  return isJsonObject(inner) ? inner : new Map();
}
