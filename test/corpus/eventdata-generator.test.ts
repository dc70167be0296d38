import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createGenerator, FIRST_TIMESTAMP } from '../../src/corpus/eventdata/generator.ts';
import { packageRoot } from '../../src/package.ts';

const generator = createGenerator(1);

/** The documents of a range, made in as many calls as the targets need. */
function bytesOf(from: number, to: number, targetSize = 1_000_000, source = generator): Buffer {
  const parts: Buffer[] = [];
  for (let next = from; next < to; ) {
    const target = Buffer.alloc(Math.max(targetSize, source.maxDocumentBytes));
    const { documents, bytes } = source.fill(target, next, to);
    assert.ok(documents > 0);
    parts.push(target.subarray(0, bytes));
    next += documents;
  }
  return Buffer.concat(parts);
}

const linesOf = (from: number, to: number): readonly string[] =>
  bytesOf(from, to).toString('latin1').trimEnd().split('\n');

interface EventDocument {
  readonly agent: string;
  readonly useragent: { readonly os: string; readonly os_name: string; readonly name: string };
  readonly geoip: { readonly country_name: string; readonly location: readonly [number, number] };
  readonly clientip: string;
  readonly referrer: string;
  readonly request: string;
  readonly bytes: number;
  readonly verb: string;
  readonly response: number;
  readonly httpversion: string;
  readonly '@timestamp': string;
  readonly message: string;
}

/**
 * As Python's `json.dumps` writes it. Places at a whole degree end in `.0`, which JavaScript drops; document 123 has
 * none.
 */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item)}`)
    .join(', ')}}`;
}

const parse = (line: string): EventDocument => JSON.parse(line) as EventDocument;

describe('a generated document', () => {
  test('has every key in order and separators like those of Python', () => {
    const line = linesOf(123, 124)[0] ?? '';
    const document = parse(line);
    assert.deepEqual(Object.keys(document), [
      ...[
        'agent',
        'useragent',
        'geoip',
        'clientip',
        'referrer',
        'request',
        'bytes',
        'verb',
        'response',
        'httpversion',
        '@timestamp',
        'message',
      ],
    ]);
    assert.deepEqual(Object.keys(document.useragent), ['os', 'os_name', 'name']);
    assert.deepEqual(Object.keys(document.geoip), ['country_name', 'location']);
    assert.equal(line, pythonJson(document));
  });

  test('repeats its fields in the message, literal quotes included', () => {
    for (const line of linesOf(0, 2000)) {
      const d = parse(line);
      assert.match(d.agent, /^".+"$/);
      assert.match(d.referrer, /^".+"$/);
      assert.equal(
        d.message,
        `${d.clientip} - - [${d['@timestamp']}] "${d.verb} ${d.request} HTTP/${d.httpversion}" ${d.response} ` +
          `${d.bytes} "-" ${d.referrer} ${d.agent}`,
      );
    }
  });

  test('is ASCII and has a public address, a place on earth and a path', () => {
    for (const line of linesOf(5000, 8000)) {
      assert.match(line, /^[\x20-\x7e]+$/);
      const { clientip, geoip, request } = parse(line);
      const octets = clientip.split('.').map(Number);
      assert.equal(octets.length, 4);
      assert.ok(
        octets.every((octet) => Number.isInteger(octet) && octet >= 0 && octet <= 255),
        clientip,
      );
      assert.ok(Math.abs(geoip.location[0]) <= 180 && Math.abs(geoip.location[1]) <= 90);
      assert.ok(request.startsWith('/'));
    }
  });

  test('is stamped no earlier than the one before', () => {
    let last = '';
    for (const line of [
      ...linesOf(0, 40_000),
      ...linesOf(20_000_000, 20_000_100),
      ...linesOf(9_000_000_000, 9_000_000_010),
    ]) {
      const stamp = parse(line)['@timestamp'];
      assert.ok(stamp >= last, `${last} ${stamp}`);
      assert.equal(new Date(stamp).toISOString(), stamp);
      last = stamp;
    }
    assert.equal(
      parse(linesOf(0, 1)[0] ?? '')['@timestamp'].slice(0, 19),
      new Date(FIRST_TIMESTAMP).toISOString().slice(0, 19),
    );
  });

  test('has no key that the strict mapping lacks', () => {
    const source = readFileSync(join(packageRoot, 'workloads/eventdata/index.json'), 'utf8').replace(
      /\{\{.*?\}\}/g,
      '0',
    );
    const mapping = (
      JSON.parse(source) as {
        mappings: { dynamic: string; properties: Readonly<Record<string, { properties?: object }>> };
      }
    ).mappings;
    assert.equal(mapping.dynamic, 'strict');
    const document = parse(linesOf(7, 8)[0] ?? '');
    for (const [key, value] of Object.entries(document)) {
      assert.ok(key in mapping.properties, key);
      if (typeof value !== 'object' || Array.isArray(value)) continue;
      for (const inner of Object.keys(value))
        assert.ok(inner in (mapping.properties[key]?.properties ?? {}), `${key}.${inner}`);
    }
  });
});

describe('the generator', () => {
  test('makes the same bytes however a range is split', () => {
    const whole = bytesOf(3000, 4000);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 3000, max: 4000 }), { maxLength: 5 }),
        fc.integer({ min: 13_000, max: 200_000 }),
        (cuts, size) => {
          const borders = [3000, ...cuts.sort((a, b) => a - b), 4000];
          const parts = borders.slice(1).map((to, i) => bytesOf(borders[i] ?? 0, to, size));
          assert.ok(Buffer.concat(parts).equals(whole));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('makes the same documents in another instance and others for another seed', () => {
    const other = createGenerator(2);
    assert.ok(bytesOf(10, 500, 1_000_000, createGenerator(1)).equals(bytesOf(10, 500)));
    assert.ok(!bytesOf(10, 500, 1_000_000, other).equals(bytesOf(10, 500)));
  });

  test('stops before a document that might not fit', () => {
    const target = Buffer.alloc(generator.maxDocumentBytes + 3000);
    const { documents, bytes } = generator.fill(target, 0, 1000);
    assert.ok(documents >= 1 && documents < 10);
    assert.equal(target.subarray(0, bytes).toString('latin1').split('\n').length, documents + 1);
  });
});

describe('50,000 documents', () => {
  const lines = linesOf(0, 50_000);
  const documents = lines.map(parse);

  const shareOf = (has: (document: EventDocument) => boolean): number =>
    (100 * documents.filter(has).length) / documents.length;
  const extensionOf = (path: string): string => /\.[a-z]+$/.exec(path)?.[0] ?? '';

  /**
   * What, its share in percent, and how far off it may be: about three standard deviations and what the tables'
   * rounding adds.
   */
  const shares: readonly (readonly [string, number, number, (document: EventDocument) => boolean])[] = [
    ['response 200', 74.74, 0.8, (d) => d.response === 200],
    ['response 304', 22.14, 0.8, (d) => d.response === 304],
    ['response 301', 2.12, 0.25, (d) => d.response === 301],
    ['response 404', 0.87, 0.2, (d) => d.response === 404],
    ['GET', 99.81, 0.1, (d) => d.verb === 'GET'],
    ['HEAD', 0.18, 0.08, (d) => d.verb === 'HEAD'],
    ['no bytes', 22.3, 0.8, (d) => d.bytes === 0],
    ['bytes <= 334', 25, 0.8, (d) => d.bytes <= 334],
    ['bytes <= 2,251', 50, 1, (d) => d.bytes <= 2251],
    ['bytes <= 9,212', 75, 1, (d) => d.bytes <= 9212],
    ['bytes <= 15,363', 90, 0.8, (d) => d.bytes <= 15_363],
    ['bytes <= 39,837', 95, 0.6, (d) => d.bytes <= 39_837],
    ['bytes <= 114,328', 99, 0.3, (d) => d.bytes <= 114_328],
    ['bytes <= 1,036,093', 99.9, 0.1, (d) => d.bytes <= 1_036_093],
    ['png', 49.8, 1, (d) => extensionOf(d.request) === '.png'],
    ['html', 15.8, 0.8, (d) => extensionOf(d.request) === '.html'],
    ['css', 9.4, 0.6, (d) => extensionOf(d.request) === '.css'],
    ['js', 9.4, 0.6, (d) => extensionOf(d.request) === '.js'],
    ['no extension', 9.9, 0.6, (d) => extensionOf(d.request) === ''],
    ['no referrer', 26.8, 0.8, (d) => d.referrer === '"-"'],
    ['own site', 65, 1, (d) => d.referrer.startsWith('"https://www.example.org/')],
    ['Chrome', 54.8, 1, (d) => d.useragent.name === 'Chrome'],
    ['Firefox', 27.1, 1, (d) => d.useragent.name === 'Firefox'],
    ['other agents', 3.7, 0.4, (d) => d.useragent.name === 'Other'],
    ['Safari', 3, 0.4, (d) => d.useragent.name === 'Safari'],
    ['Mac OS X', 31.2, 1, (d) => d.useragent.os_name === 'Mac OS X'],
    ['Mac OS X 10.11.3', 9.7, 0.8, (d) => d.useragent.os === 'Mac OS X 10.11.3'],
    ['Windows 7', 25.7, 1, (d) => d.useragent.os_name === 'Windows 7'],
    ['Linux', 10.9, 0.6, (d) => d.useragent.os_name === 'Linux'],
    ['United States', 28.7, 1, (d) => d.geoip.country_name === 'United States'],
    ['China', 7.4, 0.6, (d) => d.geoip.country_name === 'China'],
    ['France', 6.5, 0.6, (d) => d.geoip.country_name === 'France'],
    ['HTTP/1.1', 100, 0, (d) => d.httpversion === '1.1'],
  ];
  for (const [what, percent, tolerance, has] of shares) {
    test(`${what}: ${percent} %`, () => {
      const actual = shareOf(has);
      assert.ok(Math.abs(actual - percent) <= tolerance, `${actual}`);
    });
  }

  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const quantile = (values: readonly number[], percent: number): number =>
    values.toSorted((a, b) => a - b)[Math.floor((percent / 100) * values.length)] ?? Number.NaN;

  test('lines are 822 bytes long on average, and spread as in the original', () => {
    const lengths = lines.map((line) => line.length + 1);
    assert.ok(Math.abs(mean(lengths) - 821.9) < 10, `${mean(lengths)}`);
    for (const [percent, length] of [
      ...([
        [1, 581],
        [5, 643],
        [25, 744],
        [50, 822],
        [75, 896],
        [95, 984],
        [99, 1075],
      ] as const),
    ]) {
      const actual = quantile(lengths, percent);
      assert.ok(Math.abs(actual / length - 1) < 0.06, `p${percent}: ${actual}`);
    }
    assert.ok(Math.abs(mean(documents.map((d) => d.message.length)) - 263) < 8);
  });

  test('texts are as long as in the original', () => {
    const means: readonly (readonly [number, readonly number[]])[] = [
      [98, documents.map((d) => d.agent.length - 2)],
      [53, documents.map((d) => d.referrer.length - 2)],
      [36, documents.map((d) => d.request.length)],
    ];
    for (const [expected, lengths] of means)
      assert.ok(Math.abs(mean(lengths) - expected) < 3, `${expected}: ${mean(lengths)}`);
  });

  test('popularity has the head and the tail of the original', () => {
    const topShares = (textOf: (document: EventDocument) => string): readonly number[] => {
      const counts = new Map<string, number>();
      for (const document of documents) counts.set(textOf(document), (counts.get(textOf(document)) ?? 0) + 1);
      const sorted = [...counts.values()].sort((a, b) => b - a);
      return [1, 10, 100].map(
        (count) => (100 * sorted.slice(0, count).reduce((sum, value) => sum + value, 0)) / documents.length,
      );
    };
    const expected: readonly (readonly [readonly number[], (document: EventDocument) => string])[] = [
      [[3.5, 24.8, 72.4], (d) => d.agent],
      [[26.8, 38, 55.6], (d) => d.referrer],
      [[5.5, 35.9, 62.5], (d) => `${d.request} ${d.bytes} ${d.verb} ${d.response}`],
    ];
    for (const [percents, textOf] of expected) {
      topShares(textOf).forEach((actual, i) => {
        assert.ok(Math.abs(actual - (percents[i] ?? 0)) < 2.5, `${percents[i]}: ${actual}`);
      });
    }
  });
});
