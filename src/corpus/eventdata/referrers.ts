// Referrers: from where requests were linked. Mostly these are pages of the site itself; often there is none.
import { type LengthBin, PathMaker } from './paths.ts';
import { TableRandom } from './random.ts';
import { jsonText, packTexts, type TextArena } from './text-arena.ts';
import { type AliasTable, aliasTable, apportion, rankWeights } from './weights.ts';
import { makeWords } from './word-list.ts';

const REFERRER_COUNT = 17_511;
const HOST_COUNT = 800;
const EMPTY_SHARE = 0.268;

/**
 * The hosts that stand out, with their shares of events in percent: the site, its content network, its forum, search
 * engines.
 */
const LEADING_HOSTS: readonly (readonly [origin: string, percent: number])[] = [
  ['https://www.example.org', 65.0],
  ['https://cdn.example.org', 1.7],
  ['https://discuss.example.org', 1.5],
  ['https://search.example', 1.3],
  ['https://in.search.example', 0.4],
  ['https://de.search.example', 0.35],
  ['https://fr.search.example', 0.3],
  ['https://uk.search.example', 0.25],
  ['https://cn.search.example', 0.2],
];

/** The lengths of referrers that are not empty. */
const LENGTHS: readonly LengthBin[] = [
  { from: 24, to: 63, share: 0.317 },
  { from: 64, to: 83, share: 0.341 },
  { from: 84, to: 98, share: 0.274 },
  { from: 99, to: 167, share: 0.054 },
  { from: 168, to: 327, share: 0.014 },
];

/** The table of referrers. Entries are drawn with `alias`. */
export interface Referrers {
  readonly alias: AliasTable;
  /** The text of each entry: `", "referrer": "\"…\"", "request": "`. */
  readonly fields: TextArena;
  /** How many characters the referrer of each entry has in JSON, its escaped quotes included. */
  readonly lengths: Uint16Array;
}

/** The text before the referrer in {@link Referrers.fields}. */
export const REFERRER_PREFIX = '", "referrer": "';

/** Builds the table of referrers. It is always the same one. The first entry is the empty referrer, `"-"`. */
export function buildReferrers(): Referrers {
  const random = new TableRandom(301);
  const weights = rankWeights(REFERRER_COUNT, [
    { rank: 1, share: EMPTY_SHARE },
    { rank: 10, share: 0.38 },
    { rank: 100, share: 0.556 },
    { rank: 1000, share: 0.834 },
    { rank: 10_000, share: 0.987 },
  ]);
  const linked = weights.subarray(1);
  const hosts = listHosts(random);
  const hostOf = apportion(
    linked,
    hosts.map(({ share }) => share),
  );
  const binOf = apportion(
    linked,
    LENGTHS.map(({ share }) => share * (1 - EMPTY_SHARE)),
  );
  const paths = new PathMaker(random);
  const referrers = [jsonText('"-"')];
  for (let i = 0; i < linked.length; i++) {
    const bin = LENGTHS[binOf[i] ?? 0];
    if (bin === undefined) throw new RangeError('A referrer without a length.');
    referrers.push(jsonText(`"${paths.unique(hosts[hostOf[i] ?? 0]?.origin ?? '', '', bin)}"`));
  }
  return {
    alias: aliasTable(weights),
    fields: packTexts(referrers.map((referrer) => `${REFERRER_PREFIX}${referrer}", "request": "`)),
    lengths: new Uint16Array(referrers.map(({ length }) => length)),
  };
}

/** The hosts that stand out, and others, whose shares fall like 1 / (rank + 10). */
function listHosts(random: TableRandom): readonly { readonly origin: string; readonly share: number }[] {
  const leading = LEADING_HOSTS.map(([origin, percent]) => ({ origin, share: percent / 100 }));
  const words = makeWords(HOST_COUNT - leading.length, random);
  const rest = 1 - EMPTY_SHARE - leading.reduce((sum, { share }) => sum + share, 0);
  const scale = words.reduce((sum, _, i) => sum + 1 / (i + 10), 0);
  return [
    ...leading,
    ...words.map((word, i) => ({ origin: `http://${word}.example`, share: rest / (i + 10) / scale })),
  ];
}
