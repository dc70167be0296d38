// Documents of a bulk over gRPC from a data set: each vector is a document in a frame, whose lengths are filled in once
// the document is there.
import { BODY_TAG, indexAction, LONGEST_LENGTH, paddedLength } from '../grpc/bulk-message.ts';
import { CborWriter } from '../grpc/cbor.ts';
import type { BodyBlock, BodyMaker } from './body-block.ts';
import { type BulkBodiesSpec, NO_ATTRIBUTE } from './bulk-bodies-spec.ts';
import type { DataSetFile, OpenDataSet } from './data-set.ts';
import { type RowWindow, TextWindow } from './row-window.ts';

/** Writes the document of one row. `attributes` are its texts, as many as the specification names. */
interface DocumentEncoder {
  write(block: BodyBlock, row: number, attributes: readonly (string | undefined)[]): void;
}

/** Makes the bodies of one client, without what all documents of a message share. */
export class GrpcBodies implements BodyMaker {
  private readonly spec: BulkBodiesSpec;
  private readonly encoder: DocumentEncoder;
  private readonly attributes: TextWindow | null;
  private row: number;

  constructor(spec: BulkBodiesSpec, vectors: RowWindow, open: (file: DataSetFile) => OpenDataSet) {
    this.spec = spec;
    this.row = spec.first;
    this.encoder = spec.encoding === 'grpc-cbor' ? new CborDocuments(spec, vectors) : new JsonDocuments(spec, vectors);
    this.attributes = spec.attributes === null ? null : new TextWindow(open(spec.attributes.from).texts('attributes'));
  }

  write(block: BodyBlock): boolean {
    const { first, end, bulkSize } = this.spec;
    const from = this.row;
    if (from >= end) return false;
    const until = Math.min(from + bulkSize, end);
    block.begin();
    for (let row = from; row < until; row++) this.writeFramed(block, row);
    this.row = until;
    block.finish(until - from, until - first);
    return true;
  }

  private writeFramed(block: BodyBlock, row: number): void {
    block.put(BODY_TAG);
    const frame = block.skip(LONGEST_LENGTH);
    block.put(indexAction(this.spec.idField === null ? row : null));
    const document = block.skip(LONGEST_LENGTH);
    this.encoder.write(block, row, this.attributes?.row(row) ?? []);
    const end = block.size;
    block.fillIn(document, paddedLength(end - document - LONGEST_LENGTH));
    block.fillIn(frame, paddedLength(end - frame - LONGEST_LENGTH));
  }
}

const isGiven = (text: string | undefined): text is string => text !== undefined && text !== NO_ATTRIBUTE;

const bytes = (text: string): Uint8Array => Buffer.from(text);

class JsonDocuments implements DocumentEncoder {
  private readonly vectors: RowWindow;
  private readonly head: Uint8Array;
  private readonly idHead: Uint8Array | null;
  private readonly attributeHeads: readonly string[];

  constructor({ field, idField, attributes }: BulkBodiesSpec, vectors: RowWindow) {
    this.vectors = vectors;
    this.head = bytes(`{${JSON.stringify(field)}:`);
    this.idHead = idField === null ? null : bytes(`,${JSON.stringify(idField)}:`);
    this.attributeHeads = (attributes?.names ?? []).map((name) => `,${JSON.stringify(name)}:`);
  }

  write(block: BodyBlock, row: number, attributes: readonly (string | undefined)[]): void {
    block.put(this.head);
    block.putVector(this.vectors, row);
    for (const [index, head] of this.attributeHeads.entries()) {
      const text = attributes[index];
      if (isGiven(text)) block.put(bytes(`${head}${JSON.stringify(text)}`));
    }
    if (this.idHead !== null) {
      block.put(this.idHead);
      block.putNumber(row);
    }
    block.put(OBJECT_END);
  }
}

const OBJECT_END = bytes('}');

class CborDocuments implements DocumentEncoder {
  private readonly spec: BulkBodiesSpec;
  private readonly vectors: RowWindow;
  private readonly names: readonly string[];
  private readonly writer = new CborWriter();

  constructor(spec: BulkBodiesSpec, vectors: RowWindow) {
    this.spec = spec;
    this.vectors = vectors;
    this.names = spec.attributes?.names ?? [];
  }

  write(block: BodyBlock, row: number, attributes: readonly (string | undefined)[]): void {
    const { writer } = this;
    const { field, idField } = this.spec;
    const texts = this.names.flatMap((name, index) => {
      const text = attributes[index];
      return isGiven(text) ? [[name, text] as const] : [];
    });
    writer.length = 0;
    writer.beginObject(1 + texts.length + (idField === null ? 0 : 1));
    for (const pair of texts) for (const text of pair) writer.write(text);
    if (idField !== null) {
      writer.write(idField);
      writer.write(row);
    }
    writer.write(field);
    writer.beginList(this.vectors.columns);
    block.put(writer.buffer.subarray(0, writer.length));
    block.putVectorCbor(this.vectors, row);
  }
}
