// The lossless JSON reader and writer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  Float,
  formatFloat,
  isJsonObject,
  type Json,
  JsonSyntaxError,
  parseJson,
  toJson,
  toPlain,
  writeJson,
} from '../src/json.ts';

const json: fc.Memo<Json> = fc.memo((depth) => {
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: 'binary' }),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }),
    fc.double().map((value) => new Float(value)),
  );
  if (depth <= 1) return leaf;
  const items = json();
  return fc.oneof(
    leaf,
    fc.array(items, { maxLength: 5 }),
    fc.array(fc.tuple(fc.string(), items), { maxLength: 5 }).map((pairs) => new Map(pairs)),
  );
});

test('what is written reads back the same, digits and key order included', () => {
  fc.assert(
    fc.property(json(4), (value) => {
      const back = parseJson(writeJson(value));
      assert.deepEqual(back, value);
      if (isJsonObject(value) && isJsonObject(back)) assert.deepEqual([...back.keys()], [...value.keys()]);
    }),
    { numRuns: 500 },
  );
});

test('plain JSON reads as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 2, '\t'), (value, indent) => {
      assert.deepEqual(toPlain(parseJson(JSON.stringify(value, null, indent))), JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 300 },
  );
});

test('what JSON.parse refuses is refused, but for the words that Python reads', () => {
  const alphabet = fc.string({ unit: fc.constantFrom(...'{}[],:"\\ \n\t0123456789.eE+-truefalsn/u'), maxLength: 12 });
  fc.assert(
    fc.property(alphabet, (text) => {
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        assert.throws(() => parseJson(text), JsonSyntaxError);
        return;
      }
      assert.deepEqual(toPlain(parseJson(text)), Object.is(expected, -0) ? toPlain(parseJson(text)) : expected);
    }),
    { numRuns: 3000 },
  );
});

test('integers and floats stay apart', () => {
  assert.deepEqual(parseJson('[5, 5.0, 5e0, -0, -0.0]'), [5, new Float(5), new Float(5), 0, new Float(-0)]);
  assert.equal(writeJson(parseJson('[5, 5.0, 5e0, -0, -0.0]')), '[5,5.0,5.0,0,-0.0]');
});

test('integers keep every digit', () => {
  assert.deepEqual(
    parseJson('[9007199254740991, 9007199254740992, -9007199254740993, 123456789012345678901234567890]'),
    [9007199254740991, 9007199254740992n, -9007199254740993n, 123456789012345678901234567890n],
  );
  assert.equal(writeJson(parseJson('123456789012345678901234567890')), '123456789012345678901234567890');
});

test('the words of Python are read', () => {
  const [nan, infinity, negative] = [...[parseJson('[NaN, Infinity, -Infinity]')].flat()];
  assert.ok(nan instanceof Float && Number.isNaN(nan.value));
  assert.deepEqual([infinity, negative], [new Float(Number.POSITIVE_INFINITY), new Float(Number.NEGATIVE_INFINITY)]);
  assert.deepEqual(parseJson('1e400'), new Float(Number.POSITIVE_INFINITY));
});

test('of duplicate keys the last value wins, at the place of the first', () => {
  assert.equal(writeJson(parseJson('{"a": 1, "b": 2, "a": 3}')), '{"a":3,"b":2}');
});

test('keys that look like numbers keep their place', () => {
  assert.equal(
    writeJson(parseJson('{"b": 1, "200": 2, "10": 3, "__proto__": 4}')),
    '{"b":1,"200":2,"10":3,"__proto__":4}',
  );
});

test('names that repeat are read as they stand', () => {
  const names = ['a', 'ab', 'a\\"b', 'a\\\\', 'a\\u0062', '', 'é', 'aa', 'a'];
  const text = `[${names.map((name) => `{"${name}": 1}`).join(',')}]`;
  assert.deepEqual(toPlain(parseJson(text)), JSON.parse(text));
});

test('lone surrogates and control characters survive as escapes', () => {
  assert.equal(parseJson('"\\ud800x\\u0000\\/"'), '\ud800x\u0000/');
  assert.equal(writeJson('\ud800\u0000\u007f'), '"\\ud800\\u0000\u007f"');
});

test('a mistake is named with line and column', () => {
  const cases: readonly (readonly [string, string, number, number])[] = [
    ['{\n  "a": 1,\n  b\n}', 'Expected a property name in double quotes', 3, 3],
    ['[1, 2', 'Expected "," or "]"', 1, 6],
    ['[1,]', 'Expected a JSON value', 1, 4],
    ['{"a" 1}', 'Expected ":" after a property name', 1, 6],
    ['"a\nb"', 'Control character in a string', 1, 3],
    ['"abc', 'Unterminated string', 1, 5],
    ['"\\x"', 'Invalid escape in a string', 1, 3],
    ['01', 'Unexpected text after the end of the JSON value', 1, 2],
    ['', 'Unexpected end of the text', 1, 1],
    ['[True]', 'Expected a JSON value', 1, 2],
    ['{"a": 1} x', 'Unexpected text after the end of the JSON value', 1, 10],
  ];
  for (const [text, message, line, column] of cases) {
    assert.throws(
      () => parseJson(text),
      (error) =>
        error instanceof JsonSyntaxError &&
        error.message === `${message} at line ${line}, column ${column}` &&
        error.line === line &&
        error.column === column,
      text,
    );
  }
});

test('nesting is bounded', () => {
  assert.doesNotThrow(() => parseJson('['.repeat(500) + ']'.repeat(500)));
  assert.throws(() => parseJson('['.repeat(501) + ']'.repeat(501)), JsonSyntaxError);
  assert.throws(() => parseJson('{"a":'.repeat(100_000)), JsonSyntaxError);
});

test('floats print as Python prints them', () => {
  const cases: readonly (readonly [number, string])[] = [
    [5, '5.0'],
    [-0, '-0.0'],
    [0, '0.0'],
    [0.1 + 0.2, '0.30000000000000004'],
    [1e16, '1e+16'],
    [9999999999999998, '9999999999999998.0'],
    [1e-7, '1e-07'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [-1.5e-10, '-1.5e-10'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [5e-324, '5e-324'],
    [1e22, '1e+22'],
    [123456789.125, '123456789.125'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ];
  for (const [value, text] of cases) assert.equal(formatFloat(value), text);
});

test('a printed float is the same float, and never looks like an integer', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      const text = formatFloat(value);
      assert.ok(Object.is(Number(text), value));
      assert.match(text, /^-?(?:\d+\.\d+|\d(?:\.\d+)?e[+-]\d{2,3}|Infinity)$/);
    }),
  );
});

test('plain values become JSON', () => {
  assert.equal(
    writeJson(toJson({ a: [1, 1.5, 2n ** 60n, undefined, 'x'], b: new Map([['k', 1]]) })),
    '{"a":[1,1.5,1152921504606846976,null,"x"],"b":{"k":1}}',
  );
  assert.throws(() => toJson(() => 1), TypeError);
});
