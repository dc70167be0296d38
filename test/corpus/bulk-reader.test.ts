// Request bodies from slices of document files.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BulkReader, type BulkReaderOptions } from '../../src/corpus/bulk-reader.ts';
import { clientSlices, type DocumentSlice } from '../../src/corpus/client-slices.ts';
import { buildOffsetTable } from '../../src/corpus/offset-table.ts';
import type { PreparedDocumentSet } from '../../src/corpus/prepared.ts';
import { preparedSetOf, temporaryDirectory } from './workspace.ts';

interface Bulk {
  readonly body: string;
  readonly documents: number;
  readonly target: string | null;
}

const base: BulkReaderOptions = {
  bulkSize: 2,
  headRoom: 64,
  looped: false,
  conflicts: null,
  random: () => 0,
};

async function readBulks(
  slices: readonly DocumentSlice[],
  options: Partial<BulkReaderOptions>,
  limit = 10_000,
): Promise<readonly Bulk[]> {
  const reader = new BulkReader(slices, { ...base, ...options });
  const bulks: Bulk[] = [];
  try {
    while (bulks.length < limit) {
      await reader.ready();
      if (!reader.next()) break;
      const { headRoom } = { ...base, ...options };
      // Whoever sends a request writes its head in front of the body.
      reader.buffer.fill(0x48, 0, headRoom);
      const body = reader.buffer.toString('latin1', headRoom, headRoom + reader.length);
      bulks.push({ body, documents: reader.documents, target: reader.documentSet?.targetIndex ?? null });
    }
    return bulks;
  } finally {
    await reader.close();
  }
}

const allOf = (...documentSets: readonly PreparedDocumentSet[]) => clientSlices([{ name: 'c', documentSets }], 0, 1);
const ACTION = '{"index": {"_index": "test"}}\n';

async function fileOf(
  directory: string,
  name: string,
  text: string,
  documents: number,
  facts: Partial<PreparedDocumentSet> = {},
) {
  const path = join(directory, name);
  await writeFile(path, text, 'latin1');
  return preparedSetOf(path, Buffer.byteLength(text, 'latin1'), documents, facts);
}

describe('bulk bodies', () => {
  it('have an action line before every document', async (context) => {
    const set = await fileOf(await temporaryDirectory(context), 'd', '{"a":1}\n{"b":2}\n{"c":3}\n', 3);
    assert.deepEqual(await readBulks(allOf(set), {}), [
      { body: `${ACTION}{"a":1}\n${ACTION}{"b":2}\n`, documents: 2, target: 'test' },
      { body: `${ACTION}{"c":3}\n`, documents: 1, target: 'test' },
    ]);
  });

  it('name a type where there is one, and create in data streams', async (context) => {
    const directory = await temporaryDirectory(context);
    const typed = await fileOf(directory, 't', '{}\n', 1, { targetType: '_doc' });
    const stream = await fileOf(directory, 's', '{}\n', 1, { targetIndex: null, targetDataStream: 'logs' });
    const bodies = (await readBulks(allOf(typed, stream), {})).map((bulk) => bulk.body);
    assert.deepEqual(bodies, [
      '{"index": {"_index": "test", "_type": "_doc"}}\n{}\n',
      '{"create": {"_index": "logs"}}\n{}\n',
    ]);
  });

  it('are parts of the file where it has action lines', async (context) => {
    const text = '{"index":{}}\n{"a":1}\n{"create":{}}\n{"b":2}\n{"index":{}}\n{"c":3}';
    const set = await fileOf(await temporaryDirectory(context), 'd', text, 3, {
      includesActionAndMetaData: true,
      targetIndex: null,
    });
    const bulks = await readBulks(allOf(set), {});
    assert.deepEqual(bulks, [
      { body: '{"index":{}}\n{"a":1}\n{"create":{}}\n{"b":2}\n', documents: 2, target: null },
      { body: '{"index":{}}\n{"c":3}\n', documents: 1, target: null },
    ]);
  });

  it('keep carriage returns and end the last line', async (context) => {
    const set = await fileOf(await temporaryDirectory(context), 'd', '{"a":1}\r\n{"b":2}', 2);
    const [bulk] = await readBulks(allOf(set), {});
    assert.equal(bulk?.body, `${ACTION}{"a":1}\r\n${ACTION}{"b":2}\n`);
  });

  it('never span two document sets', async (context) => {
    const directory = await temporaryDirectory(context);
    const first = await fileOf(directory, 'a', '1\n2\n3\n', 3, { targetIndex: 'x' });
    const second = await fileOf(directory, 'b', '4\n', 1, { targetIndex: 'y' });
    const bulks = await readBulks(allOf(first, second), {});
    assert.deepEqual(
      bulks.map(({ documents, target }) => [documents, target]),
      [
        [2, 'x'],
        [1, 'x'],
        [1, 'y'],
      ],
    );
  });

  it('grow with their documents', async (context) => {
    const lines = Array.from({ length: 40 }, (_, index) => `"${'x'.repeat(index < 20 ? 3 : 30_000 + index)}"`);
    const set = await fileOf(await temporaryDirectory(context), 'd', lines.map((line) => `${line}\n`).join(''), 40);
    const bulks = await readBulks(allOf(set), { bulkSize: 15 });
    assert.equal(bulks.map((bulk) => bulk.body).join(''), lines.map((line) => `${ACTION}${line}\n`).join(''));
  });

  it('send every document exactly once over all clients, whatever the sizes', async (context) => {
    const directory = await temporaryDirectory(context);
    const lineBytes = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 0, max: 60 }) },
        { weight: 1, arbitrary: fc.integer({ min: 4000, max: 9000 }) },
      ),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    const end = fc.constantFrom('\n', '\r\n');
    await fc.assert(
      fc.asyncProperty(
        lineBytes,
        end,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 25 }),
        async (sizes, lineEnd, hasFinalEnd, hasActions, clients, bulkSize) => {
          const lines = sizes.map((size, index) => `${index}:${'x'.repeat(size)}`);
          const inFile = hasActions ? lines.flatMap((line, index) => [`action ${index}`, line]) : lines;
          const text = inFile.join(lineEnd) + (hasFinalEnd ? lineEnd : '');
          const facts = { includesActionAndMetaData: hasActions };
          const set = await fileOf(directory, 'law', text, lines.length, facts);
          const bulks: Bulk[] = [];
          for (let client = 0; client < clients; client++) {
            bulks.push(
              ...(await readBulks(clientSlices([{ name: 'c', documentSets: [set] }], client, clients), { bulkSize })),
            );
          }
          const action = (index: number) => (hasActions ? `action ${index}${lineEnd}` : ACTION);
          const last = lines.length - 1;
          const expected = lines.map(
            (line, index) => `${action(index)}${line}${index === last && !hasFinalEnd ? '\n' : lineEnd}`,
          );
          assert.equal(bulks.map((bulk) => bulk.body).join(''), expected.join(''));
          assert.equal(
            bulks.reduce((sum, bulk) => sum + bulk.documents, 0),
            lines.length,
          );
          assert.ok(bulks.every((bulk) => bulk.documents >= 1 && bulk.documents <= bulkSize));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('start in the middle of a large file by its offset table', async (context) => {
    const directory = await temporaryDirectory(context);
    const count = 120_000;
    const set = await fileOf(
      directory,
      'd',
      Array.from({ length: count }, (_, index) => `{"n":${index}}\n`).join(''),
      count,
    );
    const { entries, lines } = await buildOffsetTable(set.path, () => undefined, new AbortController().signal);
    assert.equal(lines, count);
    assert.deepEqual(
      entries.map((entry) => entry.line),
      [50_000, 100_000],
    );
    const slice = { documentSet: { ...set, offsets: entries }, first: 100_003, count: 3 };
    const [bulk] = await readBulks([slice], { bulkSize: 3 });
    assert.equal(bulk?.body, [100_003, 100_004, 100_005].map((n) => `${ACTION}{"n":${n}}\n`).join(''));
  });

  it('are refused when the file is shorter than expected', async (context) => {
    const set = await fileOf(await temporaryDirectory(context), 'd', '1\n2\n3\n', 5);
    await assert.rejects(readBulks(allOf(set), {}), {
      code: 'CORPUS',
      message: /ends early: 5 documents are expected/,
    });
    await assert.rejects(readBulks([{ documentSet: set, first: 4, count: 1 }], {}), {
      code: 'CORPUS',
      message: /ends early/,
    });
  });

  it('are refused when the file is gone', async () => {
    const reader = new BulkReader(allOf(preparedSetOf('/nonexistent/documents.json', 10, 1)), base);
    await assert.rejects(async () => reader.ready(), {
      code: 'CORPUS',
      message: /Cannot open the documents \/nonexistent/,
    });
    assert.throws(() => reader.next(), { code: 'CORPUS' });
    await reader.close();
  });
});

describe('the bulk reader', () => {
  it('needs no wait for a bulk that was read ahead, and keeps the bytes of the current one', async (context) => {
    const set = await fileOf(await temporaryDirectory(context), 'd', '1\n2\n3\n4\n5\n', 5);
    const reader = new BulkReader(allOf(set), { ...base, bulkSize: 1 });
    await reader.ready();
    assert.equal(reader.ready(), null);
    assert.equal(reader.next(), true);
    await reader.ready();
    const { buffer, length } = reader;
    assert.equal(buffer.toString('latin1', base.headRoom, base.headRoom + length), `${ACTION}1\n`);
    assert.equal(reader.next(), true);
    assert.equal(reader.buffer.toString('latin1', base.headRoom, base.headRoom + reader.length), `${ACTION}2\n`);
    await reader.close();
    assert.equal(reader.next(), false);
  });

  it('tells its progress', async (context) => {
    const set = await fileOf(await temporaryDirectory(context), 'd', '1\n2\n3\n4\n', 4);
    const reader = new BulkReader(allOf(set), { ...base, bulkSize: 1 });
    const progress: (number | null)[] = [reader.progress()];
    for (;;) {
      await reader.ready();
      if (!reader.next()) break;
      progress.push(reader.progress());
    }
    assert.deepEqual(progress, [0, 0.25, 0.5, 0.75, 1]);
    await reader.close();
    assert.equal(new BulkReader(allOf(set), { ...base, looped: true }).progress(), null);
    assert.equal(new BulkReader([], base).progress(), 1);
  });

  it('starts again when looped, across document sets and after the share', async (context) => {
    const directory = await temporaryDirectory(context);
    const first = await fileOf(directory, 'a', '1\n2\n3\n', 3);
    const second = await fileOf(directory, 'b', '4\n5\n', 2);
    const bodies = (await readBulks(allOf(first, second), { looped: true, bulkSize: 2 }, 7)).map((bulk) =>
      bulk.body.replaceAll(ACTION, ''),
    );
    assert.deepEqual(bodies, ['1\n2\n', '3\n', '4\n5\n', '1\n2\n', '3\n', '4\n5\n', '1\n2\n']);
    const some = clientSlices([{ name: 'c', documentSets: [first, second] }], 0, 1, {
      kind: 'documents',
      documents: 3,
    });
    const half = (await readBulks(some, { looped: true }, 5)).map((bulk) => bulk.body.replaceAll(ACTION, ''));
    assert.deepEqual(half, ['1\n2\n', '3\n', '1\n2\n', '3\n', '1\n2\n']);
  });

  it('has nothing for a client without documents, looped or not', async () => {
    for (const looped of [false, true]) {
      const reader = new BulkReader([], { ...base, looped });
      assert.equal(reader.ready(), null);
      assert.equal(reader.next(), false);
      await reader.close();
    }
  });

  it('can be closed while it reads', async (context) => {
    const set = await fileOf(await temporaryDirectory(context), 'd', '1\n2\n3\n4\n', 4);
    const reader = new BulkReader(allOf(set), base);
    const ready = reader.ready();
    await reader.close();
    await ready;
    assert.equal(reader.next(), false);
  });
});

describe('bulk bodies with conflicts', () => {
  const withId = (action: string, id: string) => `{"${action}": {"_index": "test", "_id": "${id}"}}\n`;

  it('have ids of ten digits and wrap updates', async (context) => {
    const set = await fileOf(await temporaryDirectory(context), 'd', '{"a":1}\n{"b":2}\r\n{"c":3}', 3);
    // The second and third document re-use the id of the first.
    const conflicts = { order: 'sequential', probability: 100, onConflict: 'update', recency: 0 } as const;
    const [bulk] = await readBulks(allOf(set), { bulkSize: 3, conflicts });
    const id = '0000000000';
    const expected = `${withId('index', id)}{"a":1}\n${withId('update', id)}{"doc":{"b":2}}\n${withId('update', id)}{"doc":{"c":3}}\n`;
    assert.equal(bulk?.body, expected);
    assert.equal(bulk.documents, 3);
  });

  it('number from the first document of the slice', async (context) => {
    const set = await fileOf(await temporaryDirectory(context), 'd', '1\n2\n3\n4\n', 4, { targetType: 't' });
    const conflicts = { order: 'sequential', probability: 0, onConflict: 'index', recency: 0 } as const;
    const [bulk] = await readBulks(clientSlices([{ name: 'c', documentSets: [set] }], 1, 2), { conflicts });
    const line = (id: string) => `{"index": {"_index": "test", "_type": "t", "_id": "${id}"}}\n`;
    assert.equal(bulk?.body, `${line('0000000002')}3\n${line('0000000003')}4\n`);
  });

  it('have all ten digits where they are needed', async (context) => {
    const set = await fileOf(await temporaryDirectory(context), 'd', '1\n2\n', 9_876_543_212);
    const slice = {
      documentSet: { ...set, offsets: [{ line: 9_876_543_210, byte: 0 }] },
      first: 9_876_543_210,
      count: 2,
    };
    const conflicts = { order: 'sequential', probability: 0, onConflict: 'index', recency: 0 } as const;
    const [bulk] = await readBulks([slice], { conflicts });
    assert.equal(bulk?.body, `${withId('index', '9876543210')}1\n${withId('index', '9876543211')}2\n`);
  });

  it('hold every document once and only valid lines, whatever the lengths', async (context) => {
    const directory = await temporaryDirectory(context);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 9 }),
        async (sizes, bulkSize) => {
          const lines = sizes.map((size, index) => JSON.stringify({ n: index, x: 'x'.repeat(size) }));
          const set = await fileOf(directory, 'law', lines.join('\n'), lines.length);
          let state = 1;
          const random = () => {
            state = (state * 16807) % 2147483647;
            return state / 2147483647;
          };
          const conflicts = { order: 'random', probability: 50, onConflict: 'update', recency: 0.2 } as const;
          const bulks = await readBulks(allOf(set), { bulkSize, conflicts, random });
          const rows = bulks.flatMap((bulk) => bulk.body.trimEnd().split('\n'));
          const documents = rows.filter((_, index) => index % 2 === 1).map((row) => JSON.parse(row));
          assert.deepEqual(
            documents.map((document) => (document.doc ?? document).n),
            sizes.map((_, index) => index),
          );
          rows
            .filter((_, index) => index % 2 === 0)
            .forEach((row, index) => {
              assert.match(row, /^\{"(index|update)": \{"_index": "test", "_id": "\d{10}"\}\}$/);
              assert.equal('doc' in documents[index], row.startsWith('{"update"'));
            });
        },
      ),
      { numRuns: 40 },
    );
  });
});
