import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonPath, scanBoolean, scanHits, scanNumber, scanString } from '../../src/operation/scan.ts';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test('finds the facts at the start of a bulk answer, cut off or not', () => {
  const body = Buffer.from('{"took":30,"ingest_took":2,"errors":false,"items":[{"index":{"_id":"1"');
  assert.equal(scanNumber(body, jsonPath('took')), 30);
  assert.equal(scanBoolean(body, jsonPath('errors')), false);
  assert.equal(scanBoolean(Buffer.from('{"took":30,"errors":fal'), jsonPath('errors')), undefined);
  assert.equal(scanNumber(Buffer.from('{"took":30'), jsonPath('took')), undefined, 'a digit may follow');
});

test('names and values inside strings, nested objects and other types do not count', () => {
  const body = json({
    a: '"errors":true,',
    b: { errors: true },
    'x"errors': true,
    c: [{ errors: true }, '\\'],
    errors: false,
  });
  assert.equal(scanBoolean(body, jsonPath('errors')), false);
  assert.equal(scanBoolean(json({ b: { errors: true } }), jsonPath('errors')), undefined);
  assert.equal(scanBoolean(json({ errors: 'true' }), jsonPath('errors')), undefined);
  assert.equal(scanNumber(json({ took: '5' }), jsonPath('took')), undefined);
  assert.equal(scanString(json({ id: 5 }), jsonPath('id')), undefined);
});

test('bears whitespace, escaped names and escaped text', () => {
  const body = Buffer.from(' {\n "to\\u006fk" : 7 ,\t"_scroll_id" : "a\\"b\\n\\u00e9" } ');
  assert.equal(scanNumber(body, jsonPath('took')), 7);
  assert.equal(scanString(body, jsonPath('_scroll_id')), 'a"b\né');
});

test('what is no JSON holds no facts', () => {
  for (const text of [
    '',
    'not json',
    '[1]',
    '{',
    '{"a"',
    '{"a":',
    '{"a" 1}',
    '{"a":1 "took":2}',
    '{took:1}',
    '<html>',
    '{"a":}',
  ]) {
    assert.equal(scanNumber(Buffer.from(text), jsonPath('took')), undefined, text);
    assert.equal(scanHits(Buffer.from(text)), null, text);
  }
});

const longText = fc
  .array(fc.constantFrom('"', '\\\\', 'plain text', 'é', '\\n', '}'), { minLength: 20, maxLength: 60 })
  .map((parts) => parts.join(''));
const value = fc.oneof(longText, fc.jsonValue({ maxDepth: 3 }));
const key = fc.oneof(
  longText,
  fc.constantFrom('took', 'errors', 'hits', 'sort', 'total', '_id', 'é', 'a"b', 'a\\', '{', '"sort":[1]'),
  fc.string(),
);

test('law: what is read equals what JSON.parse gives, for any names around it', () => {
  const document = fc.dictionary(key, value, { noNullPrototype: true });
  fc.assert(
    fc.property(document, document, fc.constantFrom(undefined, 1, ' ', 4), (outer, inner, space) => {
      const plain = { ...outer, hits: inner };
      const body = Buffer.from(JSON.stringify(plain, null, space));
      const parsed: Record<string, unknown> = JSON.parse(body.toString());
      for (const name of ['took', 'errors', '_id', 'é'] as const) {
        const expected = parsed[name];
        assert.equal(scanNumber(body, jsonPath(name)), typeof expected === 'number' ? expected : undefined);
        assert.equal(scanBoolean(body, jsonPath(name)), typeof expected === 'boolean' ? expected : undefined);
        assert.equal(scanString(body, jsonPath(name)), typeof expected === 'string' ? expected : undefined);
      }
      const total = inner.total;
      assert.equal(
        scanNumber(body, jsonPath('hits.total')),
        typeof total === 'number' ? (JSON.parse(JSON.stringify(total)) as number) : undefined,
      );
    }),
  );
});

test('law: the hits are counted and the last sort is found whatever the documents say', () => {
  const hit = fc.record(
    { _source: fc.dictionary(key, value, { noNullPrototype: true }), sort: fc.array(value) },
    { requiredKeys: ['_source'] },
  );
  fc.assert(
    fc.property(
      fc.array(hit),
      fc.dictionary(key, value, { noNullPrototype: true }),
      fc.constantFrom(undefined, 2),
      (hits, before, space) => {
        const body = Buffer.from(
          JSON.stringify(
            { ...before, hits: { total: { value: 3 }, hits }, aggregations: { hits: { hits: [1] } } },
            null,
            space,
          ),
        );
        const page = scanHits(body);
        assert.equal(page?.count, hits.length);
        const sort = hits.at(-1)?.sort;
        assert.deepEqual(
          page?.lastSort == null ? undefined : JSON.parse(page.lastSort),
          sort === undefined ? undefined : JSON.parse(JSON.stringify(sort)),
        );
      },
    ),
  );
});

test('law: an answer that is cut off is never read wrongly', () => {
  const body = json({
    a: { took: 1 },
    took: 25,
    errors: true,
    _scroll_id: 'abc',
    hits: { hits: [{ sort: [1] }, { sort: [2] }] },
  });
  for (let length = 0; length < body.length; length++) {
    const part = body.subarray(0, length);
    assert.ok([25, undefined].includes(scanNumber(part, jsonPath('took'))));
    assert.ok([true, undefined].includes(scanBoolean(part, jsonPath('errors'))));
    assert.ok(['abc', undefined].includes(scanString(part, jsonPath('_scroll_id'))));
    const page = scanHits(part);
    assert.ok(page === null || (page.count === 2 && page.lastSort === '[2]'));
  }
});

test('sort values keep every digit', () => {
  assert.equal(
    scanHits(Buffer.from('{"hits":{"hits":[{"sort":[9223372036854775807,"a]b",1.10]}]}}'))?.lastSort,
    '[9223372036854775807,"a]b",1.10]',
  );
});
