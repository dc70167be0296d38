// Preparation as a whole: from what lies on the disk or on a server to documents that can be sliced.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readFacts } from '../../src/corpus/file-facts.ts';
import type { PreparationEvent, PrepareOptions } from '../../src/corpus/preparation.ts';
import { prepareCorpora } from '../../src/corpus/prepare.ts';
import { BenchmarkError } from '../../src/errors.ts';
import type { Corpus, DocumentSet } from '../../src/workload/model.ts';
import { serveFile, startFileServer } from './file-server.ts';
import { documentSetOf, prepareOptions, temporaryDirectory } from './workspace.ts';

const text = '{"a":1}\n{"b":2}\n{"c":3}\n';
const archive = gzipSync(text);
const zipped = { archiveFile: 'documents.json.gz', compressedBytes: archive.length, uncompressedBytes: text.length };

const corpusOf = (name: string, ...sets: readonly Partial<DocumentSet>[]): Corpus => ({
  name,
  meta: new Map(),
  documentSets: sets.map(documentSetOf),
});
const kinds = (events: readonly PreparationEvent[]) =>
  events.flatMap((event) => (event.kind === 'preparation-end' ? [event.what] : []));

async function archiveServer(context: TestContext) {
  return await startFileServer(context, (request, response) => {
    if (request.url === '/base/documents.json.gz') serveFile(request, response, archive, '"1"');
    else if (request.url === '/base/documents.json') serveFile(request, response, Buffer.from(text), '"2"');
    else if (request.url === '/base/part.0') serveFile(request, response, archive.subarray(0, 10), null);
    else if (request.url === '/base/part.1') serveFile(request, response, archive.subarray(10), null);
    else response.writeHead(404).end();
  });
}

describe('preparation in the cache', () => {
  it('downloads, unpacks and indexes, and does nothing of it again', async (context) => {
    const data = await temporaryDirectory(context);
    const server = await archiveServer(context);
    const corpora = [corpusOf('logs', { ...zipped, baseUrl: `${server.url}/base` })];
    const options = prepareOptions(data);
    const path = join(data, 'logs', 'documents.json');
    const expected = [
      {
        name: 'logs',
        documentSets: [
          {
            sourceFormat: 'bulk' as const,
            path,
            size: text.length,
            documentCount: 3,
            includesActionAndMetaData: false,
            targetIndex: 'test',
            targetType: null,
            targetDataStream: null,
            offsets: [],
          },
        ],
      },
    ];
    assert.deepEqual(await prepareCorpora(corpora, options), expected);
    // The lines were counted while they were unpacked.
    assert.deepEqual(kinds(options.events), ['Downloading documents.json.gz', 'Unpacking documents.json.gz']);
    assert.deepEqual((await readdir(join(data, 'logs'))).sort(), [
      'documents.json',
      'documents.json.facts',
      'documents.json.gz',
      'documents.json.gz.facts',
      'documents.json.offset',
    ]);
    const again = prepareOptions(data, { isOffline: true });
    assert.deepEqual(await prepareCorpora(corpora, again), expected);
    assert.deepEqual(again.events, []);
    assert.equal(server.requests.length, 1);
  });

  it('downloads plain files, and what `source-url` names before `base-url`', async (context) => {
    const data = await temporaryDirectory(context);
    const server = await archiveServer(context);
    const facts = { baseUrl: 'http://127.0.0.1:1/nowhere', sourceUrl: `${server.url}/base/documents.json` };
    const [corpus] = await prepareCorpora([corpusOf('plain', facts)], prepareOptions(data));
    assert.equal(corpus?.documentSets[0]?.size, text.length);
  });

  it('puts parts together and removes them', async (context) => {
    const data = await temporaryDirectory(context);
    const server = await archiveServer(context);
    const parts = [
      { name: 'part.0', size: 10 },
      { name: 'part.1', size: archive.length - 10 },
    ];
    const facts = { ...zipped, baseUrl: `${server.url}/base/`, parts };
    const [corpus] = await prepareCorpora([corpusOf('parts', facts)], prepareOptions(data));
    assert.equal(await readFile(corpus?.documentSets[0]?.path ?? '', 'utf8'), text);
    assert.deepEqual((await readdir(join(data, 'parts'))).sort(), [
      'documents.json',
      'documents.json.facts',
      'documents.json.gz',
      'documents.json.gz.facts',
      'documents.json.offset',
    ]);
    const wrong = corpusOf('wrong', { ...facts, compressedBytes: 7 });
    await assert.rejects(prepareCorpora([wrong], prepareOptions(data)), {
      code: 'CORPUS',
      message: /The parts of documents\.json\.gz have \d+ bytes together, but 7/,
    });
  });

  it('unpacks again what has the wrong size, without a download', async (context) => {
    const data = await temporaryDirectory(context);
    await mkdir(join(data, 'c'));
    await writeFile(join(data, 'c', 'documents.json'), 'cut o');
    await writeFile(join(data, 'c', 'documents.json.gz'), archive);
    const [corpus] = await prepareCorpora([corpusOf('c', zipped)], prepareOptions(data, { isOffline: true }));
    assert.equal(corpus?.documentSets[0]?.size, text.length);
  });

  it('makes an outdated offset table anew', async (context) => {
    const data = await temporaryDirectory(context);
    await mkdir(join(data, 'c'));
    const path = join(data, 'c', 'documents.json');
    await writeFile(path, text);
    await writeFile(`${path}.offset`, '');
    await utimes(`${path}.offset`, new Date(1000), new Date(1000));
    const options = prepareOptions(data);
    await prepareCorpora([corpusOf('c', {})], options);
    assert.deepEqual(kinds(options.events), ['Counting lines of documents.json']);
    assert.ok((await stat(`${path}.offset`)).mtimeMs >= (await stat(path)).mtimeMs);
  });

  it('does not use the offset table of another file of the same name, however old and large that is', async (context) => {
    const data = await temporaryDirectory(context);
    await mkdir(join(data, 'c'));
    const path = join(data, 'c', 'documents.json');
    const rows = (length: number): string => `${'x'.repeat(length)}\n`.repeat(60_000);
    await writeFile(path, rows(8) + rows(16));
    const corpus = corpusOf('c', { documentCount: 120_000 });
    const [first] = await prepareCorpora([corpus], prepareOptions(data));
    // As `cp -p` and `tar` do it: the same size, the same number of lines, and an old time.
    await writeFile(path, rows(16) + rows(8));
    await utimes(path, new Date(1000), new Date(1000));
    const [second] = await prepareCorpora([corpus], prepareOptions(data));
    const bytes = [first, second].map((one) => one?.documentSets[0]?.offsets[0]?.byte);
    assert.deepEqual(bytes, [50_000 * 9, 50_000 * 17]);
  });

  it('unpacks again when the archive was replaced by another', async (context) => {
    const data = await temporaryDirectory(context);
    await mkdir(join(data, 'c'));
    const [document, packed] = [join(data, 'c', 'documents.json'), join(data, 'c', 'documents.json.gz')];
    for (const directory of [null, join(data, 'c')]) {
      for (const mark of ['1', '2']) {
        const lines = `{"a":${mark}}\n`.repeat(3);
        await writeFile(packed, gzipSync(lines));
        await prepareCorpora(
          [corpusOf('c', { archiveFile: 'documents.json.gz' })],
          prepareOptions(data, { workloadDirectory: directory }),
        );
        assert.equal(await readFile(document, 'utf8'), lines);
      }
    }
  });

  it('downloads again what another workload has got from elsewhere under the same name', async (context) => {
    const data = await temporaryDirectory(context);
    const elsewhere = await temporaryDirectory(context);
    for (const mark of ['1', '2']) {
      const lines = `{"a":${mark}}\n`.repeat(3);
      await mkdir(join(elsewhere, mark));
      await writeFile(join(elsewhere, mark, 'documents.json'), lines);
      const corpus = corpusOf('c', { baseUrl: `file://${join(elsewhere, mark)}` });
      await prepareCorpora([corpus], prepareOptions(data));
      assert.equal(await readFile(join(data, 'c', 'documents.json'), 'utf8'), lines);
    }
  });

  it('compares the number of documents with the workload, twice with action lines', async (context) => {
    const data = await temporaryDirectory(context);
    await mkdir(join(data, 'c'));
    const path = join(data, 'c', 'documents.json');
    await writeFile(path, text);
    await assert.rejects(prepareCorpora([corpusOf('c', { documentCount: 4 })], prepareOptions(data)), {
      code: 'CORPUS',
      message: `${path} has 3 lines, but 4 are expected.`,
    });
    await assert.rejects(
      prepareCorpora([corpusOf('c', { documentCount: 2, includesActionAndMetaData: true })], prepareOptions(data)),
      {
        code: 'CORPUS',
        message: `${path} has 3 lines, but 4 (2 documents with an action line each) are expected.`,
      },
    );
    assert.ok(!existsSync(`${path}.offset`));
  });

  it('finds a wrong number of documents also in a file whose lines were counted for another one', async (context) => {
    const data = await temporaryDirectory(context);
    await mkdir(join(data, 'c'));
    const path = join(data, 'c', 'documents.json');
    await writeFile(path, text);
    await prepareCorpora([corpusOf('c', {})], prepareOptions(data));
    for (const [documentCount, lines] of [
      [2, '2'],
      [4, '4'],
    ] as const) {
      const corpora = [corpusOf('c', {}, { documentCount })];
      await assert.rejects(prepareCorpora(corpora, prepareOptions(data)), {
        code: 'CORPUS',
        message: `${path} has 3 lines, but ${lines} are expected.`,
      });
    }
    const again = prepareOptions(data);
    await prepareCorpora([corpusOf('c', {})], again);
    assert.deepEqual(again.events, [], 'the right number needs no counting');
  });

  it('calls nothing done that failed', async (context) => {
    const data = await temporaryDirectory(context);
    await mkdir(join(data, 'c'));
    await writeFile(join(data, 'c', 'documents.json.gz'), archive.subarray(0, -5));
    const options = prepareOptions(data);
    await assert.rejects(
      prepareCorpora([corpusOf('c', { archiveFile: 'documents.json.gz' })], options),
      /damaged or cut off/,
    );
    assert.deepEqual(kinds(options.events), []);
  });

  it('advises to remove a file only if it can be had again', async (context) => {
    const data = await temporaryDirectory(context);
    await mkdir(join(data, 'c'));
    const hintFor = async (
      content: string,
      facts: Partial<DocumentSet>,
      more: Partial<PrepareOptions> = {},
    ): Promise<string> => {
      await writeFile(join(data, 'c', 'documents.json'), content);
      const error: unknown = await prepareCorpora(
        [corpusOf('c', { documentCount: 4, ...facts })],
        prepareOptions(data, more),
      ).then(
        () => null,
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof BenchmarkError && error.code === 'CORPUS');
      return error.hint ?? '';
    };
    const address = { baseUrl: 'http://127.0.0.1:1' };
    const count = 'Set `document-count` to 3 in the workload';
    assert.equal(await hintFor(text, {}), `${count}, or complete the file.`);
    assert.equal(
      await hintFor(text, address, { workloadDirectory: join(data, 'c') }),
      `${count}, or complete the file.`,
    );
    assert.equal(await hintFor(text, address), `${count}, or remove the file so that it is fetched anew.`);
    assert.equal(
      await hintFor(text, { includesActionAndMetaData: true }),
      'Each document needs an action line before it: complete the file.',
    );
    assert.equal(await hintFor('', {}), 'Put documents into the file.');
  });

  it('counts no lines in an empty file, even beside an offset table of its time with documents', async (context) => {
    const data = await temporaryDirectory(context);
    await mkdir(join(data, 'c'));
    const path = join(data, 'c', 'documents.json');
    for (const content of ['', '\n', '\r\n\r\n']) {
      await writeFile(path, content);
      await writeFile(`${path}.offset`, '');
      await assert.rejects(prepareCorpora([corpusOf('c', { documentCount: 5 })], prepareOptions(data)), {
        code: 'CORPUS',
        message: `${path} has 0 lines, but 5 are expected.`,
      });
    }
  });

  it('says what is missing: an address, the network, the right size', async (context) => {
    const data = await temporaryDirectory(context);
    const path = join(data, 'c', 'documents.json');
    const message = `${path} is missing, and the workload does not say where to download it from.`;
    await assert.rejects(prepareCorpora([corpusOf('c', {})], prepareOptions(data)), { code: 'CORPUS', message });
    const offline = prepareOptions(data, { isOffline: true });
    await assert.rejects(prepareCorpora([corpusOf('c', { baseUrl: 'https://127.0.0.1/x' })], offline), {
      code: 'CORPUS',
      message: `${path} is missing, and nothing is downloaded because of --offline.`,
    });
    await writeFile(path, 'short');
    await assert.rejects(prepareCorpora([corpusOf('c', { uncompressedBytes: 9 })], prepareOptions(data)), {
      code: 'CORPUS',
      message: `${path} has 5 bytes instead of 9, and the workload does not say where to download it from.`,
    });
  });

  it('takes files from a directory even offline', async (context) => {
    const data = await temporaryDirectory(context);
    const source = await temporaryDirectory(context);
    await writeFile(join(source, 'documents.json.gz'), archive);
    const [corpus] = await prepareCorpora(
      [corpusOf('c', { ...zipped, baseUrl: source })],
      prepareOptions(data, { isOffline: true }),
    );
    assert.equal(corpus?.documentSets[0]?.size, text.length);
  });

  it('says that a workload has no files for test mode', async (context) => {
    const server = await archiveServer(context);
    const options = prepareOptions(await temporaryDirectory(context), { testMode: true });
    await assert.rejects(
      prepareCorpora([corpusOf('c', { documentFile: 'documents-1k.json', baseUrl: `${server.url}/base` })], options),
      {
        code: 'CORPUS',
        hint: /does not support --test-mode/,
      },
    );
  });

  it('refuses names that lead out of its directory', async (context) => {
    const options = prepareOptions(await temporaryDirectory(context));
    for (const corpus of [
      corpusOf('../c', {}),
      corpusOf('c', { documentFile: '../x' }),
      corpusOf('c', { archiveFile: '/etc/x.gz' }),
    ]) {
      await assert.rejects(prepareCorpora([corpus], options), {
        code: 'CORPUS',
        message: /leads out of the directory/,
      });
    }
  });

  it('brings data sets of vectors without counting their lines', async (context) => {
    const data = await temporaryDirectory(context);
    const server = await archiveServer(context);
    const set = { ...zipped, baseUrl: `${server.url}/base`, sourceFormat: 'hdf5', documentCount: 1_000_000 } as const;
    const options = prepareOptions(data);
    const [corpus] = await prepareCorpora([corpusOf('v', set)], options);
    const [prepared] = corpus?.documentSets ?? [];
    assert.deepEqual([prepared?.sourceFormat, prepared?.size, prepared?.offsets], ['hdf5', text.length, []]);
    assert.ok(!options.events.some((event) => event.kind === 'preparation' && event.what.startsWith('Counting')));
    assert.ok(!existsSync(join(data, 'v', 'documents.json.offset')));
    const digest = createHash('sha256').update(text).digest('hex');
    assert.equal((await readFacts(join(data, 'v', 'documents.json'))).sha256, digest);
    await prepareCorpora([corpusOf('v', set)], options);
    assert.equal(server.requests.length, 1);
  });

  it('keeps the order of several corpora', async (context) => {
    const data = await temporaryDirectory(context);
    const server = await archiveServer(context);
    const names = ['e', 'd', 'c', 'b', 'a', 'f'];
    const corpora = names.map((name) => corpusOf(name, { ...zipped, baseUrl: `${server.url}/base` }));
    const prepared = await prepareCorpora(corpora, prepareOptions(data));
    assert.deepEqual(
      prepared.map((corpus) => [corpus.name, corpus.documentSets.length]),
      names.map((name) => [name, 1]),
    );
  });

  it('prepares the same directory once when two ask at the same time', async (context) => {
    const data = await temporaryDirectory(context);
    const server = await archiveServer(context);
    const corpora = [corpusOf('c', { ...zipped, baseUrl: `${server.url}/base` })];
    const [first, second] = await Promise.all([
      prepareCorpora(corpora, prepareOptions(data)),
      prepareCorpora(corpora, prepareOptions(data)),
    ]);
    assert.deepEqual(first, second);
    assert.equal(server.requests.length, 1);
  });

  it('ends everything at the first failure, and when it is cancelled', async (context) => {
    const data = await temporaryDirectory(context);
    const abort = new AbortController();
    const server = await startFileServer(context, (request, response) => {
      // Never answers the second corpus: only the failure of the first can end it.
      if (request.url === '/missing/documents.json') response.writeHead(404).end();
    });
    const slow = corpusOf('slow', { baseUrl: `${server.url}/slow` });
    await assert.rejects(
      prepareCorpora([slow, corpusOf('missing', { baseUrl: `${server.url}/missing` })], prepareOptions(data)),
      {
        code: 'CORPUS',
        message: /status 404/,
      },
    );
    const waiting = prepareCorpora([slow], prepareOptions(data, { signal: abort.signal }));
    abort.abort();
    await assert.rejects(waiting, { code: 'CANCELLED' });
  });
});

describe('preparation in the directory of a workload', () => {
  it('uses what lies there first', async (context) => {
    const [data, workloadDirectory] = [await temporaryDirectory(context), await temporaryDirectory(context)];
    await writeFile(join(workloadDirectory, 'documents.json.gz'), archive);
    const [corpus] = await prepareCorpora([corpusOf('c', zipped)], prepareOptions(data, { workloadDirectory }));
    assert.equal(corpus?.documentSets[0]?.path, join(workloadDirectory, 'documents.json'));
    assert.deepEqual(await readdir(data), []);
  });

  it('uses the cache if nothing lies there', async (context) => {
    const [data, workloadDirectory] = [await temporaryDirectory(context), await temporaryDirectory(context)];
    const server = await archiveServer(context);
    const corpora = [corpusOf('c', { ...zipped, baseUrl: `${server.url}/base` })];
    const [corpus] = await prepareCorpora(corpora, prepareOptions(data, { workloadDirectory }));
    assert.equal(corpus?.documentSets[0]?.path, join(data, 'c', 'documents.json'));
    assert.deepEqual(await readdir(workloadDirectory), []);
  });

  it('replaces nothing there: a wrong size is an error', async (context) => {
    const [data, workloadDirectory] = [await temporaryDirectory(context), await temporaryDirectory(context)];
    const path = join(workloadDirectory, 'documents.json');
    await writeFile(`${path}.gz`, 'not an archive');
    await assert.rejects(prepareCorpora([corpusOf('c', zipped)], prepareOptions(data, { workloadDirectory })), {
      code: 'CORPUS',
      message: `${path}.gz has 14 bytes, but the workload expects ${archive.length} (compressed-bytes).`,
    });
    await writeFile(path, 'short');
    await assert.rejects(prepareCorpora([corpusOf('c', zipped)], prepareOptions(data, { workloadDirectory })), {
      code: 'CORPUS',
      message: `${path} has 5 bytes, but the workload expects ${text.length} (uncompressed-bytes).`,
    });
  });
});

describe('generated documents', () => {
  const generated = (seed: number, documentCount = 3) =>
    corpusOf('g', { documentCount, generator: { name: 'numbers', seed } });

  it('are made once, and again when the recipe changes', async (context) => {
    const data = await temporaryDirectory(context);
    const made: string[] = [];
    const options = prepareOptions(data, {
      generate: async (documentSet, path) => {
        made.push(`${documentSet.generator?.seed}/${documentSet.documentCount}`);
        await writeFile(path, '{}\n'.repeat(documentSet.documentCount));
      },
    });
    for (const corpus of [generated(1), generated(1), generated(2), generated(2, 5), generated(2, 5)])
      await prepareCorpora([corpus], options);
    assert.deepEqual(made, ['1/3', '2/3', '2/5']);
    assert.deepEqual((await readdir(join(data, 'g'))).sort(), [
      'documents.json',
      'documents.json.facts',
      'documents.json.generator',
      'documents.json.offset',
    ]);
  });

  it('leave nothing behind when they fail, and need their generator', async (context) => {
    const data = await temporaryDirectory(context);
    const options = prepareOptions(data, {
      generate: async (_, path) => {
        await writeFile(path, 'half');
        throw new Error('broken generator');
      },
    });
    await assert.rejects(prepareCorpora([generated(1)], options), /broken generator/);
    assert.deepEqual(await readdir(join(data, 'g')), []);
    await assert.rejects(prepareCorpora([generated(1)], prepareOptions(data)), {
      code: 'UNSUPPORTED',
      message: /"numbers"/,
    });
  });
});
