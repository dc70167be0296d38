// An open document file, positioned at the first document of a slice. Each read says from where it reads, so nothing
// has to be carried over between bulks.
import { type FileHandle, open } from 'node:fs/promises';
import { BenchmarkError } from '../errors.ts';
import type { DocumentSlice } from './client-slices.ts';
import { skipLines } from './line-scan.ts';

/**
 * Opens the file of a slice and finds its first document by the offset table and by walking on from there. `scratch` is
 * overwritten. Rejects with `CORPUS` if the file cannot be opened or is too short.
 */
export async function openSlice(slice: DocumentSlice, linesPerDocument: number, scratch: Buffer): Promise<SliceFile> {
  const handle = await openFile(slice);
  try {
    return new SliceFile(slice, handle, await findLine(handle, slice, slice.first * linesPerDocument, scratch));
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The file of a slice while it is read. */
export class SliceFile {
  readonly slice: DocumentSlice;
  /** Where the next document begins. */
  position: number;
  /** Documents of the slice that have not been read. */
  left: number;
  private readonly handle: FileHandle;

  constructor(slice: DocumentSlice, handle: FileHandle, position: number) {
    this.slice = slice;
    this.handle = handle;
    this.position = position;
    this.left = slice.count;
  }

  /** Reads at `position + skip` into the buffer. Resolves with the number of bytes, 0 at the end of the file. */
  async read(buffer: Buffer, offset: number, length: number, skip: number): Promise<number> {
    return (await this.handle.read(buffer, offset, length, this.position + skip)).bytesRead;
  }

  /** Waits for a read that is under way. */
  async close(): Promise<void> {
    await this.handle.close();
  }
}

/** The error for a file that lacks at least `missing` documents of a slice. */
export function tooFewLines(slice: DocumentSlice, missing: number): BenchmarkError {
  const { path, documentCount } = slice.documentSet;
  const range = `${slice.first} to ${slice.first + slice.count - 1}`;
  const lack = `of documents ${range} at least ${missing} are not there`;
  return new BenchmarkError('CORPUS', `${path} ends early: ${documentCount} documents are expected, but ${lack}.`, {
    hint: 'Was it changed since its lines were counted? Start again: the next run counts them anew.',
  });
}

async function openFile(slice: DocumentSlice): Promise<FileHandle> {
  try {
    return await open(slice.documentSet.path, 'r');
  } catch (cause) {
    throw new BenchmarkError('CORPUS', `Cannot open the documents ${slice.documentSet.path}.`, { cause });
  }
}

async function findLine(handle: FileHandle, slice: DocumentSlice, line: number, scratch: Buffer): Promise<number> {
  const nearest = slice.documentSet.offsets.findLast((entry) => entry.line <= line) ?? { line: 0, byte: 0 };
  const wanted = line - nearest.line;
  const walked = { offset: 0, lines: 0 };
  for (let position = nearest.byte; ; ) {
    if (walked.lines >= wanted) return position;
    const { bytesRead } = await handle.read(scratch, 0, scratch.length, position);
    if (bytesRead === 0) throw tooFewLines(slice, slice.count);
    walked.offset = 0;
    const isThere = skipLines(scratch, bytesRead, walked, wanted);
    if (isThere) return position + walked.offset;
    position += bytesRead;
  }
}
