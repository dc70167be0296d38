import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BenchmarkError } from '../../src/errors.ts';
import type { DataSetFile, NumberRows, OpenDataSet } from '../../src/vectors/data-set.ts';
import { DataSetCache } from '../../src/vectors/data-set-cache.ts';
import { loadHdf5 } from '../../src/vectors/hdf5.ts';
import { VectorReader } from '../../src/vectors/vector-reader.ts';
import { randomRows, writeBigAnn, writeHdf5 } from './local-vectors.ts';

const directory = mkdtempSync(join(tmpdir(), 'osb-data-sets-'));
const at = (name: string): string => join(directory, name);
const cache = new DataSetCache();
after(() => {
  cache.close();
  rmSync(directory, { recursive: true });
});

async function open(file: DataSetFile): Promise<OpenDataSet> {
  await cache.require([file]);
  return cache.get(file);
}

const list = (rows: NumberRows): readonly number[] => Array.from(rows);

const refused = (file: DataSetFile, message: RegExp): Promise<void> =>
  assert.rejects(open(file), (error: unknown) => {
    assert.ok(error instanceof BenchmarkError, String(error));
    assert.equal(error.code, 'CORPUS');
    assert.match(error.message, message);
    assert.ok(error.message.includes(file.path), 'the file is named');
    return true;
  });

test('parts of an HDF5 file are read by rows, whatever their types and whether they are compressed', async () => {
  const train = randomRows(400 * 6);
  const file = await writeHdf5(at('all.hdf5'), {
    train: { data: train, shape: [400, 6] },
    test: { data: train, shape: [400, 6], chunks: [50, 3] },
    neighbors: { data: Int32Array.from([3, 1, -1, 0]), shape: [2, 2] },
    parents: { data: BigInt64Array.from([5n, 5n, 9_007_199_254_740_991n]), shape: [3] },
    attributes: { data: ['red', 'None', 'blue', 'sweet'], shape: [2, 2], dtype: 'S8' },
    unknown: { data: new Uint8Array(4), shape: [4] },
  });
  const { shape, numbers, texts } = { shape: (await open(file)).shape, ...bound(await open(file)) };
  assert.deepEqual(shape.parts, {
    train: { rows: 400, columns: 6 },
    test: { rows: 400, columns: 6 },
    neighbors: { rows: 2, columns: 2 },
    parents: { rows: 3, columns: 1 },
    attributes: { rows: 2, columns: 2 },
  });
  assert.deepEqual(list(numbers('train').read(100, 2)), list(train.subarray(600, 612)));
  assert.deepEqual(list(numbers('test').read(399, 1)), list(train.subarray(2394)));
  const plain = (await loadHdf5())(file.path);
  assert.equal(plain.numbers('test').rowsTogether, 50);
  plain.close();
  assert.deepEqual(list(numbers('neighbors').read(0, 2)), [3, 1, -1, 0]);
  assert.deepEqual(list(numbers('parents').read(1, 2)), [5, 9_007_199_254_740_991]);
  assert.deepEqual(texts('attributes').read(0, 2), [
    ['red', 'None'],
    ['blue', 'sweet'],
  ]);
  assert.throws(() => numbers('faiss_min_score'), /no part "faiss_min_score"; it has train, test, neighbors, /);
  assert.throws(() => texts('train').read(0, 1), /does not hold texts/);
  assert.throws(() => numbers('attributes').read(0, 1), /does not hold numbers/);
});

const bound = (dataSet: OpenDataSet): Pick<OpenDataSet, 'numbers' | 'texts'> => ({
  numbers: (part) => dataSet.numbers(part),
  texts: (part) => dataSet.texts(part),
});

test('files of big-ann are read by rows, each type of values as it is', async () => {
  const floats = await open(writeBigAnn(at('a.fbin'), 3, 2, Float32Array.from([0.5, -1, 2, 3, 4, 5])));
  assert.deepEqual(floats.shape.parts, { train: { rows: 3, columns: 2 }, test: { rows: 3, columns: 2 } });
  assert.deepEqual(list(floats.numbers('train').read(1, 2)), [2, 3, 4, 5]);
  const bytes = await open(writeBigAnn(at('a.u8bin'), 2, 2, Uint8Array.from([1, 255, 3, 4])));
  assert.deepEqual(list(bytes.numbers('test').read(0, 1)), [1, 255]);
  const signed = await open(writeBigAnn(at('a.i8bin'), 2, 2, Int8Array.from([1, -1, 3, 4])));
  assert.deepEqual(list(signed.numbers('test').read(0, 1)), [1, -1]);
  const ids = Uint32Array.from([7, 8, 9, 10]);
  for (const [name, more] of [
    ['plain.bin', []],
    ['distances.bin', [new Float32Array(4)]],
  ] as const) {
    const truth = await open(writeBigAnn(at(name), 2, 2, ids, ...more));
    assert.deepEqual(list(truth.numbers('neighbors').read(1, 1)), [9, 10]);
    assert.throws(() => truth.numbers('train'), /no part "train"; it has neighbors/);
  }
});

test('a file that is no data set of its format is named, with what is wrong', async () => {
  writeFileSync(at('page.hdf5'), '<html>404</html>');
  await refused({ format: 'hdf5', path: at('page.hdf5') }, /no HDF5 file: it lacks the signature/);
  await refused({ format: 'hdf5', path: at('nowhere.hdf5') }, /Cannot open the data set/);
  await refused({ format: 'big-ann', path: at('nowhere.fbin') }, /Cannot open the data set/);
  await refused({ format: 'big-ann', path: at('page.hdf5') }, /its name must end with one of \.fbin, \.u8bin/);
  await refused({ format: 'hdf5', path: directory }, /is no file/);
  writeFileSync(at('short.fbin'), Buffer.alloc(5));
  await refused({ format: 'big-ann', path: at('short.fbin') }, /has 5 bytes; .* begins with 8/);
  writeBigAnn(at('lies.fbin'), 10, 4, new Float32Array(39));
  await refused({ format: 'big-ann', path: at('lies.fbin') }, /has 164 bytes.*10 vectors of 4 dimensions.*168 bytes/);
  writeBigAnn(at('lies.bin'), 2, 3, new Uint32Array(5));
  await refused({ format: 'big-ann', path: at('lies.bin') }, /2 rows of 3 neighbours.*32 bytes, or 56 with distances/);
  writeBigAnn(at('empty.fbin'), 0, 3);
  await refused({ format: 'big-ann', path: at('empty.fbin') }, /0 vectors of 3 dimensions/);
  await writeHdf5(at('cut.hdf5'), { train: { data: randomRows(5000), shape: [1000, 5] } });
  truncateSync(at('cut.hdf5'), readFileSync(at('cut.hdf5')).length - 4000);
  await refused({ format: 'hdf5', path: at('cut.hdf5') }, /cannot be read: .*truncated file/);
});

test('the thread that reads answers for good files and for bad ones', async () => {
  const reader = new VectorReader();
  try {
    const file = writeBigAnn(at('thread.fbin'), 1, 1, new Float32Array(1));
    assert.deepEqual((await reader.describe(file)).parts.train, { rows: 1, columns: 1 });
    await assert.rejects(reader.describe({ format: 'hdf5', path: at('page.hdf5') }), { code: 'CORPUS' });
  } finally {
    await reader.close();
  }
});
