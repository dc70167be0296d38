// The encoding of Protocol Buffers: the examples of its specification, and what is written is read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MalformedMessage, ProtoMessage, ProtoReader, varintLength, writeVarint } from '../../src/grpc/protobuf.ts';

const hex = (message: ProtoMessage): string => message.encode().toString('hex');

describe('messages', () => {
  test('are encoded as the specification shows', () => {
    assert.equal(hex(new ProtoMessage().integer(1, 150)), '089601');
    assert.equal(hex(new ProtoMessage().text(2, 'testing')), '120774657374696e67');
    assert.equal(hex(new ProtoMessage().message(3, new ProtoMessage().integer(1, 150))), '1a03089601');
    assert.equal(hex(new ProtoMessage().integer(1, -2)), '08feffffffffffffffff01');
    assert.equal(hex(new ProtoMessage().boolean(5, true)), '2801');
    assert.equal(hex(new ProtoMessage().float(1, 1)), '0d0000803f');
    assert.equal(hex(new ProtoMessage().double(1, 1)), '09000000000000f03f');
  });

  test('are read as they were written', () => {
    const field = fc.integer({ min: 1, max: 5000 });
    const entry = fc.oneof(
      fc.record({ field, integer: fc.maxSafeNat() }),
      fc.record({ field, text: fc.string({ unit: 'binary', maxLength: 300 }) }),
      fc.record({ field, double: fc.double() }),
      fc.record({ field, float: fc.float() }),
    );
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const message = new ProtoMessage();
        for (const one of entries) {
          if ('integer' in one) message.integer(one.field, one.integer);
          else if ('text' in one) message.text(one.field, one.text);
          else if ('double' in one) message.double(one.field, one.double);
          else message.float(one.field, one.float);
        }
        const reader = new ProtoReader().open(message.encode());
        for (const one of entries) {
          assert.ok(reader.next());
          assert.equal(reader.field, one.field);
          if ('integer' in one) assert.equal(reader.value, one.integer);
          if ('text' in one) assert.equal(reader.text(), Buffer.from(one.text).toString());
        }
        assert.equal(reader.next(), false);
      }),
    );
  });

  test('that are cut off or hold anything else are refused, and never read beyond their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const reader = new ProtoReader().open(Buffer.from(bytes));
        let fields = 0;
        try {
          while (reader.next()) {
            fields++;
            assert.ok(reader.end <= bytes.length);
          }
        } catch (error) {
          assert.ok(error instanceof MalformedMessage);
        }
        assert.ok(fields <= bytes.length);
      }),
    );
    const whole = new ProtoMessage().text(2, 'testing').encode();
    const reader = new ProtoReader().open(whole.subarray(0, -1));
    assert.throws(() => reader.next(), MalformedMessage);
  });
});

test('an integer takes as many bytes as it was said to take', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      assert.equal(writeVarint(Buffer.alloc(10), 0, value), varintLength(value));
    }),
  );
});
