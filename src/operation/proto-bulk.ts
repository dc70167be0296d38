// `proto-bulk`: sends slices of the corpora over gRPC. Messages are made in place in the buffer into which the
// documents are read; only documents that are sent as CBOR are made anew.
import { BulkReader } from '../corpus/bulk-reader.ts';
import { clientSlices } from '../corpus/client-slices.ts';
import { documentLines, framedDocuments } from '../corpus/document-writer.ts';
import type { PreparedDocumentSet } from '../corpus/prepared.ts';
import { BULK_METHOD, bulkHead, DocumentFrame } from '../grpc/bulk-message.ts';
import { GrpcCall } from '../grpc/call.ts';
import { CborWriter } from '../grpc/cbor.ts';
import { parseJson } from '../json.ts';
import type { Answer } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import { largestBody } from './bulk.ts';
import { type BulkParams, readBulkParams, selectCorpora } from './bulk-params.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import { callTimeout, grpcTarget, refuseOverGrpc } from './grpc-target.ts';
import type { OperationContext, OperationType, Outcome, RequestOperation } from './operation.ts';
import type { ParamReader } from './params.ts';
import { ProtoBulkAnswers } from './proto-bulk-answers.ts';

/** Values of `document-format`. */
export const documentFormats = ['json', 'cbor'] as const;

interface ProtoBulkParams extends BulkParams {
  /** `document-format`: how documents are encoded within the message. */
  readonly format: (typeof documentFormats)[number];
  readonly pipeline: string | null;
}

function readProtoBulk(reader: ParamReader, facts: ParameterFacts): ProtoBulkParams {
  const params = readBulkParams(reader, facts);
  refuseOverGrpc(reader, { 'detailed-results': 'Use the operation type "bulk", or leave it out.' });
  if (params.conflicts !== null)
    reader.problem('conflicts', 'Documents go over gRPC without ids, so none can conflict.', 'Remove "conflicts".');
  const sets = selectCorpora(facts.corpora, params.selection).flatMap(({ documentSets }) => documentSets);
  if (sets.some(({ includesActionAndMetaData }) => includesActionAndMetaData))
    reader.problem(
      'corpora',
      'The documents bring action lines of their own, which cannot be sent over gRPC.',
      'Name corpora without "includes-action-and-meta-data", or use the operation type "bulk".',
    );
  return {
    ...params,
    format: reader.choice('document-format', 'json', documentFormats),
    pipeline: reader.string('pipeline', null),
  };
}

/** Turns the bodies of a reader into messages. */
interface MessageMaker {
  /** The message for the body that the reader has made current. */
  make(reader: BulkReader): Buffer;
}

const actionOf = ({ targetDataStream }: PreparedDocumentSet): 'index' | 'create' =>
  targetDataStream === null ? 'index' : 'create';

/** The head of the messages of the document set that was asked for last. */
class Heads {
  private set: PreparedDocumentSet | null = null;
  private head: Buffer = Buffer.alloc(0);
  private readonly pipeline: string | null;

  constructor(pipeline: string | null) {
    this.pipeline = pipeline;
  }

  of(set: PreparedDocumentSet | null): Buffer {
    if (set !== null && set !== this.set) {
      this.set = set;
      this.head = bulkHead(set.targetDataStream ?? set.targetIndex ?? '', this.pipeline);
    }
    return this.head;
  }
}

/** Names of indices and pipelines have at most 255 bytes each. */
const HEAD_ROOM = 1024;

/** The bodies are framed documents already: the head goes in front of them. */
class InPlaceMaker implements MessageMaker {
  private readonly heads: Heads;

  constructor(heads: Heads) {
    this.heads = heads;
  }

  make({ buffer, length, documentSet }: BulkReader): Buffer {
    const head = this.heads.of(documentSet);
    if (head.length > HEAD_ROOM) return Buffer.concat([head, buffer.subarray(HEAD_ROOM, HEAD_ROOM + length)]);
    head.copy(buffer, HEAD_ROOM - head.length);
    return buffer.subarray(HEAD_ROOM - head.length, HEAD_ROOM + length);
  }
}

const NEWLINE = 10;

/** The bodies are documents, one per line: each is parsed and encoded. */
class CborMaker implements MessageMaker {
  private readonly heads: Heads;
  private readonly frames = { index: new DocumentFrame('index'), create: new DocumentFrame('create') };
  private readonly document = new CborWriter();
  private readonly message = new CborWriter();

  constructor(heads: Heads) {
    this.heads = heads;
  }

  make({ buffer, length, documentSet }: BulkReader): Buffer {
    const { message, document } = this;
    const head = this.heads.of(documentSet);
    const frame = this.frames[documentSet === null ? 'index' : actionOf(documentSet)];
    message.length = 0;
    message.append(head);
    const end = HEAD_ROOM + length;
    for (let start = HEAD_ROOM; start < end; ) {
      const newline = buffer.indexOf(NEWLINE, start);
      document.length = 0;
      document.write(parseJson(buffer.toString('utf8', start, newline)));
      message.reserve(frame.extraBytes);
      message.length = frame.write(message.buffer, message.length, document.length);
      message.append(document.buffer.subarray(0, document.length));
      start = newline + 1;
    }
    return message.buffer.subarray(0, message.length);
  }
}

class ProtoBulkOperation implements RequestOperation {
  readonly kind = 'request';
  readonly bodyUse = 'all';
  readonly isFinite: boolean;
  readonly expectedWeight: { readonly weight: number; readonly unit: string };
  private readonly reader: BulkReader;
  private readonly maker: MessageMaker;
  private readonly call: GrpcCall;
  private readonly answers = new ProtoBulkAnswers();

  constructor(params: ProtoBulkParams, context: OperationContext) {
    const corpora = selectCorpora(context.workload.corpora, params.selection);
    this.isFinite = !params.looped;
    this.expectedWeight = { weight: params.bulkSize, unit: 'docs' };
    this.call = new GrpcCall(BULK_METHOD, callTimeout(context), false);
    const heads = new Heads(params.pipeline);
    const isCbor = params.format === 'cbor';
    this.maker = isCbor ? new CborMaker(heads) : new InPlaceMaker(heads);
    this.reader = new BulkReader(clientSlices(corpora, context.clientIndex, context.clientCount, params.amount), {
      bulkSize: params.bulkSize,
      headRoom: HEAD_ROOM,
      looped: params.looped,
      conflicts: null,
      writerOf: isCbor ? documentLines : (set) => framedDocuments(new DocumentFrame(actionOf(set))),
      random: context.random,
    });
  }

  get documents(): number {
    return this.reader.documents;
  }

  progress(): number | null {
    return this.reader.progress();
  }

  ready(): Promise<void> | null {
    return this.reader.ready();
  }

  next(): PreparedRequest | null {
    if (!this.reader.next()) return null;
    this.call.message = this.maker.make(this.reader);
    return this.call;
  }

  read({ body }: Answer, outcome: Outcome): void {
    this.answers.read(body, this.documents, outcome);
  }

  close(): void {
    void this.reader.close();
  }
}

/** `proto-bulk`: one sample is one call with `bulk-size` documents, and its weight is their number. */
export const protoBulk: OperationType = defineOperation({
  name: 'proto-bulk',
  isAdmin: false,
  runsOnServerless: false,
  read: readProtoBulk,
  target: grpcTarget,
  unit: () => 'docs',
  corpora: (params) => params.selection.corpora,
  bodyBytes: (params, workload, clients) =>
    largestBody(params, selectCorpora(workload.corpora, params.selection), clients),
  create: (params, context) => new ProtoBulkOperation(params, context),
});
