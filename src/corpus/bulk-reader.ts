// Makes the bodies of the bulk requests of one client from slices of document files, one ahead of its use.
//
// Two buffers take turns. While the body in one is on its way to the cluster, the documents of the next are read into
// the other and the body is made there, in place (document-writer.ts). The read is asynchronous, so a slow disk holds
// up this client and no other of its thread.
//
//   buffer A   | body 1: in use      |        | body 3: read, made  | …
//   buffer B   | body 2: read, made  | in use | …
//              next()                next()   next()
//
// Small bodies are made several at a time, each with its own head room, because an asynchronous read costs about 50 µs
// of CPU whatever its size.
//
// Measured (bench/bulk-reader.ts, Node 20, 750-byte documents, page cache): 3.6-4.4 M documents per CPU-second with
// action lines put between, of which the kernel's copy takes half. Re-reading the few bytes that were read beyond a
// bulk costs less than carrying them over. A WebAssembly kernel is not needed: the two calls per document (indexOf,
// copyWithin) are already cheaper than the read.
import { BenchmarkError } from '../errors.ts';
import { countBulks, type DocumentSlice } from './client-slices.ts';
import { ConflictIds, type ConflictSettings } from './conflicts.ts';
import { type BodyCursor, type DocumentWriter, documentWriter } from './document-writer.ts';
import type { PreparedDocumentSet } from './prepared.ts';
import { openSlice, type SliceFile, tooFewLines } from './slice-file.ts';

/** How the documents of one client become bulks. */
export interface BulkReaderOptions {
  /** Documents per bulk request. */
  readonly bulkSize: number;
  /** Bytes that are kept free in front of every body, for the head of the request. */
  readonly headRoom: number;
  /** Whether to start again when all are sent. */
  readonly looped: boolean;
  /** How documents get ids; `null`: not at all. Those of data streams and of files with action lines never get any. */
  readonly conflicts: ConflictSettings | null;
  /** Puts the documents of a set into bodies. Default: as the API for bulks over HTTP wants them. */
  readonly writerOf?: ((documentSet: PreparedDocumentSet) => DocumentWriter) | undefined;
  /** Bytes that end each body. Default: none. */
  readonly tail?: Buffer | undefined;
  /** Uniform in [0, 1); only used with conflicts. */
  readonly random: () => number;
}

const NOTHING = Buffer.alloc(0);
const NEWLINE = 10;
const SMALLEST_READ = 4096;
const LARGEST_READ = 1 << 28;
/** Beyond this size `Buffer.indexOf` finds nothing. */
const LARGEST_BUFFER = 0x7fff_ffff;
const SCRATCH_SIZE = 1 << 18;

/** As many bodies are made together as fit into so many bytes. */
const READ_AHEAD = 1 << 18;

/** A body within a buffer. */
interface BulkBody {
  readonly start: number;
  readonly length: number;
  readonly documents: number;
}

/** One of the two buffers, with the bodies that were made in it. */
interface BodyBuffer {
  readonly cursor: BodyCursor;
  bodies: BulkBody[];
  /** How many of the bodies were handed out. */
  taken: number;
  documentSet: PreparedDocumentSet | null;
}

const newBodyBuffer = (): BodyBuffer => ({
  cursor: { buffer: Buffer.alloc(0), source: 0, end: 0, target: 0, documents: 0 },
  bodies: [],
  taken: 0,
  documentSet: null,
});

/**
 * Reads the bulks of one client. Its user waits for {@link ready}, calls {@link next} and sends
 * `buffer[headRoom .. headRoom + length)`; these bytes stay untouched until the call of `next` after that. Rejects with
 * `CORPUS` if a file is shorter than it was when it was prepared.
 */
export class BulkReader {
  /** How many bulks there are until the source is exhausted, or starts again. */
  readonly totalBulks: number;
  /** Holds the body at `headRoom`. May be another buffer after every {@link next}. */
  buffer: Buffer = Buffer.alloc(0);
  /** Bytes of the body. */
  length = 0;
  /** Documents in the body. */
  documents = 0;
  private readonly slices: readonly DocumentSlice[];
  private readonly options: BulkReaderOptions;
  private current = newBodyBuffer();
  private ahead = newBodyBuffer();
  private isAheadFilled = false;
  private filling: Promise<void> | null = null;
  private failure: unknown = null;
  private isClosed = false;
  /** Bulks handed out since the last start from the beginning. */
  private taken = 0;
  /** Bulks read since the last start from the beginning. */
  private read = 0;
  private file: SliceFile | null = null;
  private writer: DocumentWriter | null = null;
  private sliceIndex = 0;
  private bytesPerDocument = 0;

  constructor(slices: readonly DocumentSlice[], options: BulkReaderOptions) {
    this.slices = slices.filter((slice) => slice.count > 0);
    this.options = options;
    this.totalBulks = countBulks(this.slices, options.bulkSize);
  }

  /** Where the documents of the body come from and go to; `null` before the first {@link next}. */
  get documentSet(): PreparedDocumentSet | null {
    return this.current.documentSet;
  }

  /** Share of the bulks that was handed out, 0..1; `null` if looped. */
  progress(): number | null {
    if (this.options.looped) return null;
    return this.totalBulks === 0 ? 1 : this.taken / this.totalBulks;
  }

  /** `null` if {@link next} can be called now, else resolves when it can; rejects if the documents cannot be read. */
  ready(): Promise<void> | null {
    if (this.failure !== null) return Promise.reject(this.failure);
    if (this.isAheadFilled || this.current.taken < this.current.bodies.length || this.isExhausted()) return null;
    this.readAhead();
    return this.filling?.then(() => (this.failure === null ? undefined : Promise.reject(this.failure))) ?? null;
  }

  /** Makes the next body the current one; `false` if there is none. Starts to read the one after it. */
  next(): boolean {
    if (this.isExhausted()) return false;
    if (this.current.taken === this.current.bodies.length) this.swap();
    const { current } = this;
    const body = current.bodies[current.taken++];
    if (body === undefined) throw new BenchmarkError('INTERNAL', 'A buffer without bulks was read.');
    const { buffer } = current.cursor;
    this.buffer =
      body.start === this.options.headRoom
        ? buffer
        : buffer.subarray(body.start - this.options.headRoom, body.start + body.length);
    this.length = body.length;
    this.documents = body.documents;
    this.taken = this.taken === this.totalBulks ? 1 : this.taken + 1;
    return true;
  }

  /** Closes the file, after a read that is under way. Never rejects. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.filling;
    await this.file?.close();
    this.file = null;
  }

  private isExhausted(): boolean {
    return this.isClosed || this.totalBulks === 0 || (this.taken === this.totalBulks && !this.options.looped);
  }

  private swap(): void {
    if (!this.isAheadFilled)
      throw this.failure ?? new BenchmarkError('INTERNAL', 'A bulk was asked for before it was read.');
    const free = this.current;
    this.current = this.ahead;
    this.ahead = free;
    this.isAheadFilled = false;
    if (this.options.looped || this.read < this.totalBulks) this.readAhead();
  }

  private readAhead(): void {
    this.filling ??= this.fill(this.ahead).then(
      () => {
        this.isAheadFilled = true;
        this.filling = null;
      },
      (error: unknown) => {
        this.failure = error;
        this.filling = null;
      },
    );
  }

  private async fill(target: BodyBuffer): Promise<void> {
    if (this.read === this.totalBulks) await this.startAgain();
    const file = this.file !== null && this.file.left > 0 ? this.file : await this.openNext();
    const writer = this.writer ?? this.newWriter(file.slice);
    const { bulkSize, headRoom } = this.options;
    const bodyBytes = headRoom + bulkSize * (this.bytesPerDocument + writer.extraBytes);
    const count = Math.min(
      Math.max(1, Math.floor(READ_AHEAD / bodyBytes)),
      Math.ceil(file.left / bulkSize),
      this.totalBulks - this.read,
    );
    const documents = Math.min(count * bulkSize, file.left);
    const used = await this.fillBodies(target, file, writer, documents);
    target.documentSet = file.slice.documentSet;
    target.taken = 0;
    this.bytesPerDocument = used / documents;
    file.position += used;
    file.left -= documents;
    this.read += count;
  }

  /** Makes bodies of so many documents. Resolves with the bytes of the file that they took. */
  private async fillBodies(
    target: BodyBuffer,
    file: SliceFile,
    writer: DocumentWriter,
    documents: number,
  ): Promise<number> {
    const { bulkSize, headRoom, tail = NOTHING } = this.options;
    const { cursor } = target;
    const gap = Math.ceil(documents / bulkSize) * (headRoom + tail.length) + documents * writer.extraBytes;
    cursor.source = gap;
    cursor.end = gap;
    cursor.target = 0;
    target.bodies = [];
    for (let left = documents; left > 0; left -= cursor.documents) {
      cursor.target += headRoom;
      cursor.documents = 0;
      const start = cursor.target;
      const wanted = Math.min(bulkSize, left);
      for (;;) {
        if (cursor.source < cursor.end) writer.write(cursor, wanted);
        if (cursor.documents === wanted) break;
        await this.readMore(cursor, file, gap, left - cursor.documents);
      }
      cursor.target += tail.copy(cursor.buffer, cursor.target);
      target.bodies.push({ start, length: cursor.target - start, documents: wanted });
    }
    return cursor.source - gap;
  }

  /** Reads about as many bytes as the missing documents have. */
  private async readMore(cursor: BodyCursor, file: SliceFile, gap: number, missing: number): Promise<void> {
    const length = Math.min(LARGEST_READ, Math.ceil(missing * this.bytesPerDocument * 1.02) + SMALLEST_READ);
    if (cursor.end + length >= LARGEST_BUFFER) throw tooLarge(file.slice, this.options.bulkSize);
    reserve(cursor, length + 1);
    const count = await file.read(cursor.buffer, cursor.end, length, cursor.end - gap);
    cursor.end += count;
    if (count === 0 && !endLastLine(cursor)) throw tooFewLines(file.slice, missing);
  }

  private async startAgain(): Promise<void> {
    await this.file?.close();
    this.file = null;
    this.sliceIndex = 0;
    this.read = 0;
  }

  private async openNext(): Promise<SliceFile> {
    const slice = this.slices[this.sliceIndex++];
    if (slice === undefined) throw new BenchmarkError('INTERNAL', 'No document set is left to read.');
    await this.file?.close();
    this.file = null;
    this.writer = this.newWriter(slice);
    this.file = await openSlice(slice, this.writer.linesPerDocument, Buffer.allocUnsafeSlow(SCRATCH_SIZE));
    this.bytesPerDocument = (slice.documentSet.size / Math.max(1, slice.documentSet.documentCount)) | 0;
    return this.file;
  }

  private newWriter(slice: DocumentSlice): DocumentWriter {
    const { conflicts, random, writerOf } = this.options;
    if (writerOf !== undefined) return writerOf(slice.documentSet);
    const hasIds = conflicts !== null && slice.documentSet.targetDataStream === null;
    return documentWriter(
      slice.documentSet,
      hasIds ? { ids: new ConflictIds(slice, conflicts, random), onConflict: conflicts.onConflict } : null,
    );
  }
}

function tooLarge({ documentSet }: DocumentSlice, bulkSize: number): BenchmarkError {
  const documents = bulkSize === 1 ? 'one document' : `${bulkSize} documents`;
  return new BenchmarkError('CORPUS', `A bulk request of ${documents} of ${documentSet.path} is larger than 2 GB.`, {
    hint: 'Use a smaller "bulk-size". Does a line end follow each document?',
  });
}

/** Makes room for `length` bytes behind those that are there. */
function reserve(cursor: BodyCursor, length: number): void {
  const needed = cursor.end + length;
  if (needed <= cursor.buffer.length) return;
  const grown = Buffer.allocUnsafeSlow(Math.ceil(needed * 1.05));
  cursor.buffer.copy(grown, 0, 0, cursor.end);
  cursor.buffer = grown;
}

/**
 * Adds the line end to a last line that has none, because a bulk request must end with one. `false` if there is no such
 * line.
 */
function endLastLine(cursor: BodyCursor): boolean {
  if (cursor.source === cursor.end || cursor.buffer[cursor.end - 1] === NEWLINE) return false;
  cursor.buffer[cursor.end] = NEWLINE;
  cursor.end++;
  return true;
}
