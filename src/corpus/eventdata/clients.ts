// Where requests come from: addresses that return often, and prefixes of two octets for addresses that do not. Each has
// a fixed country and place.
import { type Country, listCountries } from './countries.ts';
import { mix32, TableRandom } from './random.ts';
import { jsonText, packTexts, type TextArena } from './text-arena.ts';
import { type AliasTable, aliasTable, apportionHead, rankWeights } from './weights.ts';

const FREQUENT_COUNT = 51_015;
const FREQUENT_SHARE = 0.7303;
const PREFIX_COUNT = 28_749;
/** Places per address or prefix of a country. Drawing at random hits about 0.47 of so many: 37,500 places in all. */
const PLACES_PER_ENTRY = 0.57;

/**
 * The table of clients. Entries are drawn with `alias`; those before `firstPrefix` are addresses, the others prefixes
 * of two octets.
 */
export interface Clients {
  readonly alias: AliasTable;
  readonly firstPrefix: number;
  /** Octets of each entry, the first one in the highest bits. */
  readonly addressOf: Uint32Array;
  readonly countryOf: Uint16Array;
  readonly placeOf: Uint32Array;
  /** The text of each country: `{"country_name": "…", "location": [`. */
  readonly countries: TextArena;
  /** The text of each place: `longitude, latitude]}, "clientip": "`. */
  readonly places: TextArena;
  /** The texts of octets: `0.` to `255.`. */
  readonly octets: TextArena;
}

/** Builds the table of clients. It is always the same one. */
export function buildClients(): Clients {
  const weights = clientWeights();
  const countries = listCountries();
  const countryOf = chooseCountries(weights, countries);
  const addressOf = new Uint32Array(weights.length);
  addressOf.set(frequentAddresses());
  addressOf.set(prefixes(), FREQUENT_COUNT);
  return {
    alias: aliasTable(weights),
    firstPrefix: FREQUENT_COUNT,
    addressOf,
    countryOf,
    ...choosePlaces(countries, countryOf),
    countries: packTexts(countries.map(({ name }) => `{"country_name": "${jsonText(name)}", "location": [`)),
    octets: packTexts(Array.from({ length: 256 }, (_, octet) => `${octet}.`)),
  };
}

function clientWeights(): Float64Array {
  const frequent = rankWeights(FREQUENT_COUNT, [
    { rank: 1, share: 0.013 },
    { rank: 10, share: 0.03 },
    { rank: 100, share: 0.079 },
    { rank: 1000, share: 0.222 },
    { rank: 10_000, share: 0.609 },
  ]);
  const rare = rankWeights(PREFIX_COUNT, [
    { rank: 1, share: 0.006 },
    { rank: 10, share: 0.023 },
    { rank: 100, share: 0.078 },
    { rank: 1000, share: 0.277 },
    { rank: 10_000, share: 0.825 },
  ]);
  const weights = new Float64Array(FREQUENT_COUNT + PREFIX_COUNT);
  weights.set(frequent.map((weight) => weight * FREQUENT_SHARE));
  weights.set(
    rare.map((weight) => weight * (1 - FREQUENT_SHARE)),
    FREQUENT_COUNT,
  );
  return weights;
}

function chooseCountries(weights: Float64Array, countries: readonly Country[]): Uint16Array {
  const shares = countries.map(({ share }) => share);
  const random = new TableRandom(102);
  const countryOf = new Uint16Array(weights.length);
  countryOf.set(apportionHead(weights.subarray(0, FREQUENT_COUNT), shares, random));
  countryOf.set(apportionHead(weights.subarray(FREQUENT_COUNT), shares, random), FREQUENT_COUNT);
  return countryOf;
}

/** Whether an octet can be the first one of an address in the internet. */
const isPublic = (octet: number): boolean => octet >= 1 && octet <= 223 && octet !== 10 && octet !== 127;

function frequentAddresses(): Uint32Array {
  const addresses = new Uint32Array(FREQUENT_COUNT);
  for (let i = 1, found = 0; found < FREQUENT_COUNT; i++) {
    // The mixing is a bijection, so no address comes twice.
    const bits = mix32(i);
    if (isPublic(bits >>> 24)) addresses[found++] = bits;
  }
  return addresses;
}

function prefixes(): Uint32Array {
  const addresses = new Uint32Array(PREFIX_COUNT);
  for (let i = 1, found = 0; found < PREFIX_COUNT; i++) {
    // An odd factor visits every one of the 65,536 prefixes before it repeats one.
    const bits = Math.imul(i, 40_503) & 0xffff;
    if (isPublic(bits >>> 8)) addresses[found++] = bits << 16;
  }
  return addresses;
}

/** Gives each entry a place in its country. Several entries may have the same one. */
function choosePlaces(
  countries: readonly Country[],
  countryOf: Uint16Array,
): { readonly placeOf: Uint32Array; readonly places: TextArena } {
  const random = new TableRandom(101);
  const entryCounts = new Uint32Array(countries.length);
  for (const country of countryOf) entryCounts[country] = (entryCounts[country] ?? 0) + 1;
  const texts: string[] = [];
  const ranges = countries.map((country, i) => {
    const first = texts.length;
    for (let count = Math.ceil((entryCounts[i] ?? 0) * PLACES_PER_ENTRY); count > 0; count--)
      texts.push(placeIn(country, random));
    return { first, last: texts.length - 1 };
  });
  const placeOf = new Uint32Array(countryOf.length);
  for (let entry = 0; entry < placeOf.length; entry++) {
    const { first, last } = ranges[countryOf[entry] ?? 0] ?? { first: 0, last: 0 };
    placeOf[entry] = random.integer(first, last);
  }
  return { placeOf, places: packTexts(texts) };
}

/**
 * A place in the box of a country. Each coordinate is the sum of two draws, so that most places lie towards the middle.
 */
function placeIn(country: Country, random: TableRandom): string {
  const across = random.unit() + random.unit() - 1;
  const along = random.unit() + random.unit() - 1;
  const longitude = degrees(country.longitude + across * country.halfWidth);
  return `${longitude}, ${degrees(country.latitude + along * country.halfHeight)}]}, "clientip": "`;
}

function degrees(value: number): string {
  const text = String(Math.round(value * 10_000) / 10_000);
  return text.includes('.') ? text : `${text}.0`;
}
