// Parameters that name data sets of vectors, and the part of a data set that a client gets.
import { resolve } from 'node:path';
import { clientShare } from '../corpus/client-slices.ts';
import type { PreparedCorpus } from '../corpus/prepared.ts';
import type { DataSetFile, DataSetFormat, DataSetPart, DataSetShape, PartShape } from '../vectors/data-set.ts';
import type { ParameterFacts } from './define.ts';
import type { WorkloadFacts } from './operation.ts';
import type { ParamReader } from './params.ts';

/** A data set as an operation names it: a file on the machine that makes the load, or the file of a corpus. */
export interface DataSetParam {
  readonly format: DataSetFormat;
  readonly place:
    | { readonly kind: 'path'; readonly path: string }
    | { readonly kind: 'corpus'; readonly corpus: string };
}

/** Formats as operations name them; corpora write the last one only. */
const FORMATS = ['hdf5', 'bigann', 'big-ann'] as const;

/**
 * Reads `<prefix>data_set_format`, `…_path` and `…_corpus`; `null` if neither path nor corpus is given. `format` is
 * that of a data set whose format is not given. Problems go to the reader.
 */
export function readDataSet(
  reader: ParamReader,
  facts: ParameterFacts,
  prefix: '' | 'neighbors_',
  format: DataSetFormat | null = null,
): DataSetParam | null {
  const name = (end: string): string => `${prefix}data_set_${end}`;
  const given = reader.choice(name('format'), null, FORMATS);
  const chosen = given === null ? format : given === 'hdf5' ? 'hdf5' : 'big-ann';
  const path = reader.string(name('path'), null);
  const corpus = reader.string(name('corpus'), null);
  if (path !== null && corpus !== null)
    reader.problem(
      name('path'),
      `"${name('path')}" and "${name('corpus')}" exclude each other.`,
      'Remove one of them.',
    );
  if (path === null && corpus === null) return null;
  if (chosen === null) {
    reader.require(name('format'));
    return null;
  }
  if (path !== null) return { format: chosen, place: { kind: 'path', path } };
  if (corpus === null) return null;
  checkCorpus(reader, facts, name('corpus'), corpus, chosen);
  return { format: chosen, place: { kind: 'corpus', corpus } };
}

/** As {@link readDataSet}, for a data set that must be given. */
export function requireDataSet(reader: ParamReader, facts: ParameterFacts): DataSetParam {
  const dataSet = readDataSet(reader, facts, '');
  if (dataSet !== null) return dataSet;
  if (!reader.has('data_set_path') && !reader.has('data_set_corpus'))
    reader.problem(
      'data_set_path',
      'The operation names no data set.',
      'Give it "data_set_path" or "data_set_corpus".',
    );
  return { format: 'hdf5', place: { kind: 'path', path: '' } };
}

function checkCorpus(
  reader: ParamReader,
  { corpora }: ParameterFacts,
  parameter: string,
  name: string,
  format: DataSetFormat,
): void {
  const corpus = corpora.find((candidate) => candidate.name === name);
  if (corpus === undefined) {
    const known = corpora.map((candidate) => `"${candidate.name}"`).join(', ');
    const hint = known === '' ? undefined : `It has ${known}.`;
    reader.problem(parameter, `The workload has no corpus "${name}".`, hint);
    return;
  }
  const count = corpus.documentSets.filter((set) => set.sourceFormat === format).length;
  if (count === 1) return;
  const found = count === 0 ? 'no file' : `${count} files, and one is used,`;
  reader.problem(parameter, `Corpus "${name}" has ${found} of the format "${format}".`);
}

/** The names of the corpora among some data sets. */
export function corporaOf(dataSets: readonly (DataSetParam | null)[]): readonly string[] {
  return dataSets.flatMap((dataSet) => (dataSet?.place.kind === 'corpus' ? [dataSet.place.corpus] : []));
}

/** Where the file of a data set is. A relative path is one from the working directory. */
export function locateDataSet({ format, place }: DataSetParam, corpora: readonly PreparedCorpus[]): DataSetFile {
  if (place.kind === 'path') return { format, path: resolve(place.path) };
  const sets = corpora.find(({ name }) => name === place.corpus)?.documentSets ?? [];
  return { format, path: sets.find((set) => set.sourceFormat === format)?.path ?? '' };
}

/** The size of a part of a data set; `null` if it is not there. */
export function partOf(file: DataSetFile, part: DataSetPart, { dataSets }: WorkloadFacts): PartShape | null {
  return shapeOf(file, dataSets)?.parts[part] ?? null;
}

function shapeOf(file: DataSetFile, dataSets: readonly DataSetShape[]): DataSetShape | undefined {
  return dataSets.find(({ path, format }) => path === file.path && format === file.format);
}

/** The rows that a task uses: all, or as many as `num_vectors` says. */
export function usedRows(rows: number, wanted: number): number {
  return wanted < 0 ? rows : Math.min(wanted, rows);
}

/** The rows of one client of a task, from `first` up to, not including, `end`. */
export function clientRows(
  rows: number,
  clientIndex: number,
  clientCount: number,
): { readonly first: number; readonly end: number } {
  const { first, count } = clientShare(rows, clientIndex, clientCount);
  return { first, end: first + count };
}

/** The message for a part that a data set lacks. */
export function lacks({ path }: DataSetFile, part: DataSetPart): string {
  return `The data set ${path} has no part "${part}".`;
}

/** The message for more clients than vectors, of which some would have nothing to send; `null` = there are enough. */
export function tooManyClients({ path }: DataSetFile, rows: number, clients: number): string | null {
  if (clients <= rows) return null;
  const vectors = rows === 1 ? '1 vector' : `${rows} vectors`;
  return `${clients} clients share ${vectors} of ${path}, so that some would have nothing to send.`;
}
