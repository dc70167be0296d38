// Writing to disks that are full, read-only or absent.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { diskError, fileSize, requireSpace, saveChunks } from '../../src/corpus/disk.ts';
import { temporaryDirectory } from './workspace.ts';

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

const systemError = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });

describe('a full disk', () => {
  it('is named with the path and the bytes needed', async () => {
    // A device on which every write fails for want of space; only Linux has it.
    if (existsSync('/dev/full')) {
      await assert.rejects(
        saveChunks('/dev/full', chunks('x'), { expectedBytes: 12345, onProgress: () => undefined }),
        {
          code: 'DISK',
          message: 'Cannot write /dev/full (at least 12345 bytes needed): the disk is full.',
        },
      );
    }
    const error = diskError(systemError('ENOSPC'), '/data/documents.json', 99);
    assert.ok(error instanceof Error);
    assert.equal(error.message, 'Cannot write /data/documents.json (at least 99 bytes needed): the disk is full.');
  });

  it('is told from other failures', () => {
    const other = systemError('EIO');
    assert.equal(diskError(other, '/x', null), other);
    assert.match(
      String(diskError(systemError('EROFS'), '/x', null)),
      /Cannot write \/x: the file system is read-only\./,
    );
  });

  it('is noticed before anything is written', async (context) => {
    const path = join(await temporaryDirectory(context), 'x');
    await requireSpace(path, 1000);
    await requireSpace(path, null);
    await assert.rejects(requireSpace(path, 2 ** 52), {
      code: 'DISK',
      message: /Not enough space for .*x: 4503599627370496 bytes are needed, \d+ are free\./,
    });
  });
});

describe('a saved file', () => {
  it('is replaced or continued', async (context) => {
    const path = join(await temporaryDirectory(context), 'x');
    const sizes: number[] = [];
    const onProgress = (size: number) => sizes.push(size);
    assert.equal(await saveChunks(path, chunks('abc', 'de'), { expectedBytes: null, onProgress }), 5);
    assert.equal(await saveChunks(path, chunks('f'), { expectedBytes: null, onProgress, append: true }), 6);
    assert.equal(await readFile(path, 'utf8'), 'abcdef');
    assert.deepEqual(sizes, [3, 5, 6]);
    assert.equal(await saveChunks(path, chunks(), { expectedBytes: null, onProgress }), 0);
    assert.equal(await fileSize(path), 0);
    assert.equal(await fileSize(join(path, 'below-a-file')), null);
  });

  it('keeps the error of its source', async (context) => {
    const path = join(await temporaryDirectory(context), 'x');
    const failing = (async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a');
      throw new Error('the source failed');
    })();
    await assert.rejects(
      saveChunks(path, failing, { expectedBytes: null, onProgress: () => undefined }),
      /the source failed/,
    );
  });
});
