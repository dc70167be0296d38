// Requests of bulks over gRPC, and what the load reads of their answers.
//
//   | head: index, pipeline | frame: length, action | document | frame | document | …

import { lengthDelimitedTag, ProtoMessage, ProtoReader, varintLength, writeVarint } from './protobuf.ts';
import { httpStatusOf } from './status.ts';

/** The method of a bulk. */
export const BULK_METHOD = '/org.opensearch.protobufs.services.DocumentService/Bulk';

/** The fields of a `BulkRequest` that all its documents share, as the first bytes of the message. */
export function bulkHead(index: string, pipeline: string | null): Buffer {
  const message = new ProtoMessage().text(1, index);
  return (pipeline === null ? message : message.text(5, pipeline)).encode();
}

/** The byte in front of a document with its frame. */
export const BODY_TAG = lengthDelimitedTag(12);
const OBJECT_TAG = lengthDelimitedTag(3);
const OPERATIONS = { index: 1, create: 2 } as const;
/** A message of less than 4 GiB has its length in so many bytes at most. */
export const LONGEST_LENGTH = 5;

/** What stands between the length of a framed document and that of the document itself: to index it, with an id. */
export function indexAction(id: number | null): Buffer {
  const fields = id === null ? new ProtoMessage() : new ProtoMessage().text(1, String(id));
  const operation = new ProtoMessage().message(OPERATIONS.index, fields);
  return Buffer.concat([new ProtoMessage().message(1, operation).encode(), OBJECT_TAG]);
}

/** A length that takes {@link LONGEST_LENGTH} bytes whatever it is, for a place that was left out. */
export function paddedLength(length: number): Buffer {
  const bytes = Buffer.alloc(LONGEST_LENGTH);
  let rest = length;
  for (let index = 0; index < LONGEST_LENGTH; index++) {
    bytes[index] = (rest % 128) + (index < LONGEST_LENGTH - 1 ? 128 : 0);
    rest = Math.floor(rest / 128);
  }
  return bytes;
}

/** Writes what stands in front of each document: its length, and the action, which names neither index nor id. */
export class DocumentFrame {
  /** Most bytes that it takes. */
  readonly extraBytes: number;
  private readonly action: Buffer;

  constructor(action: keyof typeof OPERATIONS) {
    const operation = new ProtoMessage().message(OPERATIONS[action], new ProtoMessage());
    this.action = Buffer.concat([new ProtoMessage().message(1, operation).encode(), OBJECT_TAG]);
    this.extraBytes = BODY_TAG.length + this.action.length + 2 * LONGEST_LENGTH;
  }

  /** Writes the frame of a document of `length` bytes at `position`, and returns where the document goes. */
  write(buffer: Buffer, position: number, length: number): number {
    buffer.set(BODY_TAG, position);
    let at = position + BODY_TAG.length;
    at = writeVarint(buffer, at, this.action.length + varintLength(length) + length);
    buffer.set(this.action, at);
    return writeVarint(buffer, at + this.action.length, length);
  }
}

/** An item of a bulk that failed. */
export interface FailedBulkItem {
  /** The status of HTTP. */
  readonly status: number;
  readonly type: string | null;
  readonly reason: string | null;
}

/** What the answer to a bulk says of the bulk. */
export interface BulkFacts {
  readonly hasErrors: boolean;
  /** How many items the answer has. */
  readonly items: number;
}

const HIGHEST_SUCCESS = 299;
/** Statuses below are those of gRPC, by which OpenSearch tells of items; 0 is success. */
const LOWEST_HTTP = 100;

/** Reads `BulkResponse`s; each of its readers serves for all answers of a client. */
export class BulkResponseReader {
  private readonly response = new ProtoReader();
  private readonly item = new ProtoReader();
  private readonly result = new ProtoReader();
  private readonly detail = new ProtoReader();

  /** Whether something failed, and the number of items, without looking into them. Throws `MalformedMessage`. */
  read(answer: Buffer): BulkFacts {
    let hasErrors = false;
    let items = 0;
    const { response } = this;
    response.open(answer);
    while (response.next()) {
      if (response.field === 1) hasErrors = response.value !== 0;
      else if (response.field === 2) items++;
    }
    return { hasErrors, items };
  }

  /** Looks into each item, and tells of those that failed. Throws `MalformedMessage`. */
  eachFailure(answer: Buffer, visit: (item: FailedBulkItem) => void): void {
    const { response, item } = this;
    response.open(answer);
    while (response.next()) {
      if (response.field !== 2) continue;
      item.enter(response);
      while (item.next()) {
        const failure = this.failureOf(item);
        if (failure !== null) visit(failure);
      }
    }
  }

  /** Reads a `ResponseItem`; `null` if it succeeded. */
  private failureOf(item: ProtoReader): FailedBulkItem | null {
    let status = 0;
    let failedShards = 0;
    let hasFailed = false;
    let type: string | null = null;
    let reason: string | null = null;
    const { result, detail } = this;
    result.enter(item);
    while (result.next()) {
      if (result.field === 2) status = result.value;
      else if (result.field === 5) {
        hasFailed = true;
        detail.enter(result);
        while (detail.next()) {
          if (detail.field === 1) type = detail.text();
          else if (detail.field === 2) reason = detail.text();
        }
      } else if (result.field === 9) {
        detail.enter(result);
        while (detail.next()) if (detail.field === 1) failedShards = detail.value;
      }
    }
    const httpStatus = status < LOWEST_HTTP ? httpStatusOf(status) : status;
    const isFailure = hasFailed || failedShards > 0 || httpStatus > HIGHEST_SUCCESS;
    return isFailure ? { status: httpStatus, type, reason } : null;
  }
}
