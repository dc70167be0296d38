// Queries of the search API as messages of the gRPC interface: those kinds that both sides know.
import { Float, isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, toNumber } from '../json.ts';
import { ProtoMessage } from './protobuf.ts';

/** Hears what of a query cannot be sent; the path is that within the query: `bool.must[0].term`. */
export type QueryProblems = (path: string, message: string) => void;

/** Number of the field of a kind within `QueryContainer`, and how its message is made. */
interface QueryKind {
  readonly field: number;
  encode(body: JsonObject, path: string, problems: QueryProblems): ProtoMessage;
}

/** Texts, numbers and booleans as `FieldValue`. */
function fieldValue(value: Json, path: string, problems: QueryProblems): ProtoMessage {
  const message = new ProtoMessage();
  if (typeof value === 'string') return message.text(3, value);
  if (typeof value === 'boolean') return message.boolean(1, value);
  if (typeof value === 'number' || typeof value === 'bigint')
    return message.message(2, new ProtoMessage().integer(2, value));
  if (value instanceof Float) return message.message(2, new ProtoMessage().double(4, value.value));
  problems(path, 'A value must be a text, a number or a boolean.');
  return message;
}

/** The one field of a query of the shape `{field: …}`, and what stands there; `null` after a problem. */
function onlyField(body: JsonObject, path: string, problems: QueryProblems): readonly [string, Json] | null {
  const fields = [...body].filter(([name]) => name !== 'boost' && name !== '_name');
  const [first] = fields;
  if (fields.length === 1 && first !== undefined) return first;
  problems(path, `The query must name one field, but names ${fields.length}.`);
  return null;
}

type Setter = (message: ProtoMessage, value: Json) => boolean;

const setText =
  (field: number): Setter =>
  (message, value) => {
    const isText = typeof value === 'string' || isJsonNumber(value);
    if (isText) message.text(field, typeof value === 'string' ? value : String(toNumber(value)));
    return isText;
  };
const setFloat =
  (field: number): Setter =>
  (message, value) => {
    if (isJsonNumber(value)) message.float(field, toNumber(value));
    return isJsonNumber(value);
  };
const setDouble =
  (field: number): Setter =>
  (message, value) => {
    if (isJsonNumber(value)) message.double(field, toNumber(value));
    return isJsonNumber(value);
  };
const setInteger =
  (field: number): Setter =>
  (message, value) => {
    if (typeof value === 'number') message.integer(field, value);
    return typeof value === 'number';
  };
const setBoolean =
  (field: number): Setter =>
  (message, value) => {
    if (typeof value === 'boolean') message.boolean(field, value);
    return typeof value === 'boolean';
  };

/** Writes the options of a query into its message; one that is not known, or has a wrong value, is a problem. */
function setOptions(
  message: ProtoMessage,
  options: JsonObject,
  setters: Readonly<Record<string, Setter>>,
  path: string,
  problems: QueryProblems,
): ProtoMessage {
  for (const [name, value] of options) {
    const setter = setters[name];
    if (setter === undefined) problems(`${path}.${name}`, 'This option cannot be sent over gRPC.');
    else if (!setter(message, value)) problems(`${path}.${name}`, 'The value has a wrong type.');
  }
  return message;
}

/**
 * A query of the shape `{field: value}` or `{field: {<key>: value, …options}}`; `set` writes the value.
 */
function fieldQuery(
  field: number,
  key: string,
  set: (message: ProtoMessage, value: Json, path: string, problems: QueryProblems) => void,
  setters: Readonly<Record<string, Setter>>,
): QueryKind {
  return {
    field,
    encode(body, path, problems) {
      const entry = onlyField(body, path, problems);
      if (entry === null) return new ProtoMessage();
      const [name, given] = entry;
      const message = new ProtoMessage().text(1, name);
      const options = isJsonObject(given) ? given : new Map([[key, given]]);
      const value = options.get(key);
      if (value === undefined) problems(`${path}.${name}`, `"${key}" is missing.`);
      else set(message, value, `${path}.${name}.${key}`, problems);
      const others = new Map([...options].filter(([option]) => option !== key));
      return setOptions(message, others, setters, `${path}.${name}`, problems);
    },
  };
}

const textValue =
  (field: number) =>
  (message: ProtoMessage, value: Json, path: string, problems: QueryProblems): void => {
    if (!setText(field)(message, value)) problems(path, 'The value must be a text.');
  };

const plainQuery = (field: number, setters: Readonly<Record<string, Setter>>): QueryKind => ({
  field,
  encode: (body, path, problems) => setOptions(new ProtoMessage(), body, setters, path, problems),
});

const BOOST = 2;
const NAME = 3;
const naming = { boost: setFloat(BOOST), _name: setText(NAME) };

const range: QueryKind = {
  field: 10,
  encode(body, path, problems) {
    const entry = onlyField(body, path, problems);
    if (entry === null) return new ProtoMessage();
    const [name, limits] = entry;
    const isText = isJsonObject(limits) && [...limits.values()].some((limit) => typeof limit === 'string');
    const set = isText ? setText : setDouble;
    const setters = {
      ...naming,
      gt: set(5),
      gte: set(6),
      lt: set(7),
      lte: set(8),
      ...(isText ? { format: setText(11), time_zone: setText(12) } : {}),
    };
    if (!isJsonObject(limits)) problems(`${path}.${name}`, 'A range must be an object of limits.');
    const message = new ProtoMessage().text(1, name);
    if (isJsonObject(limits)) setOptions(message, limits, setters, `${path}.${name}`, problems);
    return new ProtoMessage().message(isText ? 2 : 1, message);
  },
};

const terms: QueryKind = {
  field: 13,
  encode(body, path, problems) {
    const given = onlyField(body, path, problems);
    if (given === null) return new ProtoMessage();
    const [name, values] = given;
    const array = new ProtoMessage();
    if (!isJsonArray(values)) problems(`${path}.${name}`, 'The values must be a list.');
    else
      values.forEach((value, index) => {
        array.message(1, fieldValue(value, `${path}.${name}[${index}]`, problems));
      });
    const entry = new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, array));
    const boost = body.get('boost');
    const message = new ProtoMessage().message(4, entry);
    return boost === undefined
      ? message
      : setOptions(message, new Map([['boost', boost]]), { boost: setFloat(1) }, path, problems);
  },
};

const CLAUSES = { filter: 3, must: 5, must_not: 6, should: 7 } as const;

const setMinimum: Setter = (message, value) => {
  const isGiven = typeof value === 'string' || typeof value === 'number';
  const minimum = new ProtoMessage();
  if (typeof value === 'number') message.message(4, minimum.integer(1, value));
  else if (typeof value === 'string') message.message(4, minimum.text(2, value));
  return isGiven;
};

const bool: QueryKind = {
  field: 1,
  encode(body, path, problems) {
    const message = new ProtoMessage();
    for (const [clause, field] of Object.entries(CLAUSES)) {
      const given = body.get(clause);
      const list = given === undefined ? [] : isJsonArray(given) ? given : [given];
      list.forEach((query, index) => {
        message.message(field, encodeQuery(query, `${path}.${clause}[${index}]`, problems));
      });
    }
    const others = new Map([...body].filter(([name]) => !(name in CLAUSES)));
    const setters = { boost: setFloat(1), _name: setText(2), minimum_should_match: setMinimum };
    return setOptions(message, others, setters, path, problems);
  },
};

const constantScore: QueryKind = {
  field: 3,
  encode(body, path, problems) {
    const message = new ProtoMessage().message(1, encodeQuery(body.get('filter') ?? null, `${path}.filter`, problems));
    const others = new Map([...body].filter(([name]) => name !== 'filter'));
    return setOptions(message, others, naming, path, problems);
  },
};

const setIds: Setter = (message, value) => {
  if (!isJsonArray(value)) return false;
  return value.every((id) => setText(3)(message, id));
};

const setOperator: Setter = (message, value) => {
  const index = typeof value === 'string' ? ['and', 'or'].indexOf(value.toLowerCase()) : -1;
  if (index >= 0) message.integer(12, index + 1);
  return index >= 0;
};

const kinds: Readonly<Record<string, QueryKind>> = {
  bool,
  constant_score: constantScore,
  exists: plainQuery(6, { field: setText(1), ...naming }),
  ids: plainQuery(8, { values: setIds, boost: setFloat(1), _name: setText(2) }),
  match: fieldQuery(
    16,
    'query',
    (message, value, path, problems) => message.message(2, fieldValue(value, path, problems)),
    { boost: setFloat(3), _name: setText(4), analyzer: setText(5), operator: setOperator },
  ),
  match_all: plainQuery(25, { boost: setFloat(1), _name: setText(2) }),
  match_none: plainQuery(26, { boost: setFloat(1), _name: setText(2) }),
  match_phrase: fieldQuery(18, 'query', textValue(2), {
    boost: setFloat(3),
    _name: setText(4),
    analyzer: setText(5),
    slop: setInteger(6),
  }),
  prefix: fieldQuery(9, 'value', textValue(2), {
    boost: setFloat(3),
    _name: setText(4),
    case_insensitive: setBoolean(6),
  }),
  range,
  term: fieldQuery(
    12,
    'value',
    (message, value, path, problems) => message.message(4, fieldValue(value, path, problems)),
    { ...naming, case_insensitive: setBoolean(5) },
  ),
  terms,
  wildcard: fieldQuery(15, 'value', textValue(6), { ...naming, case_insensitive: setBoolean(4) }),
};

/** A query as the message `QueryContainer`. What cannot be sent is told to `problems`. */
export function encodeQuery(query: Json, path: string, problems: QueryProblems): ProtoMessage {
  const container = new ProtoMessage();
  const entries = isJsonObject(query) ? [...query] : [];
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    problems(path, `A query must be an object with one key, the kind of the query; over gRPC it is one of ${known}.`);
    return container;
  }
  const [kind, body] = entry;
  const encoder = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (encoder === undefined) {
    problems(`${path}.${kind}`, `A query of the kind "${kind}" cannot be sent over gRPC; ${known} can.`);
    return container;
  }
  if (!isJsonObject(body)) problems(`${path}.${kind}`, 'The query must be an object.');
  const object = isJsonObject(body) ? body : new Map<string, Json>();
  return container.message(encoder.field, encoder.encode(object, `${path}.${kind}`, problems));
}

const known = Object.keys(kinds).sort().join(', ');
