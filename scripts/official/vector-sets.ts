// Small data sets of vectors (HDF5, as ANN-benchmarks has them) for the operations that read one.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathWithin } from '../../src/corpus/document-files.ts';
import { isJsonNumber, isJsonObject, type Json, toNumber } from '../../src/json.ts';
import { randomSource } from '../../src/random.ts';
import { leafTasks, type TestProcedure, type Workload } from '../../src/workload/model.ts';

/** Vectors to be indexed. */
const VECTORS = 1000;
/** Vectors to be searched for, each with so many neighbours. */
const QUERIES = 100;
const NEIGHBOURS = 100;
const DEFAULT_DIMENSION = 8;
const SEED = 11;

const CORPUS_KEYS = ['data_set_corpus', 'neighbors_data_set_corpus'];
const PATH_KEYS = ['data_set_path', 'neighbors_data_set_path'];

/**
 * Writes the data sets that the operations of a test procedure read: those of corpora, and those whose path lies below
 * the data directory. Files that are there stay as they are.
 */
export async function writeVectorSets(
  workload: Workload,
  procedure: TestProcedure,
  dataDirectory: string,
): Promise<void> {
  const paths = new Set<string>();
  for (const { operation } of leafTasks(procedure.schedule)) {
    const text = (key: string): string => String(operation.params.get(key) ?? '');
    const corpora = CORPUS_KEYS.map(text);
    for (const { name, documentSets } of workload.corpora.filter((corpus) => corpora.includes(corpus.name)))
      for (const { sourceFormat, documentFile } of documentSets)
        if (sourceFormat === 'hdf5') paths.add(pathWithin(pathWithin(dataDirectory, name), documentFile));
    for (const path of PATH_KEYS.map(text)) if (path.startsWith(`${dataDirectory}/`)) paths.add(path);
  }
  const dimension = dimensionOf(workload.indices.map(({ body }) => body)) ?? DEFAULT_DIMENSION;
  for (const path of paths) if (!existsSync(path)) await writeVectorSet(path, dimension);
}

/** The dimension of the first field of vectors; `null` if no index has one. */
function dimensionOf(nodes: readonly Json[]): number | null {
  for (const node of nodes) {
    if (!isJsonObject(node)) continue;
    const dimension = node.get('dimension');
    if (node.get('type') === 'knn_vector' && isJsonNumber(dimension)) return toNumber(dimension);
    const inner = dimensionOf([...node.values()]);
    if (inner !== null) return inner;
  }
  return null;
}

async function writeVectorSet(path: string, dimension: number): Promise<void> {
  const { default: library, ready } = await import('h5wasm/node');
  await ready;
  mkdirSync(dirname(path), { recursive: true });
  const random = randomSource(SEED);
  const rows = (count: number): Float32Array =>
    Float32Array.from({ length: count * dimension }, () => random() * 2 - 1);
  const [train, test] = [rows(VECTORS), rows(QUERIES)];
  const file = new library.File(path, 'w');
  file.create_dataset({ name: 'train', data: train, shape: [VECTORS, dimension] });
  file.create_dataset({ name: 'test', data: test, shape: [QUERIES, dimension] });
  const neighbours = nearest(train, test, dimension);
  file.create_dataset({ name: 'neighbors', data: neighbours, shape: [QUERIES, NEIGHBOURS] });
  file.close();
}

/** The numbers of the vectors with the largest inner product with each query. */
function nearest(train: Float32Array, test: Float32Array, dimension: number): Int32Array {
  const products = (query: number): Float64Array =>
    Float64Array.from({ length: VECTORS }, (_, row) => {
      let sum = 0;
      for (let column = 0; column < dimension; column++)
        sum += (train[row * dimension + column] ?? 0) * (test[query * dimension + column] ?? 0);
      return sum;
    });
  const numbers = Array.from({ length: QUERIES }, (_, query) => {
    const product = products(query);
    const order = Array.from(product.keys()).sort((left, right) => (product[right] ?? 0) - (product[left] ?? 0));
    return order.slice(0, NEIGHBOURS);
  });
  return Int32Array.from(numbers.flat());
}
