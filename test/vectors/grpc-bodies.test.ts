// Documents of vectors in frames of gRPC: read back field by field, in JSON and in CBOR.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ProtoReader } from '../../src/grpc/protobuf.ts';
import { BodyFeed } from '../../src/vectors/body-feed.ts';
import type { BulkBodiesSpec } from '../../src/vectors/bulk-bodies-spec.ts';
import type { DataSetFile } from '../../src/vectors/data-set.ts';
import type { SearchBodiesSpec } from '../../src/vectors/search-bodies.ts';
import { LocalVectors, randomRows, writeHdf5 } from './local-vectors.ts';

const ROWS = 10;
const COLUMNS = 3;
const directory = mkdtempSync(join(tmpdir(), 'osb-grpc-bodies-'));
const train = randomRows(ROWS * COLUMNS);
let file: DataSetFile;

before(async () => {
  file = await writeHdf5(join(directory, 'vectors.hdf5'), {
    train: { data: train, shape: [ROWS, COLUMNS] },
    test: { data: train, shape: [ROWS, COLUMNS] },
    attributes: {
      data: Array.from({ length: ROWS }, (_, row) => (row % 2 === 0 ? 'None' : 'red')),
      shape: [ROWS, 1],
      dtype: 'S8',
    },
  });
});
after(() => rmSync(directory, { recursive: true }));

const specOf = (more: Partial<BulkBodiesSpec>): BulkBodiesSpec => ({
  kind: 'bulk',
  encoding: 'grpc-json',
  headRoom: 5,
  readAhead: 1 << 18,
  vectors: file,
  first: 0,
  end: ROWS,
  limit: ROWS,
  bulkSize: 4,
  index: 'idx',
  field: 'v',
  idField: null,
  nested: null,
  attributes: null,
  ...more,
});

interface Framed {
  readonly id: string | null;
  readonly document: Buffer;
}

async function framedOf(spec: BulkBodiesSpec): Promise<readonly (readonly Framed[])[]> {
  const feed = new BodyFeed(new LocalVectors(), spec);
  const bodies: Framed[][] = [];
  for (;;) {
    await feed.ready();
    if (!feed.next()) break;
    bodies.push(readFrames(feed.buffer.subarray(spec.headRoom)));
    assert.equal(bodies.at(-1)?.length, feed.documents);
  }
  feed.close();
  return bodies;
}

function readFrames(body: Buffer): Framed[] {
  const framed: Framed[] = [];
  const [request, entry, inner] = [new ProtoReader().open(body), new ProtoReader(), new ProtoReader()];
  while (request.next()) {
    assert.equal(request.field, 12);
    let [id, document]: [string | null, Buffer] = [null, Buffer.alloc(0)];
    entry.enter(request);
    while (entry.next()) {
      if (entry.field === 3) document = body.subarray(entry.start, entry.end);
      else {
        // The container holds the operation `index`, and that the id.
        assert.deepEqual([inner.enter(entry).next(), inner.field], [true, 1]);
        const operation = new ProtoReader().enter(inner);
        if (operation.next()) id = operation.text();
      }
    }
    framed.push({ id, document });
  }
  return framed;
}

const vector = (row: number): readonly number[] => Array.from(train.subarray(row * COLUMNS, (row + 1) * COLUMNS));

test('a document in JSON is a vector, and its id is its row', async () => {
  const bodies = await framedOf(specOf({}));
  assert.deepEqual(
    bodies.map(({ length }) => length),
    [4, 4, 2],
  );
  bodies.flat().forEach(({ id, document }, row) => {
    const { v }: { readonly v: readonly number[] } = JSON.parse(document.toString());
    assert.deepEqual([id, Array.from(Float32Array.from(v))], [String(row), vector(row)]);
  });
});

test('attributes become fields, and an id may be a field of its own', async () => {
  const attributes = { names: ['color'], from: file };
  const [bodies] = await framedOf(specOf({ idField: 'id', attributes, first: 2, end: 4 }));
  assert.deepEqual(
    bodies?.map(({ id, document }) => [id, { ...JSON.parse(document.toString()), v: null }]),
    [
      [null, { v: null, id: 2 }],
      [null, { v: null, color: 'red', id: 3 }],
    ],
  );
});

test('a document in CBOR is an object of its members, with floats in single precision', async () => {
  const attributes = { names: ['color'], from: file };
  const [bodies] = await framedOf(specOf({ encoding: 'grpc-cbor', idField: 'id', attributes, first: 3, end: 4 }));
  const floats = Buffer.concat(
    vector(3).map((value) => {
      const bytes = Buffer.from([0xfa, 0, 0, 0, 0]);
      bytes.writeFloatBE(value, 1);
      return bytes;
    }),
  );
  const expected = `a3${'65636f6c6f72'}${'63726564'}${'626964'}03${'6176'}83${floats.toString('hex')}`;
  assert.equal(bodies?.[0]?.document.toString('hex'), expected);
});

test('a search holds the bytes of its vector between what is alike in all', async () => {
  const pieces = [Buffer.from('before'), { insert: 'floats' } as const, Buffer.from('behind')];
  const spec: SearchBodiesSpec = {
    kind: 'search',
    headRoom: 0,
    readAhead: 1 << 18,
    queries: file,
    first: 1,
    end: 3,
    repetitions: 1,
    pieces,
    profiled: { count: 0, pieces },
    truth: null,
    threshold: null,
  };
  const feed = new BodyFeed(new LocalVectors(), spec);
  for (const row of [1, 2]) {
    await feed.ready();
    assert.ok(feed.next());
    const floats = Buffer.from(Float32Array.from(vector(row)).buffer);
    assert.equal(
      feed.buffer.toString('hex'),
      Buffer.concat([Buffer.from('before'), floats, Buffer.from('behind')]).toString('hex'),
    );
  }
  feed.close();
});
