// Turns raw lines into the body of a bulk request, in place: each document moves towards the front of its buffer, and
// its action line goes before it.
//
//   before   | head room | gap: count * extraBytes | line 1\n line 2\n … |
//   after    | head room | action 1\n line 1\n action 2\n line 2\n …     |
//
// As the gap holds everything that is added, a document's new place never lies behind its old one. Measured with
// bench/bulk-reader.ts: finding line ends by Buffer.indexOf and moving by copyWithin takes about 130 ns per 740-byte
// document, as much as reading it from the page cache; four bytes at a time in a loop of our own took 190 ns for the
// line ends alone.
import { type ConflictIds, ID_DIGITS } from './conflicts.ts';
import type { PreparedDocumentSet } from './prepared.ts';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const UPDATE_PREFIX = Buffer.from('{"doc":');
const UPDATE_SUFFIX = Buffer.from('}\n');

/**
 * A buffer on its way from raw lines to a body. The body so far ends at `target`, where more is added; the raw bytes
 * that are left are `buffer[source .. end)`.
 */
export interface BodyCursor {
  buffer: Buffer;
  source: number;
  end: number;
  target: number;
  /** Documents in the body. */
  documents: number;
}

/** Puts documents of one document set into bodies. */
export interface DocumentWriter {
  /** Most bytes that are added to one document. */
  readonly extraBytes: number;
  /** Lines of the file per document: 2 if it contains action lines. */
  readonly linesPerDocument: 1 | 2;
  /** Moves whole lines into the body until it has `wanted` documents or no whole document is left. */
  write(cursor: BodyCursor, wanted: number): void;
}

/** Writes documents of a file with action lines: the body is a part of the file as it is. */
class VerbatimWriter implements DocumentWriter {
  readonly extraBytes = 0;
  readonly linesPerDocument = 2;

  write(cursor: BodyCursor, wanted: number): void {
    const { buffer, end } = cursor;
    let source = cursor.source;
    let documents = cursor.documents;
    while (documents < wanted) {
      const action = buffer.indexOf(NEWLINE, source);
      if (action < 0 || action >= end) break;
      const document = buffer.indexOf(NEWLINE, action + 1);
      if (document < 0 || document >= end) break;
      source = document + 1;
      documents++;
    }
    if (cursor.target !== cursor.source) buffer.copyWithin(cursor.target, cursor.source, source);
    cursor.target += source - cursor.source;
    cursor.source = source;
    cursor.documents = documents;
  }
}

/** Writes the same action line before every document. */
class ActionWriter implements DocumentWriter {
  readonly extraBytes: number;
  readonly linesPerDocument = 1;
  private readonly action: Buffer;

  constructor(action: Buffer) {
    this.action = action;
    this.extraBytes = action.length;
  }

  write(cursor: BodyCursor, wanted: number): void {
    const { buffer, end } = cursor;
    const action = this.action;
    let { source, target, documents } = cursor;
    while (documents < wanted) {
      const newline = buffer.indexOf(NEWLINE, source);
      if (newline < 0 || newline >= end) break;
      buffer.set(action, target);
      target += action.length;
      buffer.copyWithin(target, source, newline + 1);
      target += newline + 1 - source;
      source = newline + 1;
      documents++;
    }
    cursor.source = source;
    cursor.target = target;
    cursor.documents = documents;
  }
}

/** Writes an action line with an id before every document. Ids repeat as {@link ConflictIds} says. */
class ConflictWriter implements DocumentWriter {
  readonly extraBytes: number;
  readonly linesPerDocument = 1;
  private readonly ids: ConflictIds;
  private readonly index: Buffer;
  private readonly reuse: Buffer;
  private readonly isUpdate: boolean;

  constructor(documentSet: PreparedDocumentSet, ids: ConflictIds, onConflict: 'index' | 'update') {
    this.ids = ids;
    this.isUpdate = onConflict === 'update';
    this.index = actionWithId(documentSet, 'index');
    this.reuse = actionWithId(documentSet, onConflict);
    this.extraBytes = Math.max(this.index.length, this.reuse.length + (this.isUpdate ? UPDATE_PREFIX.length + 1 : 0));
  }

  write(cursor: BodyCursor, wanted: number): void {
    const { buffer, end } = cursor;
    while (cursor.documents < wanted) {
      const newline = buffer.indexOf(NEWLINE, cursor.source);
      if (newline < 0 || newline >= end) break;
      const id = this.ids.next();
      const action = this.ids.isReused ? this.reuse : this.index;
      buffer.set(action, cursor.target);
      cursor.target += action.length;
      writeDigits(buffer, cursor.target - ID_TAIL.length, id);
      this.moveDocument(cursor, newline, this.ids.isReused && this.isUpdate);
      cursor.source = newline + 1;
      cursor.documents++;
    }
  }

  private moveDocument(cursor: BodyCursor, newline: number, isUpdate: boolean): void {
    const { buffer, source } = cursor;
    const end = !isUpdate
      ? newline + 1
      : newline > source && buffer[newline - 1] === CARRIAGE_RETURN
        ? newline - 1
        : newline;
    if (isUpdate) {
      buffer.set(UPDATE_PREFIX, cursor.target);
      cursor.target += UPDATE_PREFIX.length;
    }
    buffer.copyWithin(cursor.target, source, end);
    cursor.target += end - source;
    if (isUpdate) {
      buffer.set(UPDATE_SUFFIX, cursor.target);
      cursor.target += UPDATE_SUFFIX.length;
    }
  }
}

/** What stands in front of a document where a body is no text with action lines. */
export interface Frame {
  /** Most bytes that it takes. */
  readonly extraBytes: number;
  /** Writes the frame of a document of `length` bytes at `position`, and returns where the document goes. */
  write(buffer: Buffer, position: number, length: number): number;
}

/** Writes documents without their line ends, each in a frame. */
class FramedWriter implements DocumentWriter {
  readonly extraBytes: number;
  readonly linesPerDocument = 1;
  private readonly frame: Frame;

  constructor(frame: Frame) {
    this.frame = frame;
    this.extraBytes = frame.extraBytes;
  }

  write(cursor: BodyCursor, wanted: number): void {
    const { buffer, end } = cursor;
    while (cursor.documents < wanted) {
      const newline = buffer.indexOf(NEWLINE, cursor.source);
      if (newline < 0 || newline >= end) break;
      const hasReturn = newline > cursor.source && buffer[newline - 1] === CARRIAGE_RETURN;
      const documentEnd = hasReturn ? newline - 1 : newline;
      const length = documentEnd - cursor.source;
      const target = this.frame.write(buffer, cursor.target, length);
      buffer.copyWithin(target, cursor.source, documentEnd);
      cursor.target = target + length;
      cursor.source = newline + 1;
      cursor.documents++;
    }
  }
}

/** Writes the documents alone, each with its line end; action lines of the file are left out. */
class LineWriter implements DocumentWriter {
  readonly extraBytes = 0;
  readonly linesPerDocument: 1 | 2;

  constructor(linesPerDocument: 1 | 2) {
    this.linesPerDocument = linesPerDocument;
  }

  write(cursor: BodyCursor, wanted: number): void {
    const { buffer, end } = cursor;
    while (cursor.documents < wanted) {
      const first = buffer.indexOf(NEWLINE, cursor.source);
      const start = this.linesPerDocument === 1 ? cursor.source : first + 1;
      const newline = this.linesPerDocument === 1 || first < 0 ? first : buffer.indexOf(NEWLINE, start);
      if (newline < 0 || newline >= end) break;
      buffer.copyWithin(cursor.target, start, newline + 1);
      cursor.target += newline + 1 - start;
      cursor.source = newline + 1;
      cursor.documents++;
    }
  }
}

/** A writer that puts each document of a file without action lines into a frame. */
export const framedDocuments = (frame: Frame): DocumentWriter => new FramedWriter(frame);

/** A writer whose bodies are the documents alone, one per line, whether or not the file has action lines. */
export const documentLines = (documentSet: PreparedDocumentSet): DocumentWriter =>
  new LineWriter(documentSet.includesActionAndMetaData ? 2 : 1);

const ID_TAIL = '"}}\n';
/** The lower half of the {@link ID_DIGITS} digits. */
const LOW_DIGITS = 100_000;

/** Writes an id right-aligned so that it ends before `end`. */
function writeDigits(buffer: Buffer, end: number, id: number): void {
  const high = Math.floor(id / LOW_DIGITS);
  writeInteger(buffer, end, id - high * LOW_DIGITS);
  writeInteger(buffer, end - 5, high);
}

/**
 * Writes five digits before `end`. Five, because integers of 32 bits are divided several times as quickly as larger
 * ones.
 */
function writeInteger(buffer: Buffer, end: number, value: number): void {
  let rest = value | 0;
  for (let position = end - 1; position >= end - 5; position--) {
    const next = (rest / 10) | 0;
    buffer[position] = 48 + rest - next * 10;
    rest = next;
  }
}

function actionTarget(documentSet: PreparedDocumentSet): string {
  const target = `"_index": ${JSON.stringify(documentSet.targetDataStream ?? documentSet.targetIndex ?? '')}`;
  return documentSet.targetType === null ? target : `${target}, "_type": ${JSON.stringify(documentSet.targetType)}`;
}

function actionWithId(documentSet: PreparedDocumentSet, action: 'index' | 'update'): Buffer {
  return Buffer.from(`{"${action}": {${actionTarget(documentSet)}, "_id": "${'0'.repeat(ID_DIGITS)}${ID_TAIL}`);
}

/**
 * The line before a document without an id. The action is `index`, or `create` for a data stream, which allows no
 * other.
 */
function plainAction(documentSet: PreparedDocumentSet): Buffer {
  return Buffer.from(
    `{"${documentSet.targetDataStream === null ? 'index' : 'create'}": {${actionTarget(documentSet)}}}\n`,
  );
}

/**
 * The writer for a document set. `conflicts` is given where documents get ids that conflict; those of data streams and
 * of files with action lines cannot.
 */
export function documentWriter(
  documentSet: PreparedDocumentSet,
  conflicts: { readonly ids: ConflictIds; readonly onConflict: 'index' | 'update' } | null,
): DocumentWriter {
  if (documentSet.includesActionAndMetaData) return new VerbatimWriter();
  if (conflicts === null) return new ActionWriter(plainAction(documentSet));
  return new ConflictWriter(documentSet, conflicts.ids, conflicts.onConflict);
}
