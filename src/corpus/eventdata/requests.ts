// What is requested and answered: rows of path, size, verb and status.
import { type LengthBin, PathMaker } from './paths.ts';
import { TableRandom } from './random.ts';
import { packTexts, type TextArena } from './text-arena.ts';
import { type AliasTable, aliasTable, apportion, rankWeights } from './weights.ts';

const ROW_COUNT = 137_400;
const PATH_COUNT = 44_340;

/** Statuses of answers, with their shares in percent. */
const STATUSES: readonly (readonly [status: number, percent: number])[] = [
  [200, 74.74],
  [304, 22.14],
  [301, 2.12],
  [404, 0.87],
  [206, 0.07],
  [302, 0.04],
  [500, 0.01],
  [405, 0.004],
  [499, 0.003],
  [412, 0.002],
  [502, 0.001],
  [416, 0.0007],
  [403, 0.0005],
];

/** Verbs of requests, with their shares in percent. */
const VERBS: readonly (readonly [verb: string, percent: number])[] = [
  ['GET', 99.81],
  ['HEAD', 0.18],
  ['POST', 0.006],
  ['OPTIONS', 0.002],
  ['PROPFIND', 0.001],
  ['PUT', 0.001],
];

/** Extensions of paths, with their shares in percent. */
const EXTENSIONS: readonly (readonly [extension: string, percent: number])[] = [
  ['.png', 49.8],
  ['.html', 15.8],
  ['', 9.9],
  ['.css', 9.4],
  ['.js', 9.4],
  ['.svg', 3.0],
  ['.jpg', 1.2],
  ['.ico', 1.0],
  ['.gif', 0.2],
  ['.xml', 0.1],
  ['.woff', 0.1],
  ['.txt', 0.05],
  ['.zip', 0.03],
  ['.pdf', 0.02],
];

const PATH_LENGTHS: readonly LengthBin[] = [
  { from: 7, to: 12, share: 0.05 },
  { from: 13, to: 18, share: 0.2 },
  { from: 19, to: 29, share: 0.25 },
  { from: 30, to: 50, share: 0.25 },
  { from: 51, to: 69, share: 0.2 },
  { from: 70, to: 79, share: 0.04 },
  { from: 80, to: 140, share: 0.01 },
];
const LONGEST_PATH: LengthBin = { from: 5137, to: 5137, share: 0 };

const LARGEST_SIZE = 36_324_171;
/** Sizes in bytes of answers with status 200. Within an interval the logarithm of the size is roughly uniform. */
const OK_SIZES: readonly LengthBin[] = [
  { from: 43, to: 333, share: 0.008 },
  { from: 334, to: 2250, share: 0.334 },
  { from: 2251, to: 6766, share: 0.158 },
  { from: 6767, to: 9211, share: 0.165 },
  { from: 9212, to: 15_362, share: 0.201 },
  { from: 15_363, to: 39_836, share: 0.067 },
  { from: 39_837, to: 114_327, share: 0.053 },
  { from: 114_328, to: 1_036_092, share: 0.0123 },
  { from: 1_036_093, to: 4_000_000, share: 0.0009 },
  { from: 4_000_001, to: LARGEST_SIZE, share: 0.0004 },
];
/** Sizes in bytes of answers with other statuses: an interval around the median. */
const OTHER_SIZES: ReadonlyMap<number, readonly [from: number, to: number]> = new Map([
  [304, [0, 0]],
  [301, [171, 185]],
  [404, [8000, 8650]],
  [206, [30_000, 67_000]],
  [302, [0, 300]],
]);
/** Sizes in bytes of answers with any other status. */
const ERROR_SIZES = [150, 600] as const;

/** The table of requests. Rows are drawn with `alias`. */
export interface Requests {
  readonly alias: AliasTable;
  /** The path of each row, as a number in `paths`. */
  readonly pathOf: Uint16Array;
  /** The size of the answer of each row, in bytes. */
  readonly sizeOf: Uint32Array;
  /** Verb and status of each row, as a number in `results`, `statuses` and `verbs`. */
  readonly resultOf: Uint8Array;
  readonly paths: TextArena;
  /** The fields of verb and status: `, "verb": "GET", "response": 200, "httpversion": "1.1", "@timestamp": "`. */
  readonly results: TextArena;
  /** The status in the message: ` HTTP/1.1\" 200 `. */
  readonly statuses: TextArena;
  /** The verb in the message: `] \"GET `. */
  readonly verbs: TextArena;
  /** Length of the longest path, in characters. */
  readonly longestPath: number;
}

/** Builds the table of requests. It is always the same one. */
export function buildRequests(): Requests {
  const random = new TableRandom(401);
  const weights = rankWeights(ROW_COUNT, [
    { rank: 1, share: 0.055 },
    { rank: 10, share: 0.359 },
    { rank: 100, share: 0.625 },
    { rank: 1000, share: 0.8 },
    { rank: 10_000, share: 0.931 },
  ]);
  const statusOf = apportion(weights, percentages(STATUSES));
  const verbOf = apportion(weights, percentages(VERBS));
  const { pathOf, paths } = choosePaths(weights, random);
  const combinations = VERBS.flatMap(([verb]) => STATUSES.map(([status]) => ({ verb, status })));
  return {
    alias: aliasTable(weights),
    pathOf,
    sizeOf: chooseSizes(weights, statusOf, verbOf, random),
    resultOf: new Uint8Array(statusOf.map((status, row) => (verbOf[row] ?? 0) * STATUSES.length + status)),
    paths: packTexts(paths),
    results: packTexts(
      combinations.map(
        ({ verb, status }) => `, "verb": "${verb}", "response": ${status}, "httpversion": "1.1", "@timestamp": "`,
      ),
    ),
    statuses: packTexts(combinations.map(({ status }) => ` HTTP/1.1\\" ${status} `)),
    verbs: packTexts(combinations.map(({ verb }) => `] \\"${verb} `)),
    longestPath: LONGEST_PATH.to,
  };
}

const percentages = (shares: readonly (readonly [unknown, number])[]): readonly number[] =>
  shares.map(([, percent]) => percent / 100);

/** Gives each row a path. Rows share paths, because the same file is answered with several sizes and statuses. */
function choosePaths(
  weights: Float64Array,
  random: TableRandom,
): { readonly pathOf: Uint16Array; readonly paths: readonly string[] } {
  const extensionOf = apportion(weights, percentages(EXTENSIONS));
  const binOf = apportion(
    weights,
    PATH_LENGTHS.map(({ share }) => share),
  );
  const maker = new PathMaker(random);
  const paths: string[] = [];
  const alike: number[][] = Array.from({ length: EXTENSIONS.length * PATH_LENGTHS.length }, () => []);
  const pathOf = new Uint16Array(weights.length);
  for (let row = 0; row < weights.length; row++) {
    const bin = PATH_LENGTHS[binOf[row] ?? 0] ?? LONGEST_PATH;
    const extension = EXTENSIONS[extensionOf[row] ?? 0]?.[0] ?? '';
    const pool = alike[(extensionOf[row] ?? 0) * PATH_LENGTHS.length + (binOf[row] ?? 0)] ?? [];
    const isNewDue = paths.length < Math.floor(((row + 1) * PATH_COUNT) / weights.length);
    if (isNewDue || (pool.length === 0 && paths.length < PATH_COUNT)) {
      pool.push(paths.length);
      paths.push(maker.unique('', extension, paths.length === PATH_COUNT - 1 ? LONGEST_PATH : bin));
    }
    pathOf[row] = isNewDue ? paths.length - 1 : random.pick(pool.length === 0 ? [0] : pool);
  }
  return { pathOf, paths };
}

function chooseSizes(
  weights: Float64Array,
  statusOf: Uint16Array,
  verbOf: Uint16Array,
  random: TableRandom,
): Uint32Array {
  const isOk = (row: number): boolean =>
    STATUSES[statusOf[row] ?? 0]?.[0] === 200 && VERBS[verbOf[row] ?? 0]?.[0] !== 'HEAD';
  const binOf = apportion(
    weights.map((weight, row) => (isOk(row) ? weight : 0)),
    OK_SIZES.map(({ share }) => share),
  );
  return new Uint32Array(weights.length).map((_, row) => {
    if (row === weights.length - 1) return LARGEST_SIZE;
    if (VERBS[verbOf[row] ?? 0]?.[0] === 'HEAD') return 0;
    const bin = OK_SIZES[binOf[row] ?? 0];
    if (isOk(row) && bin !== undefined) return between(bin.from, bin.to, random);
    const [from, to] = OTHER_SIZES.get(STATUSES[statusOf[row] ?? 0]?.[0] ?? 0) ?? ERROR_SIZES;
    return between(from, to, random);
  });
}

/**
 * A number between two bounds, roughly uniform in its logarithm: the geometric mean of a harmonic and a linear blend of
 * the bounds.
 */
function between(from: number, to: number, random: TableRandom): number {
  const position = random.unit();
  const low = Math.max(from, 1);
  const harmonic = 1 / ((1 - position) / low + position / to);
  const linear = low + (to - low) * position;
  return from === to ? from : Math.min(to, Math.max(from, Math.round(Math.sqrt(harmonic * linear))));
}
