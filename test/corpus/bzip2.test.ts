// Unpacking of bzip2 files, packed by the system's program. Needs: bzip2.
// Needs: time.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { BzipDamage, type Unbzip2Options, unbzip2 } from '../../src/corpus/bzip2/unbzip2.ts';
import { temporaryDirectory } from './workspace.ts';

const pack = (content: Uint8Array, level = 9): Buffer =>
  execFileSync('bzip2', ['-c', `-${level}`], { input: content, maxBuffer: 1 << 28 });

async function unpacked(
  context: TestContext | string,
  file: Uint8Array,
  options: Partial<Unbzip2Options> = {},
): Promise<Buffer> {
  const path = join(typeof context === 'string' ? context : await temporaryDirectory(context), 'file.bz2');
  await writeFile(path, file);
  const chunks: Uint8Array[] = [];
  for await (const chunk of unbzip2(path, { threads: 2, signal: new AbortController().signal, ...options }))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Bytes from these values, one as likely as the other, the same every time. */
function noise(length: number, values: readonly number[], seed = 1): Buffer {
  let state = seed;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return values[Math.floor((state / 2 ** 32) * values.length)] ?? 0;
    }),
  );
}

const allBytes = Array.from({ length: 256 }, (_, value) => value);
const json = Buffer.from(
  Array.from({ length: 30_000 }, (_, index) => `{"number":${index},"hash":${Math.imul(index, 2654435761)}}\n`).join(''),
);

/**
 * Bytes whose presence a block notes with the bits by which blocks are found: three rows of 16 bits that spell the mark.
 */
const spellingTheMark = [0x3141, 0x5926, 0x5359].flatMap((bits, row) =>
  Array.from({ length: 16 }, (_, column) => row * 16 + column).filter((value) => bits & (0x8000 >> (value % 16))),
);

describe('unpacking bzip2', () => {
  it('gives back what was packed, however the file is cut into regions', async (context) => {
    const directory = await temporaryDirectory(context);
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 1200 })).map(([value, count]) => Buffer.alloc(count, value)),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 300 }))
        .map(([unit, count]) => Buffer.concat(Array.from({ length: count }, () => unit))),
    );
    const stream = fc.array(part, { maxLength: 4 }).map((parts) => Buffer.concat(parts));
    await fc.assert(
      fc.asyncProperty(
        fc.array(stream, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 8, max: 400 }),
        fc.integer({ min: 1, max: 3 }),
        async (streams, level, regionBytes, threads) => {
          const file = Buffer.concat(streams.map((content) => pack(content, level)));
          const content = await unpacked(directory, file, { regionBytes, threads });
          assert.ok(content.equals(Buffer.concat(streams)));
        },
      ),
      { numRuns: 12 },
    );
  });

  it('reads blocks of all sizes and kinds', async (context) => {
    const directory = await temporaryDirectory(context);
    for (const content of [
      Buffer.alloc(0),
      Buffer.from('a'),
      json,
      noise(300_000, allBytes),
      Buffer.alloc(20_000_000),
      Buffer.from('ab'.repeat(500_000)),
    ]) {
      for (const level of content === json ? [1, 9] : [9]) {
        const found = await unpacked(directory, pack(content, level), { regionBytes: 50_000 });
        assert.ok(found.equals(content), `${content.length} bytes at level ${level}`);
      }
    }
  });

  it('is not misled by the mark of a block within a block', async (context) => {
    const directory = await temporaryDirectory(context);
    const [first, second, third] = [1, 2, 3].map((seed) => noise(5000, spellingTheMark, seed));
    const streams = [first, second, third].map((content) => pack(content ?? Buffer.alloc(0), 1));
    const file = Buffer.concat(streams);
    // The mark of the block begins 32 bits after its stream, the one within it 121 bits later.
    assert.equal(file.indexOf(Buffer.from([0x31, 0x41, 0x59, 0x26, 0x53, 0x59])), 4);
    const content = Buffer.concat([first ?? '', second ?? '', third ?? ''].map((bytes) => Buffer.from(bytes)));
    // A region that begins between the two, in the first stream or in the second one.
    for (const regionBytes of [16, (streams[0]?.length ?? 0) + 16]) {
      const found = await unpacked(directory, file, { regionBytes });
      assert.ok(found.equals(content), `regions of ${regionBytes} bytes`);
    }
  });

  it('names the byte where a file is damaged', async (context) => {
    const directory = await temporaryDirectory(context);
    const whole = pack(json, 1);
    const damaged = async (change: (file: Buffer) => Buffer): Promise<string> => {
      const failure: unknown = await unpacked(directory, change(Buffer.from(whole)), { regionBytes: 10_000 }).then(
        () => null,
        (error: unknown) => error,
      );
      assert.ok(failure instanceof BzipDamage);
      return failure.message;
    };
    const flip = (byte: number) => (file: Buffer) => {
      file[byte] = (file[byte] ?? 0) ^ 0x55;
      return file;
    };
    assert.equal(await damaged(flip(0)), 'it does not begin as a bzip2 file does (byte 0)');
    assert.equal(await damaged(flip(4)), 'neither a block nor the end of a stream is there (byte 4)');
    assert.equal(await damaged(flip(10)), 'the checksum of the block there is wrong (byte 4)');
    assert.equal(
      await damaged((file) => Buffer.concat([file, Buffer.from('more')])),
      `something else than a bzip2 stream is there (byte ${whole.length})`,
    );
    assert.match(
      await damaged(flip(whole.length - 3)),
      /^the checksum of the stream that ends there is wrong \(byte \d+\)$/,
    );
    assert.match(await damaged((file) => file.subarray(0, file.length >> 1)), /\(byte \d+\)$/);
    assert.match(await damaged((file) => file.subarray(0, file.length - 2)), /^it is cut off \(byte \d+\)$/);
  });

  it('never takes a damaged file for a whole one', async (context) => {
    const directory = await temporaryDirectory(context);
    const whole = pack(json.subarray(0, 20_000), 1);
    await fc.assert(
      fc.asyncProperty(
        // Not the digit that says how large the blocks may be, nor the last byte, some bits of which are unused.
        fc.integer({ min: 4, max: whole.length - 2 }),
        fc.integer({ min: 0, max: 7 }),
        async (byte, bit) => {
          const file = Buffer.from(whole);
          file[byte] = (file[byte] ?? 0) ^ (1 << bit);
          await assert.rejects(unpacked(directory, file, { regionBytes: 1000 }), BzipDamage);
        },
      ),
      { numRuns: 16 },
    );
  });

  it('ends its threads when it is cancelled, and when nobody wants more', async (context) => {
    const path = join(await temporaryDirectory(context), 'file.bz2');
    await writeFile(path, pack(Buffer.concat([json, noise(900_000, allBytes), json]), 1));
    const abort = new AbortController();
    const reason = new Error('enough');
    const options = { threads: 3, regionBytes: 20_000 };
    await assert.rejects(async () => {
      for await (const _ of unbzip2(path, { ...options, signal: abort.signal })) abort.abort(reason);
    }, reason);
    for await (const _ of unbzip2(path, { ...options, signal: new AbortController().signal })) break;
    // Threads that went on would be listed.
    assert.deepEqual(
      process.getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker'),
      [],
    );
  });
});
