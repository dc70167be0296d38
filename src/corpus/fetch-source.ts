// Gets the file that a document set is made from: one download, or several parts that are put together.
import { createReadStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import type { DocumentSet } from '../workload/model.ts';
import { fileSize, removeFile, requireSpace, saveChunks } from './disk.ts';
import { partAddress, pathWithin, sourceAddress } from './document-files.ts';
import { download, localPath } from './download.ts';
import { PreparationProgress, type PrepareOptions, throwIfCancelled } from './preparation.ts';

/** Downloads the archive (or the plain file) of a document set to `path`. Throws as {@link download} does. */
export async function fetchSource(
  directory: string,
  documentSet: DocumentSet,
  path: string,
  options: PrepareOptions,
): Promise<void> {
  const isArchive = documentSet.archiveFile !== null;
  const expectedBytes = isArchive ? documentSet.compressedBytes : documentSet.uncompressedBytes;
  if (documentSet.parts.length > 0) return await fetchParts(directory, documentSet, path, expectedBytes, options);
  const url = sourceAddress(documentSet);
  if (url === null) throw await noAddress(path, expectedBytes, options);
  refuseOffline(url, path, options);
  await download({ url, path, expectedBytes }, options);
}

async function fetchParts(
  directory: string,
  documentSet: DocumentSet,
  path: string,
  expectedBytes: number | null,
  options: PrepareOptions,
): Promise<void> {
  if (documentSet.baseUrl === null) throw await noAddress(path, expectedBytes, options);
  const total = documentSet.parts.reduce((sum, part) => sum + part.size, 0);
  if (expectedBytes !== null && total !== expectedBytes) {
    throw new BenchmarkError(
      'CORPUS',
      `The parts of ${basename(path)} have ${total} bytes together, but ${expectedBytes} are expected.`,
      {
        hint: 'Correct `source-file-parts` or the size of the file in the workload.',
      },
    );
  }
  const paths: string[] = [];
  for (const part of documentSet.parts) {
    const partPath = pathWithin(directory, part.name);
    const url = partAddress(documentSet.baseUrl, part.name);
    if ((await fileSize(partPath)) !== part.size) {
      refuseOffline(url, path, options);
      await download({ url, path: partPath, expectedBytes: part.size }, options);
    }
    paths.push(partPath);
  }
  await concatenate(paths, total, path, options);
}

/** Puts parts together and removes them. */
async function concatenate(
  parts: readonly string[],
  total: number,
  path: string,
  options: PrepareOptions,
): Promise<void> {
  const temporary = `${path}.joined.tmp`;
  await requireSpace(temporary, total);
  const progress = new PreparationProgress(options.listener, `Joining ${basename(path)}`, total);
  try {
    await saveChunks(temporary, contentOf(parts, options.signal), {
      expectedBytes: total,
      onProgress: (bytes) => progress.update(bytes),
    });
    await rename(temporary, path);
    progress.end();
  } catch (error) {
    await removeFile(temporary);
    throwIfCancelled(options.signal);
    throw error;
  }
  for (const part of parts) await removeFile(part);
}

async function* contentOf(paths: readonly string[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const path of paths) yield* createReadStream(path, { highWaterMark: 1 << 20, signal });
}

function refuseOffline(url: string, path: string, options: PrepareOptions): void {
  if (!options.isOffline || localPath(url) !== null) return;
  throw new BenchmarkError('CORPUS', `${path} is missing, and nothing is downloaded because of --offline.`, {
    hint: 'Run once without --offline, or put the file in place yourself.',
  });
}

async function noAddress(
  path: string,
  expectedBytes: number | null,
  { workloadDirectory }: PrepareOptions,
): Promise<BenchmarkError> {
  const size = await fileSize(path);
  const state = size === null ? 'is missing' : `has ${size} bytes instead of ${expectedBytes}`;
  const place = workloadDirectory === null ? 'in place' : `there or into ${workloadDirectory}`;
  return new BenchmarkError('CORPUS', `${path} ${state}, and the workload does not say where to download it from.`, {
    hint: `Put the file ${place}, or give the corpus a \`base-url\` or the documents a \`source-url\`.`,
  });
}
