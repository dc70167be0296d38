// Describes how a type looks as JSON, once for both directions: a codec writes values without loss, and checks
// everything when it reads them back. Larger codecs are put together from the small ones in this file.
import { BenchmarkError } from '../../errors.ts';
import { isJsonObject, type Json, type JsonObject, parseJson, writeJson } from '../../json.ts';

/**
 * Writes and reads values of one type: `decode(encode(value))` equals `value`, and `decode` throws {@link refuse} for
 * whatever is not such a value.
 */
export interface JsonCodec<T> {
  /** The value as plain data, which `JSON.stringify` can write. */
  encode(value: T): unknown;
  /** Reads plain data. `path` is where it stands in its message, for the error. */
  decode(value: unknown, path: string): T;
}

/** The most characters of a text, unless its codec is given another limit. */
const MAX_TEXT = 1 << 26;
/** The most items of a list, unless its codec is given another limit. */
const MAX_ITEMS = 1 << 21;
/** Numbers that JSON does not have, by the words that stand for them. */
const NUMBER_WORDS = new Map(
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => [String(value), value]),
);

/** The error for a message that cannot be read. It names the place, never the value, which might be a secret. */
export function refuse(path: string, expected: string): BenchmarkError {
  return new BenchmarkError('INTERNAL', `A message between nodes cannot be read: ${path} is not ${expected}.`, {
    hint: 'Run the same version of this program on the coordinator and on all workers.',
  });
}

/** A text of at most `maxLength` characters. */
export function text(maxLength: number = MAX_TEXT): JsonCodec<string> {
  return {
    encode: (value) => value,
    decode: (value, path) => {
      if (typeof value !== 'string' || value.length > maxLength)
        throw refuse(path, `a text of at most ${maxLength} characters`);
      return value;
    },
  };
}

/** True or false. */
export const boolean: JsonCodec<boolean> = {
  encode: (value) => value,
  decode: (value, path) => {
    if (typeof value !== 'boolean') throw refuse(path, 'true or false');
    return value;
  },
};

/** Any number. Those that JSON would lose are written as words: `NaN`, `Infinity`, `-Infinity` and `-0`. */
export const number: JsonCodec<number> = {
  encode: (value) => (Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value)),
  decode: (value, path) => {
    if (typeof value === 'number') return value;
    if (value === '-0') return -0;
    const special = typeof value === 'string' ? NUMBER_WORDS.get(value) : undefined;
    if (special === undefined) throw refuse(path, 'a number');
    return special;
  },
};

/** A whole number from 0 to `most`. */
export function count(most: number = Number.MAX_SAFE_INTEGER): JsonCodec<number> {
  return {
    encode: (value) => value,
    decode: (value, path) => {
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > most)
        throw refuse(path, `a whole number up to ${most}`);
      return value;
    },
  };
}

/** One of the given words. */
export function oneOf<const W extends string>(...words: readonly W[]): JsonCodec<W> {
  return {
    encode: (value) => value,
    decode: (value, path) => {
      const word = words.find((candidate) => candidate === value);
      if (word === undefined) throw refuse(path, `one of ${words.join(', ')}`);
      return word;
    },
  };
}

/** A value or `null`. */
export function nullable<T>(inner: JsonCodec<T>): JsonCodec<T | null> {
  return {
    encode: (value) => (value === null ? null : inner.encode(value)),
    decode: (value, path) => (value === null ? null : inner.decode(value, path)),
  };
}

/** A value or `undefined`, for properties of an {@link object} that may be absent. */
export function optional<T>(inner: JsonCodec<T>): JsonCodec<T | undefined> {
  return {
    encode: (value) => (value === undefined ? undefined : inner.encode(value)),
    decode: (value, path) => (value === undefined ? undefined : inner.decode(value, path)),
  };
}

/** A list of at most `most` items. */
export function list<T>(inner: JsonCodec<T>, most: number = MAX_ITEMS): JsonCodec<readonly T[]> {
  return {
    encode: (values) => values.map((value) => inner.encode(value)),
    decode: (value, path) => {
      if (!Array.isArray(value) || value.length > most) throw refuse(path, `a list of at most ${most} items`);
      return value.map((item, index) => inner.decode(item, `${path}[${index}]`));
    },
  };
}

/** An object with any keys, all of whose values have one type. */
export function record<T>(inner: JsonCodec<T>): JsonCodec<Readonly<Record<string, T>>> {
  return {
    encode: (value) => Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner.encode(item)])),
    decode: (value, path) =>
      Object.fromEntries(
        Object.entries(propertiesOf(value, path)).map(([key, item]) => [key, inner.decode(item, `${path}.${key}`)]),
      ),
  };
}

/** An object with exactly these properties. Others are left out, both when it is written and when it is read. */
export function object<T extends object>(fields: { readonly [K in keyof T]-?: JsonCodec<T[K]> }): JsonCodec<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return {
    encode: (value) => {
      const encoded: Record<string, unknown> = {};
      for (const name of names) encoded[name] = fields[name].encode(value[name]);
      return encoded;
    },
    decode: (value, path) => {
      const properties = propertiesOf(value, path);
      const decoded: Partial<T> = {};
      for (const name of names) {
        const item = fields[name].decode(
          Object.hasOwn(properties, name) ? properties[name] : undefined,
          `${path}.${name}`,
        );
        if (item !== undefined) decoded[name] = item;
      }
      // The compiler cannot see that the object is complete now: the codec of each field has accepted or refused it.
      return decoded as T;
    },
  };
}

/** One of several objects, told apart by their `kind`. */
export function union<T extends { readonly kind: string }>(
  kinds: { readonly [K in T['kind']]: JsonCodec<Extract<T, { readonly kind: K }>> },
): JsonCodec<T> {
  return byKind(new Map<string, JsonCodec<T>>(Object.entries(kinds)));
}

function byKind<T extends { readonly kind: string }>(codecs: ReadonlyMap<string, JsonCodec<T>>): JsonCodec<T> {
  const codecOf = (kind: unknown, path: string): JsonCodec<T> => {
    const codec = typeof kind === 'string' ? codecs.get(kind) : undefined;
    if (codec === undefined) throw refuse(`${path}.kind`, `one of ${[...codecs.keys()].join(', ')}`);
    return codec;
  };
  return {
    encode: (value) => codecOf(value.kind, '').encode(value),
    decode: (value, path) => codecOf(propertiesOf(value, path).kind, path).decode(value, path),
  };
}

/** The type that a codec reads and writes, so that a type that only messages have need not be written a second time. */
export type ValueOf<C> = C extends JsonCodec<infer T> ? (T extends object ? Readonly<T> : T) : never;

/** The union of messages that {@link messages} makes of the fields of its kinds. */
type MessageOf<M> = { readonly [K in keyof M & string]: Readonly<{ kind: K } & M[K]> }[keyof M & string];

/** A union of messages that are told apart by their `kind`. `kinds` has the fields of each, without `kind` itself. */
export function messages<M extends object>(
  kinds: {
    readonly [K in keyof M]: { readonly [P in keyof M[K]]: JsonCodec<M[K][P]> };
  },
): JsonCodec<MessageOf<M>> {
  const fieldsByKind = Object.entries<Readonly<Record<string, JsonCodec<unknown>>>>(kinds);
  const codecs = fieldsByKind.map(
    ([kind, fields]) => [kind, object<{ readonly kind: string }>({ kind: oneOf(kind), ...fields })] as const,
  );
  // The compiler cannot see that codecs of all kinds, built one by one from their fields, make up that of the union.
  return byKind(new Map(codecs)) as JsonCodec<MessageOf<M>>;
}

/** Any JSON of a workload. As a text within the message it keeps its numbers and the order of its keys. */
export const json: JsonCodec<Json> = {
  encode: (value) => writeJson(value),
  decode: (value, path) => parseJson(text().decode(value, path)),
};

/** A JSON object of a workload, written like {@link json}. */
export const jsonObject: JsonCodec<JsonObject> = {
  encode: (value) => writeJson(value),
  decode: (value, path) => {
    const parsed = json.decode(value, path);
    if (!isJsonObject(parsed)) throw refuse(path, 'a JSON object');
    return parsed;
  },
};

/** A value as JSON text. */
export const encodeText = <T>(codec: JsonCodec<T>, value: T): string => JSON.stringify(codec.encode(value));

/** Reads JSON text. Throws {@link refuse} if it is not JSON or the codec refuses it; `what` names it in the error. */
export function decodeText<T>(codec: JsonCodec<T>, encoded: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(encoded);
  } catch {
    throw refuse(what, 'JSON');
  }
  return codec.decode(value, what);
}

/** A value as JSON text in UTF-8. */
export const encodeBytes = <T>(codec: JsonCodec<T>, value: T): Uint8Array => Buffer.from(encodeText(codec, value));
/** Reads JSON text in UTF-8, like {@link decodeText}. */
export const decodeBytes = <T>(codec: JsonCodec<T>, bytes: Uint8Array, what: string): T =>
  decodeText(codec, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'), what);

function propertiesOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse(path, 'an object');
  return value as Readonly<Record<string, unknown>>;
}
