// Files of generated documents, whole and in parts.
// Needs: time.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { generateChunk } from '../../src/corpus/eventdata/chunk.ts';
import { generateFile } from '../../src/corpus/eventdata/generate-file.ts';
import { createGenerator } from '../../src/corpus/eventdata/generator.ts';

const directory = mkdtempSync(join(tmpdir(), 'eventdata-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const documents = (documentCount: number, seed = 1) => ({ documentCount, generator: { name: 'eventdata', seed } });

describe('generating a file', () => {
  test('writes the same bytes on one thread and on several, and tells how far it is', async () => {
    const progress: number[] = [];
    await generateFile(documents(35_000), join(directory, 'several', 'a.json'), {
      cores: 2,
      listener: (done) => progress.push(done),
    });
    assert.deepEqual(progress, [10_000, 20_000, 30_000, 35_000]);
    const { buffer, bytes } = generateChunk(createGenerator(1), { from: 0, to: 35_000 }, undefined);
    assert.ok(readFileSync(join(directory, 'several', 'a.json')).equals(Buffer.from(buffer, 0, bytes)));
    assert.deepEqual(readdirSync(join(directory, 'several')), ['a.json']);
  });

  test('writes few documents without threads', async () => {
    const path = join(directory, 'few.json');
    await generateFile(documents(1000, 7), path, { cores: 2 });
    assert.equal(readFileSync(path, 'latin1').split('\n').length, 1001);
  });

  test('leaves nothing behind when it is cancelled', async () => {
    const path = join(directory, 'cancelled', 'c.json');
    const controller = new AbortController();
    const listener = (): void => controller.abort();
    await assert.rejects(generateFile(documents(200_000), path, { cores: 2, listener, signal: controller.signal }), {
      code: 'CANCELLED',
    });
    assert.deepEqual(readdirSync(join(directory, 'cancelled')), []);
  });

  test('says what to do when the disk is full', async () => {
    // A link to a device that is always full takes the place of the temporary file.
    const path = join(directory, 'full.json');
    symlinkSync('/dev/full', `${path}.tmp`);
    await assert.rejects(generateFile(documents(100), path, { cores: 1 }), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'DISK');
      assert.match(error.message, /full\.json: the disk is full/);
      return true;
    });
    assert.equal(existsSync(path), false);
    assert.equal(existsSync(`${path}.tmp`), false);
  });

  test('refuses a directory that cannot be made', async () => {
    await assert.rejects(generateFile(documents(10), join(directory, 'few.json', 'x.json'), { cores: 1 }), {
      code: 'DISK',
    });
  });

  test('refuses a generator that it does not know', async () => {
    const set = { documentCount: 10, generator: { name: 'other', seed: 1 } };
    await assert.rejects(generateFile(set, join(directory, 'x.json'), { cores: 1 }), { code: 'UNSUPPORTED' });
  });
});

describe('a chunk', () => {
  test('grows its buffer until the documents fit', () => {
    const generator = createGenerator(1);
    const plain = generateChunk(generator, { from: 0, to: 300 }, undefined);
    // One that writes only fifty documents at a time, as if no more had fitted.
    const cramped = {
      maxDocumentBytes: generator.maxDocumentBytes,
      fill: (target: Uint8Array, from: number, to: number) => generator.fill(target, from, Math.min(to, from + 50)),
    };
    const grown = generateChunk(cramped, { from: 0, to: 300 }, undefined);
    assert.ok(Buffer.from(plain.buffer, 0, plain.bytes).equals(Buffer.from(grown.buffer, 0, grown.bytes)));
  });

  test('re-uses a buffer that is large enough', () => {
    const generator = createGenerator(1);
    const spare = new ArrayBuffer(2_000_000);
    assert.equal(generateChunk(generator, { from: 0, to: 100 }, spare).buffer, spare);
  });
});
