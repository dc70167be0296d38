// Larger corpora of http logs, made from small files.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type ExpandOrder, expandCorpus } from '../../src/corpus/expand-corpus.ts';
import { prepareCorpora } from '../../src/corpus/prepare.ts';
import { documentSetOf, prepareOptions, temporaryDirectory } from './workspace.ts';

const START = 893_964_618;
const line = (timestamp: number, number: number): string =>
  `{"@timestamp": ${timestamp}, "clientip":"1.0.0.${number}", "request": "GET /${number} HTTP/1.0", "size": ${number}}\n`;
const input = [0, 1, 2, 3, 4].map((number) => line(897_368_400, number)).join('');

async function expanded(context: TestContext, order: Partial<ExpandOrder>, text = input) {
  const directory = await temporaryDirectory(context);
  const [inputPath, outputPath] = [join(directory, 'documents-241998.json'), join(directory, 'documents-x.json')];
  await writeFile(inputPath, text);
  const size = { kind: 'documents', count: 12 } as const;
  const options = prepareOptions(directory);
  const made = await expandCorpus({ inputPath, outputPath, size, start: START, interval: null, ...order }, options);
  return { directory, outputPath, made, text: await readFile(outputPath, 'utf8') };
}

describe('an expanded corpus', () => {
  it('repeats the documents with timestamps that rise, n documents after the first one at a time', async (context) => {
    const { made, text } = await expanded(context, { interval: -2 });
    const expected = Array.from({ length: 12 }, (_, index) => line(START + Math.ceil(index / 2), index % 5)).join('');
    assert.equal(text, expected);
    assert.deepEqual(made, { documents: 12, bytes: expected.length });
  });

  it('has seconds between documents where that is wanted', async (context) => {
    const { text } = await expanded(context, { interval: 30, start: 900_000_000 });
    assert.deepEqual(
      text
        .trimEnd()
        .split('\n')
        .map((document) => Number(document.slice(15, 24))),
      Array.from({ length: 12 }, (_, index) => 900_000_000 + 30 * index),
    );
  });

  it('ends with the document that reaches the size', async (context) => {
    const length = line(START, 0).length;
    const { made } = await expanded(context, { size: { kind: 'bytes', count: 7 * length + 1 } });
    assert.deepEqual(made, { documents: 8, bytes: 8 * length });
  });

  it('reads files that are longer than a block, or whose last line has no end', async (context) => {
    const long = Array.from({ length: 40_000 }, (_, index) => line(897_368_400, index % 250)).join('');
    const { made, text } = await expanded(
      context,
      { interval: -1, size: { kind: 'documents', count: 90_000 } },
      long.trimEnd(),
    );
    const lines = text.trimEnd().split('\n');
    assert.equal(made.documents, 90_000);
    for (const index of [0, 1, 11_000, 39_999, 40_000, 89_999])
      assert.equal(`${lines[index]}\n`, line(START + index, (index % 40_000) % 250));
  });

  it('is taken as it is by a test run that names it, by its name or by its whole path', async (context) => {
    const { directory, outputPath, made } = await expanded(context, {});
    const data = join(directory, '..');
    const name = directory.slice(data.length + 1);
    for (const documentFile of ['documents-x.json', outputPath]) {
      const set = documentSetOf({ documentFile, documentCount: made.documents, uncompressedBytes: made.bytes });
      const options = prepareOptions(data);
      const [corpus] = await prepareCorpora([{ name, meta: new Map(), documentSets: [set] }], options);
      assert.equal(corpus?.documentSets[0]?.path, outputPath);
      // Its lines were counted when it was made.
      assert.deepEqual(options.events, []);
    }
  });

  it('is not made of other documents, or with timestamps that are too long', async (context) => {
    const bad: readonly (readonly [text: string, order: Partial<ExpandOrder>, message: RegExp])[] = [
      ['', {}, /^There are no documents in .*documents-241998\.json\.$/],
      [`${input}{"id":1}\n`, {}, /does not begin like \{"@timestamp": 999999999: "\{\\"id\\":1\}"\.$/],
      [input.replaceAll('897368400', '8973684000'), {}, /does not begin like/],
      [input, { start: 999_999_990, interval: 1 }, /^The timestamp of document 11 would have more than 9 digits\.$/],
    ];
    for (const [text, order, message] of bad)
      await assert.rejects(expanded(context, order, text), { code: 'CORPUS', message }, String(message));
    const directory = await temporaryDirectory(context);
    const path = join(directory, 'documents-241998.json');
    await writeFile(path, `${input}{"id":1}\n`);
    const abort = new AbortController();
    abort.abort();
    const order = { inputPath: path, outputPath: join(directory, 'x'), start: START, interval: null } as const;
    const size = { kind: 'bytes', count: 1e9 } as const;
    await assert.rejects(expandCorpus({ ...order, size }, prepareOptions(directory, { signal: abort.signal })), {
      code: 'CANCELLED',
    });
    assert.deepEqual(await readdir(directory), ['documents-241998.json']);
  });
});
