// JSON as CBOR: the examples of RFC 8949, appendix A, as far as JSON has them, with floats in double precision.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CborWriter } from '../../src/grpc/cbor.ts';
import { parseJson } from '../../src/json.ts';

const examples: Readonly<Record<string, string>> = {
  '0': '00',
  '23': '17',
  '24': '1818',
  '255': '18ff',
  '256': '190100',
  '1000': '1903e8',
  '65536': '1a00010000',
  '1000000': '1a000f4240',
  '1000000000000': '1b000000e8d4a51000',
  '9007199254740993': '1b0020000000000001',
  '18446744073709551615': '1bffffffffffffffff',
  '18446744073709551616': 'c249010000000000000000',
  '-1': '20',
  '-100': '3863',
  '-18446744073709551616': '3bffffffffffffffff',
  '-18446744073709551617': 'c349010000000000000000',
  '1.1': 'fb3ff199999999999a',
  '5.0': 'fb4014000000000000',
  '1.0e+300': 'fb7e37e43c8800759c',
  false: 'f4',
  true: 'f5',
  null: 'f6',
  '""': '60',
  '"IETF"': '6449455446',
  '"ü"': '62c3bc',
  '[]': '80',
  '[1,[2,3],[4,5]]': '8301820203820405',
  '{}': 'a0',
  '{"a":1,"b":[2,3]}': 'a26161016162820203',
};

test('documents are encoded as the standard shows', () => {
  const encoded = Object.fromEntries(
    Object.keys(examples).map((text) => {
      const writer = new CborWriter();
      writer.write(parseJson(text));
      return [text, writer.buffer.toString('hex', 0, writer.length)];
    }),
  );
  assert.deepEqual(encoded, examples);
});

test('documents that do not fit into the buffer make it grow', () => {
  const writer = new CborWriter();
  const text = 'x'.repeat(10_000);
  for (let count = 0; count < 10; count++) writer.write(text);
  assert.equal(writer.length, 10 * (3 + 10_000));
  assert.equal(writer.buffer.toString('latin1', 9 * 10_003 + 3, writer.length), text);
});
