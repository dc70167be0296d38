// Bodies of bulk requests from a data set: an action line and a document for each vector, or, for a nested field, for
// each parent with all of its vectors.
import type { BodyBlock, BodyMaker } from './body-block.ts';
import { type BulkBodiesSpec, NO_ATTRIBUTE } from './bulk-bodies-spec.ts';
import type { DataSetFile, OpenDataSet } from './data-set.ts';
import { GrpcBodies } from './grpc-bulk-bodies.ts';
import { RowWindow, TextWindow } from './row-window.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const LINE_END = bytes('\n');
const DOCUMENT_END = bytes('}\n');
const ACTION_END = bytes('}}\n');

/** Makes the bodies of one client. Throws `CORPUS` if a part is missing or too short. */
export function bulkBodies(spec: BulkBodiesSpec, open: (file: DataSetFile) => OpenDataSet): BodyMaker {
  const vectors = new RowWindow(open(spec.vectors).numbers('train'), spec.readAhead);
  if (spec.encoding !== 'lines') return new GrpcBodies(spec, vectors, open);
  return spec.nested === null
    ? new PlainBodies(spec, vectors, open)
    : new NestedBodies(
        spec,
        spec.nested.field,
        vectors,
        new RowWindow(open(spec.nested.parents).numbers('parents'), spec.readAhead),
      );
}

/** The action line: with an id, unless a field of the document holds it. */
class ActionLine {
  private readonly head: Uint8Array;
  private readonly hasId: boolean;

  constructor({ index, idField }: BulkBodiesSpec) {
    this.hasId = idField === null;
    const target = `{"index":{"_index":${JSON.stringify(index)}`;
    this.head = bytes(this.hasId ? `${target},"_id":` : `${target}}}`);
  }

  write(block: BodyBlock, id: number): void {
    block.put(this.head);
    if (this.hasId) {
      block.putNumber(id);
      block.put(ACTION_END);
    } else block.put(LINE_END);
  }
}

/** The member of a document that holds its id, with the comma before it. */
class IdMember {
  private readonly head: Uint8Array | null;

  constructor({ idField }: BulkBodiesSpec) {
    this.head = idField === null ? null : bytes(`,${JSON.stringify(idField)}:`);
  }

  write(block: BodyBlock, id: number): void {
    if (this.head === null) return;
    block.put(this.head);
    block.putNumber(id);
  }
}

class PlainBodies implements BodyMaker {
  private readonly spec: BulkBodiesSpec;
  private readonly vectors: RowWindow;
  private readonly action: ActionLine;
  private readonly idMember: IdMember;
  private readonly documentHead: Uint8Array;
  private readonly attributes: TextWindow | null;
  private readonly attributeHeads: readonly string[];
  private row: number;

  constructor(spec: BulkBodiesSpec, vectors: RowWindow, open: (file: DataSetFile) => OpenDataSet) {
    this.spec = spec;
    this.vectors = vectors;
    this.row = spec.first;
    this.action = new ActionLine(spec);
    this.idMember = new IdMember(spec);
    this.documentHead = bytes(`{${JSON.stringify(spec.field)}:`);
    this.attributes = spec.attributes === null ? null : new TextWindow(open(spec.attributes.from).texts('attributes'));
    this.attributeHeads = (spec.attributes?.names ?? []).map((name) => `,${JSON.stringify(name)}:`);
  }

  write(block: BodyBlock): boolean {
    const { first, end, bulkSize } = this.spec;
    const from = this.row;
    if (from >= end) return false;
    const until = Math.min(from + bulkSize, end);
    block.begin();
    for (let row = from; row < until; row++) {
      this.action.write(block, row);
      block.put(this.documentHead);
      block.putVector(this.vectors, row);
      this.writeAttributes(block, row);
      this.idMember.write(block, row);
      block.put(DOCUMENT_END);
    }
    this.row = until;
    block.finish(until - from, until - first);
    return true;
  }

  private writeAttributes(block: BodyBlock, row: number): void {
    if (this.attributes === null) return;
    const texts = this.attributes.row(row);
    for (const [index, head] of this.attributeHeads.entries()) {
      const text = texts[index];
      if (text !== undefined && text !== NO_ATTRIBUTE) block.put(bytes(`${head}${JSON.stringify(text)}`));
    }
  }
}

/**
 * A document is a parent with all of its vectors, which follow one another. A client sends the parents that begin in
 * its rows, so that each is sent once and whole, wherever the rows are divided.
 */
class NestedBodies implements BodyMaker {
  private readonly spec: BulkBodiesSpec;
  private readonly vectors: RowWindow;
  private readonly parents: RowWindow;
  private readonly action: ActionLine;
  private readonly idMember: IdMember;
  private readonly listHead: Uint8Array;
  private readonly itemHead: Uint8Array;
  private row: number;

  constructor(spec: BulkBodiesSpec, listField: string, vectors: RowWindow, parents: RowWindow) {
    this.spec = spec;
    this.vectors = vectors;
    this.parents = parents;
    this.action = new ActionLine(spec);
    this.idMember = new IdMember(spec);
    this.listHead = bytes(`{${JSON.stringify(listField)}:[`);
    this.itemHead = bytes(`{${JSON.stringify(spec.field)}:`);
    this.row = this.firstOwn();
  }

  write(block: BodyBlock): boolean {
    const { first, end, bulkSize } = this.spec;
    const from = this.row;
    if (from >= end) return false;
    block.begin();
    let documents = 0;
    while (this.row < end && this.row - from < bulkSize) {
      this.writeParent(block);
      documents++;
    }
    block.finish(documents, Math.min(this.row, end) - first);
    return true;
  }

  /** The first row of the client at which a parent begins. */
  private firstOwn(): number {
    const { first, end } = this.spec;
    let row = first;
    while (row > 0 && row < end && this.parents.value(row) === this.parents.value(row - 1)) row++;
    return row;
  }

  private writeParent(block: BodyBlock): void {
    const parent = this.parents.value(this.row);
    this.action.write(block, parent);
    block.put(this.listHead);
    for (let isFirst = true; this.row < this.spec.limit && this.parents.value(this.row) === parent; isFirst = false) {
      if (!isFirst) block.put(COMMA);
      block.put(this.itemHead);
      block.putVector(this.vectors, this.row++);
      block.put(BRACE);
    }
    block.put(BRACKET);
    this.idMember.write(block, parent);
    block.put(DOCUMENT_END);
  }
}

const COMMA = bytes(',');
const BRACE = bytes('}');
const BRACKET = bytes(']');
