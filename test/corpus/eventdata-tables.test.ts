import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { buildAgents } from '../../src/corpus/eventdata/agents.ts';
import { buildClients } from '../../src/corpus/eventdata/clients.ts';
import { listCountries } from '../../src/corpus/eventdata/countries.ts';
import { fieldHash, mix32 } from '../../src/corpus/eventdata/random.ts';
import { buildReferrers } from '../../src/corpus/eventdata/referrers.ts';
import { buildRequests } from '../../src/corpus/eventdata/requests.ts';
import { copyText, jsonText, packTexts, type TextArena } from '../../src/corpus/eventdata/text-arena.ts';
import { aliasTable, apportion, drawAlias, rankWeights } from '../../src/corpus/eventdata/weights.ts';

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

function textsOf(arena: TextArena): readonly string[] {
  const bytes = Buffer.from(arena.view.buffer, arena.view.byteOffset, arena.view.byteLength);
  return [...arena.starts.subarray(1)].map((end, i) => bytes.toString('latin1', arena.starts[i], end));
}

describe('rank weights', () => {
  test('meet the shares of the top ranks and never rise', () => {
    const weights = rankWeights(5000, [
      { rank: 1, share: 0.035 },
      { rank: 10, share: 0.248 },
      { rank: 100, share: 0.724 },
      { rank: 1000, share: 0.949 },
    ]);
    for (const [rank, share] of [
      ...([
        [1, 0.035],
        [10, 0.248],
        [100, 0.724],
        [1000, 0.949],
        [5000, 1],
      ] as const),
    ]) {
      assert.ok(Math.abs(sum(weights.subarray(0, rank)) - share) < 1e-9);
    }
    assert.ok(weights.every((weight, i) => i === 0 || weight <= (weights[i - 1] ?? 0) * (1 + 1e-6)));
  });
});

describe('apportioning', () => {
  test('gives each category its share, within the weight of one entry', () => {
    const weights = rankWeights(3000, [
      { rank: 1, share: 0.05 },
      { rank: 100, share: 0.5 },
    ]);
    const shares = [0.6, 0.25, 0.1, 0.049, 0.001];
    const taken = shares.map(() => 0);
    apportion(weights, shares).forEach((category, entry) => {
      taken[category] = (taken[category] ?? 0) + (weights[entry] ?? 0);
    });
    taken.forEach((share, category) => {
      assert.ok(Math.abs(share - (shares[category] ?? 0)) < 0.002, `${category}: ${share}`);
    });
  });

  test('keeps entries out of categories that are not allowed', () => {
    const categories = apportion(
      new Float64Array(10).fill(0.1),
      [0.5, 0.5],
      (entry, category) => entry < 8 || category === 1,
    );
    assert.deepEqual([...categories.subarray(8)], [1, 1]);
  });
});

describe('the alias table', () => {
  test('gives every entry exactly its weight', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 40 }), (weights) => {
        const table = aliasTable(Float64Array.from(weights));
        const chances = weights.map(() => 0);
        for (let column = 0; column < table.size; column++) {
          const kept = Math.min(1, ((table.thresholds[column] ?? 0) + 1) / 2 ** 32);
          const alias = table.aliases[column] ?? 0;
          chances[column] = (chances[column] ?? 0) + kept / table.size;
          chances[alias] = (chances[alias] ?? 0) + (1 - kept) / table.size;
        }
        weights.forEach((weight, i) => {
          assert.ok(Math.abs((chances[i] ?? 0) - weight / sum(weights)) < 1e-8);
        });
      }),
    );
  });

  test('draws entries within bounds from any bits', () => {
    const table = aliasTable(Float64Array.from([1, 2, 3]));
    for (const bits of [0, 1, 2 ** 31, 2 ** 32 - 1]) assert.ok(drawAlias(table, bits, bits) < 3);
  });
});

describe('texts', () => {
  test('are copied exactly, whatever their length', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 40 }), { minLength: 1, maxLength: 20 }),
        (texts) => {
          const arena = packTexts(texts);
          const target = Buffer.alloc(sum(texts.map(({ length }) => length)) + 16);
          const view = new DataView(target.buffer, target.byteOffset, target.length);
          const end = texts.reduce((position, _, i) => copyText(arena, i, view, position), 0);
          assert.equal(target.toString('latin1', 0, end), texts.join(''));
        },
      ),
    );
  });

  test('other than ASCII are refused and can be escaped', () => {
    assert.throws(() => packTexts(['caf\u00e9']), RangeError);
    assert.equal(jsonText('"caf\u00e9"'), '\\"caf\\u00e9\\"');
  });
});

describe('mixing', () => {
  test('maps no two integers to the same one', () => {
    assert.equal(new Set(Array.from({ length: 100_000 }, (_, i) => mix32(i))).size, 100_000);
  });

  test('gives the fields of a document independent numbers', () => {
    assert.notEqual(fieldHash(1, 0), fieldHash(1, 1));
    assert.notEqual(fieldHash(1, 0), fieldHash(2, 0));
  });
});

describe('the vocabulary', () => {
  test('has as many distinct agents, referrers, paths and addresses as the original', () => {
    const agents = textsOf(buildAgents().fields);
    assert.equal(new Set(agents).size, 8733);
    const distinct = (pattern: RegExp): number => new Set(agents.map((text) => pattern.exec(text)?.[1])).size;
    assert.equal(distinct(/"name": "(.*?)"/), 208);
    assert.ok(Math.abs(distinct(/"os": "(.*?)"/) - 203) <= 10);
    assert.ok(Math.abs(distinct(/"os_name": "(.*?)"/) - 42) <= 4);
    const referrers = textsOf(buildReferrers().fields);
    assert.equal(new Set(referrers).size, 17_511);
    assert.equal(new Set(referrers.map((text) => text.split('/')[2])).size, 801);
    const requests = buildRequests();
    const paths = textsOf(requests.paths);
    assert.equal(new Set(paths).size, 44_340);
    assert.equal(Math.max(...paths.map(({ length }) => length)), 5137);
    assert.equal(requests.alias.size, 137_400);
    assert.equal(
      requests.sizeOf.reduce((most, size) => Math.max(most, size), 0),
      36_324_171,
    );
  });

  test('places clients: 191 countries, about 37,500 places, no address twice', () => {
    const clients = buildClients();
    assert.equal(new Set(clients.countryOf).size, 191);
    assert.ok(Math.abs(new Set(clients.placeOf).size - 37_500) < 500);
    assert.equal(new Set(clients.addressOf.subarray(0, clients.firstPrefix)).size, 51_015);
    assert.equal(new Set(clients.addressOf.subarray(clients.firstPrefix)).size, 28_749);
    assert.ok(Math.abs(sum(listCountries().map(({ share }) => share)) - 1) < 1e-12);
  });
});
