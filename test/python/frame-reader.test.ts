// Messages from the Python process are put together whatever the pieces in which they arrive.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameReader } from '../../src/python/frame-reader.ts';
import { permissionFlag } from '../../src/python/launch.ts';

const frame = (text: string, bytes: Uint8Array): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(Buffer.byteLength(text), 0);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, Buffer.from(text), bytes]);
};

test('any cut gives the same messages', () => {
  const message = fc.tuple(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 40 }));
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat(60)), (messages, cuts) => {
      const stream = Buffer.concat(messages.map(([text, bytes]) => frame(text, bytes)));
      const seen: [string, Uint8Array][] = [];
      const reader = new FrameReader((text, bytes) => void seen.push([text, new Uint8Array(bytes)]));
      let start = 0;
      for (const cut of [...cuts, stream.length]) {
        reader.push(stream.subarray(start, start + cut));
        start += cut;
      }
      assert.deepEqual(
        seen,
        messages.map(([text, bytes]) => [Buffer.from(text).toString(), bytes]),
      );
    }),
  );
});

test('what is no message is refused before memory is taken for it', () => {
  const reader = new FrameReader(() => undefined);
  assert.throws(() => reader.push(Buffer.from('HTTP/1.1')), /a message of \d+ bytes/);
});

test('the permission model has the flag that this version of Node.js knows', () => {
  const flags = ['20.19.0', '22.12.0', '22.13.0', '23.4.0', '23.5.0', '24.0.0', '26.1.0'].map(permissionFlag);
  assert.deepEqual(
    flags.map((flag) => flag === '--permission'),
    [false, false, true, false, true, true, true],
  );
});
