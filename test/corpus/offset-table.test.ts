// Offset tables: made, kept beside the documents, checked when read.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  buildOffsetTable,
  offsetPath,
  parseOffsetTable,
  readOffsetTable,
  writeOffsetTable,
} from '../../src/corpus/offset-table.ts';
import { temporaryDirectory } from './workspace.ts';

const signal = new AbortController().signal;

async function tableOf(directory: string, text: string) {
  const path = join(directory, 'documents.json');
  await writeFile(path, text, 'latin1');
  return await buildOffsetTable(path, () => undefined, signal);
}

describe('building an offset table', () => {
  it('counts lines with and without a last line end, but no empty lines at the end', async (context) => {
    const directory = await temporaryDirectory(context);
    const texts = [
      '',
      '\n',
      'a',
      'a\n',
      'a\nb',
      'a\nb\n',
      'a\nb\n\n',
      'a\nb\n\n\r\n\n',
      'a\r\n\r\n',
      'a\n\nb\n',
      '\na\n',
    ];
    const counts: number[] = [];
    for (const text of texts) counts.push((await tableOf(directory, text)).lines);
    assert.deepEqual(counts, [0, 0, 1, 1, 2, 2, 2, 2, 1, 3, 2]);
  });

  it('counts across the borders of its blocks', async (context) => {
    const directory = await temporaryDirectory(context);
    const block = 1 << 20;
    const rest = fc.constantFrom('', '\n', '\r\n', 'b', '\nb', '\nb\n', '\n\n', 'b\n\n');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -3, max: 3 }), rest, async (shift, tail) => {
        const text = 'x'.repeat(block + shift) + tail;
        const expected = text.replace(/[\r\n]+$/, '').split('\n').length;
        assert.equal((await tableOf(directory, text)).lines, expected);
      }),
      { numRuns: 25 },
    );
  });

  it('notes where every 50,000th line begins', async (context) => {
    const directory = await temporaryDirectory(context);
    const text = `${'{"a":1}\n'.repeat(50_000)}${'{"b":22}\n'.repeat(50_001)}`;
    const table = await tableOf(directory, text);
    const { sha256, ...found } = table;
    assert.equal(sha256, createHash('sha256').update(text).digest('hex'));
    assert.deepEqual(found, {
      lines: 100_001,
      entries: [
        { line: 50_000, byte: 400_000 },
        { line: 100_000, byte: 850_000 },
      ],
    });
  });

  it('ends when it is cancelled', async (context) => {
    const directory = await temporaryDirectory(context);
    const path = join(directory, 'd');
    await writeFile(path, 'a\n');
    await assert.rejects(
      buildOffsetTable(path, () => undefined, AbortSignal.abort()),
      { name: 'AbortError' },
    );
  });
});

describe('the file of an offset table', () => {
  const entries = [
    { line: 50_000, byte: 400_000 },
    { line: 100_000, byte: 850_000 },
  ];

  it('has a line per entry and is read back', async (context) => {
    const path = join(await temporaryDirectory(context), 'documents.json');
    await writeFile(path, 'x'.repeat(900_000));
    await writeOffsetTable(path, entries);
    assert.equal(await readFile(offsetPath(path), 'utf8'), '50000;400000\n100000;850000\n');
    assert.deepEqual(await readOffsetTable(path, 100_001), entries);
  });

  it('is not used if it is missing or older than the documents', async (context) => {
    const path = join(await temporaryDirectory(context), 'documents.json');
    await writeFile(path, 'x'.repeat(900_000));
    assert.equal(await readOffsetTable(path, 100_001), null);
    await writeOffsetTable(path, entries);
    await utimes(offsetPath(path), new Date(1000), new Date(1000));
    assert.equal(await readOffsetTable(path, 100_001), null);
  });

  it('is not used if it is damaged, or was made for another file', () => {
    const size = 900_000;
    assert.deepEqual(parseOffsetTable('50000;400000\r\n100000;850000\r\n', size, 100_001), entries);
    assert.deepEqual(parseOffsetTable('', size, 10), []);
    const bad = [
      '50000;400000\n100000;850000 \n',
      '50000,400000\n',
      '50000;400000\n50000;850000\n',
      '50000;4\n100000;3\n',
      '50000;900001\n',
      '50000;-1\n',
    ];
    for (const text of bad) assert.equal(parseOffsetTable(text, size, 50_001), null, text);
    assert.equal(parseOffsetTable('50000;400000\n', size, 1_000_000), null, 'cut off');
    assert.equal(parseOffsetTable('50000;400\n100000;850000\n', size, 1000), null, 'of a longer file');
  });
});
