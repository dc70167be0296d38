// Plausible values for the fields of a mapping: within the ranges that queries ask for, and of the type of the field.
import { isJsonNumber, type JsonObject, toNumber } from '../../src/json.ts';
import type { FieldHints, GeoPoint } from './query-hints.ts';

/** A value of a document. */
export type DocumentValue =
  | null
  | boolean
  | number
  | string
  | readonly DocumentValue[]
  | { readonly [name: string]: DocumentValue };

/** Makes a value from uniform numbers in [0, 1). */
export type ValueMaker = (random: () => number) => DocumentValue;

/** The name of a field that holds words, for the queries that a percolator stores. */
export interface MakerContext {
  readonly textField: string;
}

type MakerOf = (mapping: JsonObject, hints: FieldHints, context: MakerContext) => ValueMaker;

const WORDS =
  'amber basin cedar delta ember fjord grove harbor island juniper kernel lagoon meadow nectar orchid prairie'.split(
    ' ',
  );
/** The share of values that are taken from the queries. */
const HINTED_SHARE = 0.4;
const DAY_MILLIS = 86_400_000;
const DEFAULT_DATES = [Date.UTC(2015, 0, 1), Date.UTC(2016, 0, 1)] as const;
const DEFAULT_DIMENSION = 8;

/** The maker of a field. A type that is not known gets words, which says so in the answers of the server. */
export function valueMaker(type: string, mapping: JsonObject, hints: FieldHints, context: MakerContext): ValueMaker {
  return (MAKERS[type] ?? textMaker)(mapping, hints, context);
}

const pick = <T>(items: readonly T[], random: () => number): T | undefined =>
  items[Math.floor(random() * items.length)];
const wordsOf = (count: number, random: () => number): string =>
  Array.from({ length: count }, () => pick(WORDS, random) ?? '').join(' ');

/** Values of the queries for some of the documents, others for the rest. */
function mixed(hinted: readonly DocumentValue[], other: ValueMaker): ValueMaker {
  return (random) => (random() < HINTED_SHARE ? (pick(hinted, random) ?? other(random)) : other(random));
}

function textMaker(_mapping: JsonObject, { values }: FieldHints): ValueMaker {
  return mixed(values.map(String), (random) => wordsOf(6, random));
}

function keywordMaker(_mapping: JsonObject, { values }: FieldHints): ValueMaker {
  return mixed(values.map(String), (random) => wordsOf(1, random));
}

/** Numbers between the ends of the ranges that are asked for, cut to what the type holds. */
function numberMaker(least: number, most: number, isWhole: boolean): MakerOf {
  return (_mapping, { values, bounds }) => {
    const [low, high] = spanOf(bounds.map(Number).filter(Number.isFinite), 100, [0, 100]);
    const cut = (value: number): number => Math.min(most, Math.max(least, isWhole ? Math.round(value) : value));
    const hinted = values.map(Number).filter(Number.isFinite).map(cut);
    return mixed(hinted, (random) => cut(Number((low + random() * (high - low)).toFixed(2))));
  };
}

/** From the least to the greatest bound; a single bound, or none, is widened. */
function spanOf(bounds: readonly number[], width: number, otherwise: readonly [number, number]): [number, number] {
  if (bounds.length === 0) return [...otherwise];
  const low = bounds.reduce((least, bound) => Math.min(least, bound));
  const high = bounds.reduce((greatest, bound) => Math.max(greatest, bound));
  return low === high ? [low - width, high + width] : [low, high];
}

function dateMaker(mapping: JsonObject, { values, bounds }: FieldHints): ValueMaker {
  const write = dateWriter(mapping.get('format'));
  const moments = [...bounds, ...values].flatMap((bound) => momentOf(bound) ?? []);
  const [low, high] = spanOf(moments, 10 * DAY_MILLIS, DEFAULT_DATES);
  return (random) => write(Math.floor(low + random() * (high - low)));
}

/** A date of a query in ms since the epoch; `null` for one that depends on the time of the query. */
function momentOf(bound: string | number | boolean): number | null {
  if (typeof bound === 'number') return bound > 1e11 ? bound : bound * 1000;
  if (typeof bound === 'boolean' || bound.startsWith('now')) return null;
  const [plain = ''] = bound.split('||');
  const european = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(plain);
  const text = european === null ? plain.replace(' ', 'T') : `${european[3]}-${european[2]}-${european[1]}`;
  const moment = Date.parse(/T[\d:.]+$/.test(text) ? `${text}Z` : text);
  return Number.isNaN(moment) ? null : moment;
}

/** Writes dates in the first format that the mapping accepts. */
function dateWriter(format: unknown): (moment: number) => DocumentValue {
  const [first = ''] = typeof format === 'string' ? format.split('||') : [];
  if (first === 'epoch_second') return (moment) => Math.floor(moment / 1000);
  if (first === 'epoch_millis') return (moment) => moment;
  if (first === 'yyyy-MM-dd HH:mm:ss') return (moment) => new Date(moment).toISOString().slice(0, 19).replace('T', ' ');
  if (first === 'yyyy-MM-dd') return (moment) => new Date(moment).toISOString().slice(0, 10);
  return (moment) => new Date(moment).toISOString();
}

function ipMaker(_mapping: JsonObject, { values }: FieldHints): ValueMaker {
  const addresses = values.map(String).filter((value) => /^[\d.]+$|^[\da-f:]+$/i.test(value));
  return mixed(addresses, (random) => `10.${[1, 2, 3].map(() => Math.floor(random() * 256)).join('.')}`);
}

/** Places near those of the queries, or anywhere. */
function placeMaker({ points }: FieldHints): (random: () => number) => GeoPoint {
  return (random) => {
    const near = pick(points, random);
    if (near === undefined) return { lon: round(random() * 360 - 180), lat: round(random() * 170 - 85) };
    const moved = (value: number, most: number): number =>
      round(Math.max(-most, Math.min(most, value + random() * 2 - 1)));
    return { lon: moved(near.lon, 180), lat: moved(near.lat, 85) };
  };
}

const round = (value: number): number => Number(value.toFixed(5));

/** Points, lines and polygons by turns. */
function shapeMaker(_mapping: JsonObject, hints: FieldHints): ValueMaker {
  const placeOf = placeMaker(hints);
  return (random) => {
    const { lon, lat } = placeOf(random);
    const [west, east] = [round(Math.max(-179.8, lon - 0.1)), round(Math.min(179.8, lon + 0.1))];
    const [south, north] = [round(lat - 0.1), round(lat + 0.1)];
    const shapes: readonly DocumentValue[] = [
      { type: 'Point', coordinates: [west, south] },
      {
        type: 'LineString',
        coordinates: [
          [west, south],
          [east, north],
        ],
      },
      {
        type: 'Polygon',
        coordinates: [
          [
            [west, south],
            [east, south],
            [east, north],
            [west, south],
          ],
        ],
      },
    ];
    return pick(shapes, random) ?? null;
  };
}

function vectorMaker(mapping: JsonObject): ValueMaker {
  const dimension = mapping.get('dimension');
  const length = isJsonNumber(dimension) ? toNumber(dimension) : DEFAULT_DIMENSION;
  const dataType = mapping.get('data_type');
  const byte = (random: () => number): number => Math.floor(random() * 256) - 128;
  if (dataType === 'binary') return (random) => Array.from({ length: Math.ceil(length / 8) }, () => byte(random));
  if (dataType === 'byte') return (random) => Array.from({ length }, () => byte(random));
  return (random) => Array.from({ length }, () => round(random() * 2 - 1));
}

/** A range of the type of its ends. */
function rangeMaker(ends: MakerOf): MakerOf {
  return (mapping, hints, context) => {
    const end = ends(mapping, hints, context);
    return (random) => {
      const [gte = null, lte = null] = [end(random), end(random)].sort((left, right) => (low(left, right) ? -1 : 1));
      return { gte, lte };
    };
  };
}

const low = (left: DocumentValue, right: DocumentValue): boolean =>
  typeof left === 'number' && typeof right === 'number' ? left < right : String(left) < String(right);

const wholes = (bits: number): MakerOf => numberMaker(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1, true);
const longs = numberMaker(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, true);
const fractions = numberMaker(-1e30, 1e30, false);
const positive: MakerOf = () => (random) => Number((random() * 10 + 0.01).toFixed(3));

/** Makers by the type of the field. */
const MAKERS: Readonly<Record<string, MakerOf>> = {
  text: textMaker,
  match_only_text: textMaker,
  search_as_you_type: textMaker,
  semantic: textMaker,
  keyword: keywordMaker,
  constant_keyword: (mapping) => () => String(mapping.get('value') ?? 'constant'),
  wildcard: keywordMaker,
  boolean: () => (random) => random() < 0.5,
  byte: wholes(8),
  short: wholes(16),
  integer: wholes(32),
  token_count: wholes(32),
  long: longs,
  unsigned_long: numberMaker(0, Number.MAX_SAFE_INTEGER, true),
  half_float: numberMaker(-60_000, 60_000, false),
  float: fractions,
  double: fractions,
  scaled_float: numberMaker(-1e12, 1e12, false),
  date: dateMaker,
  date_nanos: dateMaker,
  ip: ipMaker,
  geo_point: (_mapping, hints) => {
    const placeOf = placeMaker(hints);
    return (random) => ({ ...placeOf(random) });
  },
  geo_shape: shapeMaker,
  binary: () => (random) => Buffer.from(wordsOf(3, random)).toString('base64'),
  completion: (_mapping, { values }) => mixed(values.map(String), (random) => wordsOf(2, random)),
  flat_object: () => (random) => ({ kind: wordsOf(1, random), size: Math.floor(random() * 100) }),
  knn_vector: vectorMaker,
  rank_feature: positive,
  rank_features: (mapping, hints, context) => {
    const weight = positive(mapping, hints, context);
    return (random) => Object.fromEntries(WORDS.slice(0, 4).map((word) => [word, weight(random)]));
  },
  integer_range: rangeMaker(wholes(32)),
  long_range: rangeMaker(longs),
  float_range: rangeMaker(fractions),
  double_range: rangeMaker(fractions),
  date_range: rangeMaker(dateMaker),
  ip_range: () => (random) => `10.${Math.floor(random() * 256)}.0.0/16`,
  percolator: (_mapping, _hints, { textField }) => {
    return (random) => ({ match: { [textField]: wordsOf(2, random) } });
  },
  join: (mapping) => {
    const relations = mapping.get('relations');
    // Children would need the routing of their parents, so all documents are parents.
    const [parent = 'parent'] = relations instanceof Map ? [...relations.keys()] : [];
    return () => String(parent);
  },
};
