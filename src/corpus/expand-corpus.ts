// Makes a larger corpus of http logs from one of its files: the documents again and again, with timestamps that rise.
import { open, rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { fileSize, removeFile, requireSpace, saveChunks } from './disk.ts';
import { noteDocuments } from './index-documents.ts';
import { DocumentScan } from './offset-table.ts';
import { type PreparationListener, PreparationProgress, throwIfCancelled } from './preparation.ts';
import { stampDocuments, type TimestampRow } from './timestamp-row.ts';

/** How much is made: documents, or bytes, which the last document may exceed. */
export type ExpandedSize =
  | { readonly kind: 'documents'; readonly count: number }
  | { readonly kind: 'bytes'; readonly count: number };

/** What is made of which file. */
export interface ExpandOrder {
  /** A file of documents that begin with `{"@timestamp": ` and seconds of nine digits. */
  readonly inputPath: string;
  /** Replaced if it is there. */
  readonly outputPath: string;
  readonly size: ExpandedSize;
  /** Timestamp of the first document, in seconds. */
  readonly start: number;
  /**
   * Seconds between two documents; `-n` = there are n documents per second; `null` = as many as the queries of the
   * workload want, which is two per gigabyte.
   */
  readonly interval: number | null;
}

/** What was made. */
export interface ExpandedCorpus {
  readonly documents: number;
  readonly bytes: number;
}

const GIGABYTE = 1e9;
const BLOCK = 1 << 20;
const NEWLINE = 10;

/**
 * Makes the file, its offset table and its digest. Throws `CORPUS` if the input is missing or has another form, `DISK`
 * if the result does not fit, and `CANCELLED`; then nothing is left of it.
 */
export async function expandCorpus(
  order: ExpandOrder,
  options: { readonly listener: PreparationListener; readonly signal: AbortSignal },
): Promise<ExpandedCorpus> {
  const { inputPath, outputPath, size } = order;
  const expectedBytes = await bytesOf(order);
  await requireSpace(outputPath, expectedBytes);
  const progress = new PreparationProgress(options.listener, `Writing ${basename(outputPath)}`, expectedBytes);
  const row = timestampRow(order, expectedBytes);
  const scan = new DocumentScan();
  const temporary = `${outputPath}.expanded.tmp`;
  const rest = { documents: size.kind === 'documents' ? size.count : Infinity, bytes: Infinity };
  if (size.kind === 'bytes') rest.bytes = size.count;
  try {
    const bytes = await saveChunks(temporary, documentsOf(inputPath, row, rest, options.signal), {
      expectedBytes,
      onChunk: (chunk) => scan.add(chunk),
      onProgress: (done) => progress.update(Math.min(done, expectedBytes)),
    });
    await rename(temporary, outputPath);
    const table = scan.finish();
    await noteDocuments(outputPath, table, options);
    progress.end();
    return { documents: table.lines, bytes };
  } catch (error) {
    await removeFile(temporary);
    throwIfCancelled(options.signal);
    throw error;
  }
}

/** About how many bytes are made. Throws `CORPUS` if there is no input. */
async function bytesOf({ inputPath, size }: ExpandOrder): Promise<number> {
  const inputBytes = await fileSize(inputPath);
  if (inputBytes === null || inputBytes === 0) {
    throw new BenchmarkError('CORPUS', `There are no documents in ${inputPath}.`, {
      hint: 'Run the workload once, so that its documents are downloaded, or name another file with --input-file.',
    });
  }
  if (size.kind === 'bytes') return size.count;
  const handle = await open(inputPath);
  try {
    const sample = Buffer.alloc(Math.min(BLOCK, inputBytes));
    await handle.read(sample, 0, sample.length, 0);
    const lines = sample.reduce((sum, byte) => sum + (byte === NEWLINE ? 1 : 0), 0);
    return Math.ceil((sample.length / Math.max(1, lines)) * size.count);
  } finally {
    await handle.close();
  }
}

function timestampRow({ start, interval }: ExpandOrder, bytes: number): TimestampRow {
  const own = -Math.max(1, Math.round((2 * bytes) / GIGABYTE));
  const chosen = interval ?? own;
  return chosen < 0
    ? { start, documentsPerStep: -chosen, step: 1, document: 0 }
    : { start, documentsPerStep: 1, step: chosen, document: 0 };
}

/** What is still to be made. */
interface Rest {
  documents: number;
  bytes: number;
}

/** The documents of the file from its beginning to its end, again and again. A chunk is valid until the next one. */
async function* documentsOf(
  path: string,
  row: TimestampRow,
  rest: Rest,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let block = Buffer.allocUnsafeSlow(BLOCK);
  const handle = await open(path);
  try {
    let [position, kept] = [0, 0];
    while (rest.documents > 0 && rest.bytes > 0) {
      throwIfCancelled(signal);
      const { bytesRead } = await handle.read(block, kept, block.length - kept - 1, position);
      const isAtEnd = bytesRead === 0;
      position = isAtEnd ? 0 : position + bytesRead;
      const end = kept + bytesRead + (isAtEnd && kept > 0 ? 1 : 0);
      // The last line of a file may lack its end.
      if (isAtEnd && kept > 0) block[kept] = NEWLINE;
      const whole = end === 0 ? 0 : block.lastIndexOf(NEWLINE, end - 1) + 1;
      const made = stampDocuments(block, whole, row, rest, path);
      if (made > 0) yield block.subarray(0, made);
      block.copyWithin(0, whole, end);
      kept = end - whole;
      if (kept === block.length - 1) block = Buffer.concat([block, Buffer.alloc(block.length)]);
    }
  } finally {
    await handle.close();
  }
}
