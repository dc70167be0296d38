// Reads archives of documents: which formats there are, and the content of the one document file in them.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Parser, type ReadEntry } from 'tar';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { BenchmarkError } from '../errors.ts';
import { type ArchiveExtension, archiveExtensions } from '../workload/archive-names.ts';
import { type Compression, damagedArchive, decompress, type UnpackingContext } from './decompress.ts';

interface Format {
  readonly compression: Compression | null;
  readonly container: 'tar' | 'zip' | null;
}

const formats: Readonly<Record<ArchiveExtension, Format>> = {
  '.tar.bz2': { compression: 'bz2', container: 'tar' },
  '.tar.gz': { compression: 'gz', container: 'tar' },
  '.tgz': { compression: 'gz', container: 'tar' },
  '.tar': { compression: null, container: 'tar' },
  '.zip': { compression: null, container: 'zip' },
  '.bz2': { compression: 'bz2', container: null },
  '.gz': { compression: 'gz', container: null },
  '.zst': { compression: 'zst', container: null },
};

/**
 * The content of the document file in an archive. Of `.zip` and `.tar` only this member is read: the one of that name,
 * in whatever folder, else the only file there is. Members whose names lead out of the archive are refused. Throws
 * `CORPUS` for damaged archives and missing members.
 */
export async function* archiveContent(
  path: string,
  member: string,
  context: UnpackingContext,
): AsyncGenerator<Uint8Array> {
  const extension = archiveExtensions.find((known) => path.toLowerCase().endsWith(known));
  if (extension === undefined) {
    throw new BenchmarkError('CORPUS', `${path} is not an archive of a known format.`, {
      hint: `Known are ${archiveExtensions.join(', ')}.`,
    });
  }
  const format = formats[extension];
  const raw = (): AsyncIterable<Uint8Array> =>
    format.compression === null
      ? createReadStream(path, { highWaterMark: 1 << 18, signal: context.signal })
      : decompress(path, format.compression, context);
  if (format.container === 'zip') yield* zipMember(path, member);
  else if (format.container === 'tar') yield* tarMember(path, raw, member);
  else yield* raw();
}

/** Bytes of the document file (of a `.tar`, at most), if they can be told without unpacking; `null` if not. */
export async function unpackedSize(path: string, member: string): Promise<number | null> {
  if (path.endsWith('.tar')) return (await stat(path)).size;
  if (!path.endsWith('.zip')) return null;
  const zip = await openZip(path);
  try {
    return (await chooseZipEntry(zip, path, member)).uncompressedSize;
  } finally {
    zip.close();
  }
}

async function* zipMember(path: string, member: string): AsyncGenerator<Uint8Array> {
  const zip = await openZip(path);
  try {
    const entry = await chooseZipEntry(zip, path, member);
    if (entry.isEncrypted())
      throw new BenchmarkError('CORPUS', `${entry.fileName} in ${path} is encrypted.`, { hint: 'Unpack it by hand.' });
    for await (const chunk of await zip.openReadStreamPromise(entry)) yield chunk;
  } catch (cause) {
    throw cause instanceof BenchmarkError ? cause : damagedArchive(path, cause);
  } finally {
    zip.close();
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false });
  } catch (cause) {
    throw damagedArchive(path, cause);
  }
}

async function chooseZipEntry(zip: ZipFile, path: string, member: string): Promise<Entry> {
  const files: Entry[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith('/')) files.push(entry);
    }
  } catch (cause) {
    throw damagedArchive(path, cause);
  }
  const names = files.map((entry) => entry.fileName);
  const name = chooseMember(path, names, member);
  const entry = files.find((file) => file.fileName === name);
  if (entry === undefined) throw missingMember(path, names, member);
  return entry;
}

async function* tarMember(
  path: string,
  content: () => AsyncIterable<Uint8Array>,
  member: string,
): AsyncGenerator<Uint8Array> {
  const names: string[] = [];
  const isThere = yield* untar(path, content(), (name) => {
    names.push(name);
    return isMember(name, member);
  });
  if (isThere) return;
  const only = chooseMember(path, names, member);
  yield* untar(path, content(), (name) => name === only);
}

/** Yields the content of the first file that is chosen; returns whether there was one. */
async function* untar(
  path: string,
  content: AsyncIterable<Uint8Array>,
  isChosen: (name: string) => boolean,
): AsyncGenerator<Uint8Array, boolean> {
  const state = { failure: null as unknown, chosen: null as ReadEntry | null, isComplete: false };
  let output: Uint8Array[] = [];
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      const isFile = entry.type === 'File' || entry.type === 'OldFile' || entry.type === 'ContiguousFile';
      if (leadsOutside(entry.path)) state.failure ??= outsideMember(path, entry.path);
      if (state.failure === null && state.chosen === null && isFile && isChosen(entry.path)) {
        state.chosen = entry;
        entry.on('data', (chunk: Buffer) => output.push(chunk));
        entry.on('end', () => {
          state.isComplete = true;
        });
      } else {
        entry.resume();
      }
    },
  });
  parser.on('error', (error: unknown) => {
    state.failure ??= damagedArchive(path, error);
  });
  for await (const chunk of content) {
    // The parser takes nothing but a Buffer.
    parser.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    if (state.failure !== null) throw state.failure;
    const ready = output;
    output = [];
    yield* ready;
    if (state.isComplete) return true;
  }
  parser.end();
  if (state.failure !== null) throw state.failure;
  yield* output;
  if (state.chosen !== null && !state.isComplete) throw damagedArchive(path, new Error('the archive is cut off'));
  return state.chosen !== null;
}

function isMember(name: string, member: string): boolean {
  return basename(name) === basename(member);
}

/** The member of the wanted name, else the only one. */
function chooseMember(path: string, names: readonly string[], member: string): string {
  const outside = names.find(leadsOutside);
  if (outside !== undefined) throw outsideMember(path, outside);
  const found = names.find((name) => isMember(name, member)) ?? (names.length === 1 ? names[0] : undefined);
  if (found === undefined) throw missingMember(path, names, member);
  return found;
}

function leadsOutside(name: string): boolean {
  return /^([/\\]|[A-Za-z]:)/.test(name) || name.split(/[/\\]/).includes('..');
}

function outsideMember(path: string, name: string): BenchmarkError {
  return new BenchmarkError(
    'CORPUS',
    `${path} has a member whose name leads out of the archive: ${JSON.stringify(name)}. It was not unpacked.`,
  );
}

function missingMember(path: string, names: readonly string[], member: string): BenchmarkError {
  const list =
    names.length === 0
      ? 'no files'
      : `${names.slice(0, 5).join(', ')}${names.length > 5 ? `, … (${names.length} files)` : ''}`;
  return new BenchmarkError('CORPUS', `${path} does not contain ${basename(member)} but ${list}.`);
}
