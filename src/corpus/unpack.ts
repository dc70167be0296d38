// Unpacks the document file of an archive beside it, under its final name only when it is complete. Its lines are
// counted on the way, so that it need not be read for that.
import { rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { archiveContent, unpackedSize } from './archive.ts';
import { removeFile, requireSpace, saveChunks } from './disk.ts';
import { DocumentScan, type OffsetTable } from './offset-table.ts';
import { defaultTools, PreparationProgress, type PrepareOptions, throwIfCancelled } from './preparation.ts';

/**
 * Unpacks `archivePath` to `documentPath`, and resolves with what is known of the documents then. Throws `CORPUS` if
 * the archive is damaged or the result has another size than `expectedBytes`, `DISK` if it does not fit, and
 * `CANCELLED`.
 */
export async function unpack(
  archivePath: string,
  documentPath: string,
  expectedBytes: number | null,
  options: Pick<PrepareOptions, 'listener' | 'signal' | 'tools' | 'cores'>,
): Promise<OffsetTable> {
  const temporary = `${documentPath}.unpacked.tmp`;
  const total = expectedBytes ?? (await unpackedSize(archivePath, documentPath));
  await requireSpace(documentPath, total);
  const progress = new PreparationProgress(options.listener, `Unpacking ${basename(archivePath)}`, total);
  const scan = new DocumentScan();
  try {
    const content = archiveContent(archivePath, documentPath, {
      tools: options.tools ?? defaultTools,
      threads: options.cores,
      signal: options.signal,
      onSlow: (message) => options.listener({ kind: 'info', message }),
    });
    const size = await saveChunks(temporary, upTo(content, expectedBytes, archivePath), {
      expectedBytes: total,
      onChunk: (chunk) => scan.add(chunk),
      onProgress: (bytes) => progress.update(bytes),
    });
    throwIfCancelled(options.signal);
    if (expectedBytes !== null && size !== expectedBytes) throw wrongSize(archivePath, expectedBytes, `${size} bytes`);
    await rename(temporary, documentPath);
    progress.end();
    return scan.finish();
  } catch (error) {
    await removeFile(temporary);
    throwIfCancelled(options.signal);
    throw error;
  }
}

/** Passes chunks on, and throws before more than `limit` bytes fill the disk. */
async function* upTo(
  content: AsyncIterable<Uint8Array>,
  limit: number | null,
  path: string,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (limit !== null && size > limit) throw wrongSize(path, limit, 'more');
    yield chunk;
  }
}

function wrongSize(path: string, expected: number, found: string): BenchmarkError {
  const expectation = `the workload expects ${expected} bytes (uncompressed-bytes)`;
  return new BenchmarkError('CORPUS', `The documents in ${path} have ${found}, but ${expectation}.`, {
    hint:
      'Remove the archive, so that the next run downloads it again; ' +
      'if that does not help, correct `uncompressed-bytes` in the workload.',
  });
}
