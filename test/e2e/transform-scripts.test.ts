// The scripts that stand for aggregations which transforms lack, against a real OpenSearch that has both.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sharedOpenSearch } from '../../scripts/opensearch.ts';
import { type Json, toJson, writeJson } from '../../src/json.ts';
import { distinctCount, filterCount, frequentValues } from '../../src/operation/transform-scripts.ts';

const index = `e2e-transform-scripts-${process.pid}`;
const mappings = {
  properties: {
    who: { type: 'keyword' },
    code: { type: 'integer' },
    ratio: { type: 'float' },
    ip: { type: 'ip' },
    words: { type: 'keyword' },
    isGood: { type: 'boolean' },
    day: { type: 'date' },
  },
};
const documents = Array.from({ length: 200 }, (_, number) => ({
  who: `w${number % 3}`,
  ratio: number / 4,
  ip: `10.0.${number % 7}.${number % 11}`,
  words: [`a${number % 5}`, `b${number % 4}`, `a${number % 5}`],
  isGood: number % 2 === 0,
  day: '2026-01-01',
  ...(number % 10 === 0 ? {} : { code: [200, 301, 404, 404][number % 4] }),
}));

const filters: Readonly<Record<string, unknown>> = {
  'a number': { term: { code: 404 } },
  'a number as an object': { term: { code: { value: 301 } } },
  'a fraction': { term: { ratio: 2.5 } },
  'several numbers': { terms: { code: [200, 301] } },
  'a word': { term: { words: 'a1' } },
  'an address': { term: { ip: '10.0.3.4' } },
  'a truth': { term: { isGood: true } },
  'a range': { range: { ratio: { gte: 3, lt: 20.5 } } },
  'half a range': { range: { code: { gt: 200, lte: 404 } } },
  'what is there': { exists: { field: 'code' } },
  'what is nowhere': { term: { nothing: 1 } },
  everything: { match_all: {} },
};

describe('scripts in place of aggregations', () => {
  let url = '';
  let stop: () => Promise<void> = async () => undefined;

  before(async () => {
    ({ url, stop } = await sharedOpenSearch());
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ mappings, settings: { number_of_shards: 3, number_of_replicas: 0 } });
    await fetch(`${url}/${index}`, { method: 'PUT', headers, body });
    const lines = documents.map((document) => `{"index":{}}\n${JSON.stringify(document)}\n`).join('');
    const answer = await fetch(`${url}/${index}/_bulk?refresh=true`, { method: 'POST', headers, body: lines });
    assert.match(await answer.text(), /"errors":false/);
  });

  after(async () => {
    await fetch(`${url}/${index}`, { method: 'DELETE' });
    await stop();
  });

  /** The values of an aggregation in each group, as a transform asks for them. */
  async function perGroup(aggregation: Json, pick: (bucket: Bucket) => unknown): Promise<readonly unknown[]> {
    const sources = toJson([{ who: { terms: { field: 'who' } } }]);
    const groups = new Map<string, Json>([
      ['composite', new Map<string, Json>([['sources', sources]])],
      ['aggs', new Map([['x', aggregation]])],
    ]);
    const body = writeJson(
      new Map<string, Json>([
        ['size', 0],
        ['aggs', new Map([['groups', groups]])],
      ]),
    );
    const headers = { 'content-type': 'application/json' };
    const answer = await (await fetch(`${url}/${index}/_search`, { method: 'POST', headers, body })).text();
    const parsed = JSON.parse(answer) as { readonly aggregations?: { groups: { buckets: readonly Bucket[] } } };
    assert.ok(parsed.aggregations, answer);
    assert.equal(parsed.aggregations.groups.buckets.length, 3);
    return parsed.aggregations.groups.buckets.map(pick);
  }

  for (const [what, filter] of Object.entries(filters)) {
    test(`count the documents of a filter for ${what}`, async () => {
      const script = filterCount(toJson(filter));
      assert.ok(script !== null);
      const expected = await perGroup(new Map([['filter', toJson(filter)]]), ({ x }) => x.doc_count);
      assert.deepEqual(await perGroup(script, ({ x }) => x.value), expected);
    });
  }

  test('count different values', async () => {
    for (const field of ['ip', 'words', 'code', 'nothing']) {
      const expected = await perGroup(toJson({ cardinality: { field } }), ({ x }) => x.value);
      assert.deepEqual(await perGroup(distinctCount(field), ({ x }) => x.value), expected, field);
    }
  });

  test('find the most frequent values', async () => {
    for (const [field, size] of [
      ['words', 4],
      ['code', 10],
      ['nothing', 10],
    ] as const) {
      const terms = toJson({ terms: { field, size } });
      const expected = await perGroup(terms, ({ x }) =>
        x.buckets?.map(({ key, doc_count }) => [String(key), doc_count]),
      );
      const actual = await perGroup(frequentValues(field, size), ({ x }) => Object.entries(x.value ?? {}));
      const sorted = (pairs: unknown): unknown => (pairs as [string, number][]).toSorted();
      assert.deepEqual(actual.map(sorted), expected.map(sorted), field);
    }
  });

  test('refuse filters of dates, which may be written in any format', async () => {
    const script = filterCount(toJson({ term: { day: '2026-01-01' } }));
    await assert.rejects(
      perGroup(script, ({ x }) => x.value),
      /filters of dates are not supported/,
    );
  });
});

interface Bucket {
  readonly x: {
    readonly value?: unknown;
    readonly doc_count?: number;
    readonly buckets?: readonly { readonly key: unknown; readonly doc_count: number }[];
  };
}
