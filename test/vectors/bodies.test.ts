import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { BodyFeed } from '../../src/vectors/body-feed.ts';
import type { BulkBodiesSpec } from '../../src/vectors/bulk-bodies-spec.ts';
import type { DataSetFile } from '../../src/vectors/data-set.ts';
import type { BodiesSpec } from '../../src/vectors/messages.ts';
import type { SearchBodiesSpec } from '../../src/vectors/search-bodies.ts';
import { VectorReader, type VectorSource } from '../../src/vectors/vector-reader.ts';
import { LocalVectors, randomRows, writeBigAnn, writeHdf5 } from './local-vectors.ts';

const ROWS = 60;
const COLUMNS = 3;
const HEAD_ROOM = 7;
const directory = mkdtempSync(join(tmpdir(), 'osb-bodies-'));
const at = (name: string): string => join(directory, name);
const train = randomRows(ROWS * COLUMNS);
/** Parents of 1 to 5 vectors. */
const parents = Int32Array.from({ length: ROWS }, (_, row) => 100 + Math.floor(Math.sqrt(row * 7)));
let file: DataSetFile;

before(async () => {
  file = await writeHdf5(at('vectors.hdf5'), {
    train: { data: train, shape: [ROWS, COLUMNS] },
    test: { data: train, shape: [ROWS, COLUMNS] },
    parents: { data: parents, shape: [ROWS] },
    attributes: {
      data: Array.from({ length: ROWS }, (_, row) => [`c"${row}`, row % 2 === 0 ? 'None' : 'sweet']).flat(),
      shape: [ROWS, 2],
      dtype: 'S8',
    },
    neighbors: { data: Int32Array.from({ length: ROWS * 3 }, (_, index) => index), shape: [ROWS, 3] },
    radial_neighbors: {
      data: Int32Array.from({ length: ROWS * 3 }, (_, index) => (index % 3 < 2 ? index : -1)),
      shape: [ROWS, 3],
    },
    lucene_min_score: { data: Float32Array.from({ length: ROWS * 2 }, (_, index) => index / 8), shape: [ROWS, 2] },
  });
});
after(() => rmSync(directory, { recursive: true }));

const bulk = (more: Partial<BulkBodiesSpec> = {}): BulkBodiesSpec => ({
  kind: 'bulk',
  encoding: 'lines',
  headRoom: HEAD_ROOM,
  readAhead: 1 << 18,
  vectors: file,
  first: 0,
  end: ROWS,
  limit: ROWS,
  bulkSize: 7,
  index: 'idx',
  field: 'v',
  idField: null,
  nested: null,
  attributes: null,
  ...more,
});

interface Body {
  readonly text: string;
  readonly documents: number;
  readonly truth: readonly number[];
}

async function bodiesOf(spec: BodiesSpec, source: VectorSource = new LocalVectors()): Promise<readonly Body[]> {
  const feed = new BodyFeed(source, spec);
  const bodies: Body[] = [];
  for (;;) {
    await feed.ready();
    if (!feed.next()) break;
    const { buffer, length, documents, truth, truthStart, truthEnd } = feed;
    assert.equal(buffer.length, HEAD_ROOM + length);
    const text = buffer.toString('utf8', HEAD_ROOM);
    bodies.push({ text, documents, truth: Array.from(truth.subarray(truthStart, truthEnd)) });
  }
  assert.equal(feed.progress(), 1);
  feed.close();
  return bodies;
}

/** The documents of bulk bodies with their action lines. */
const documentsOf = (bodies: readonly Body[]): readonly (readonly [action: unknown, document: unknown])[] =>
  bodies.flatMap(({ text, documents }) => {
    const lines = text.split('\n');
    assert.equal(lines.pop(), '', 'a body ends with the end of a line');
    assert.equal(lines.length, documents * 2);
    return Array.from(
      { length: documents },
      (_, index) => [JSON.parse(lines[2 * index] ?? ''), JSON.parse(lines[2 * index + 1] ?? '')] as const,
    );
  });

const vector = (row: number): readonly number[] => Array.from(train.subarray(row * COLUMNS, (row + 1) * COLUMNS));
const asFloats = (numbers: unknown): readonly number[] => Array.from(Float32Array.from(numbers as number[]));

test('a document is a vector, and its id is its row', async () => {
  const bodies = await bodiesOf(bulk());
  assert.deepEqual(
    bodies.map(({ documents }) => documents),
    [7, 7, 7, 7, 7, 7, 7, 7, 4],
  );
  for (const [row, [action, document]] of documentsOf(bodies).entries()) {
    assert.deepEqual(action, { index: { _index: 'idx', _id: row } });
    assert.deepEqual(asFloats((document as { v: unknown }).v), vector(row));
  }
});

test('attributes become fields, and an id may be a field of its own', async () => {
  const attributes = { names: ['color "x"', 'taste'], from: file };
  const [first, second] = documentsOf(await bodiesOf(bulk({ first: 10, end: 12, idField: 'id', attributes })));
  assert.deepEqual(first?.[0], { index: { _index: 'idx' } });
  assert.deepEqual({ ...(first?.[1] as object), v: null }, { v: null, 'color "x"': 'c"10', id: 10 });
  assert.deepEqual({ ...(second?.[1] as object), v: null }, { v: null, 'color "x"': 'c"11', taste: 'sweet', id: 11 });
});

test('each parent is sent once, with all of its vectors, however many clients share them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 20, max: ROWS }),
      async (clients, bulkSize, limit) => {
        const sent: (readonly [action: unknown, document: unknown])[] = [];
        for (let client = 0; client < clients; client++) {
          const first = Math.floor((limit * client) / clients);
          const end = Math.floor((limit * (client + 1)) / clients);
          const nested = { field: 'list', parents: file };
          sent.push(...documentsOf(await bodiesOf(bulk({ first, end, limit, bulkSize, idField: 'id', nested }))));
        }
        const rows = Array.from({ length: limit }, (_, row) => row);
        const due = [...new Set(parents.subarray(0, limit))].map((parent) => ({
          list: rows.filter((row) => parents[row] === parent).map((row) => ({ v: vector(row) })),
          id: parent,
        }));
        const found = sent.map(([, document]) => {
          const { list, id } = document as { readonly list: readonly { readonly v: unknown }[]; readonly id: number };
          return { list: list.map(({ v }) => ({ v: asFloats(v) })), id };
        });
        assert.deepEqual(found, due);
      },
    ),
    { numRuns: 50 },
  );
});

const search = (more: Partial<SearchBodiesSpec> = {}): SearchBodiesSpec => ({
  kind: 'search',
  headRoom: HEAD_ROOM,
  readAhead: 1 << 18,
  queries: file,
  first: 4,
  end: 6,
  repetitions: 2,
  pieces: ['{"v":', { insert: 'vector' }, '}'],
  profiled: { count: 0, pieces: [] },
  truth: { from: file, part: 'neighbors', count: 2 },
  threshold: null,
  ...more,
});

test('a search has its vector in place, its neighbours beside it, and is repeated with all others', async () => {
  const bodies = await bodiesOf(search());
  assert.deepEqual(
    bodies.map(({ text, truth }) => [asFloats(JSON.parse(text).v), truth]),
    [4, 5, 4, 5].map((row) => [vector(row), [row * 3, row * 3 + 1]]),
  );
});

test('neighbours end at the first -1, and thresholds differ from query to query', async () => {
  const [first, second] = await bodiesOf(
    search({
      repetitions: 1,
      pieces: ['{"t":', { insert: 'threshold' }, '}'],
      profiled: { count: 1, pieces: ['{"p":1}'] },
      truth: { from: file, part: 'radial_neighbors', count: 10 },
      threshold: { from: file, part: 'lucene_min_score', column: 1 },
    }),
  );
  assert.deepEqual(first, { text: '{"p":1}', documents: 0, truth: [12, 13] });
  assert.deepEqual(second, { text: '{"t":1.375}', documents: 0, truth: [15, 16] });
});

test('a search of a binary protocol has its vector as floats between bytes', async () => {
  const spec = search({ repetitions: 1, end: 5, truth: null, pieces: [Uint8Array.of(1, 255), { insert: 'floats' }] });
  const feed = new BodyFeed(new LocalVectors(), spec);
  await feed.ready();
  assert.ok(feed.next());
  const body = feed.buffer.subarray(HEAD_ROOM);
  assert.deepEqual([...body.subarray(0, 2)], [1, 255]);
  assert.deepEqual(
    Array.from({ length: COLUMNS }, (_, column) => body.readFloatLE(2 + 4 * column)),
    vector(4),
  );
});

test('what is no finite number is named with its row and position', async () => {
  const values = Float32Array.from([1, 2, 3, Number.NaN]);
  const vectors = writeBigAnn(at('nan.fbin'), 2, 2, values);
  const spec = bulk({ vectors, end: 2, limit: 2 });
  await assert.rejects(bodiesOf(spec), /Vector 1 of .*nan\.fbin has NaN at position 1, both from 0/);
  await assert.rejects(bodiesOf(bulk({ vectors: { format: 'hdf5', path: at('gone.hdf5') } })), /Cannot open/);
});

test('a thread makes the same bodies, over many blocks', async () => {
  const rows = 3000;
  const vectors = writeBigAnn(at('many.fbin'), rows, 40, randomRows(rows * 40, 9));
  const spec = bulk({ vectors, end: rows, limit: rows, bulkSize: 50 });
  const reader = new VectorReader();
  try {
    assert.deepEqual(await bodiesOf(spec, reader), await bodiesOf(spec));
  } finally {
    await reader.close();
  }
});
