// The messages with which a node fetches bytes from the test run, one range at a time (`osb.up.<id>.fetch`): the plan
// of the run, and documents that the node cannot get from anywhere else.

import { readBinaryMessage } from './binary-message.ts';
import { count, messages, text, type ValueOf } from './json-codec.ts';
import { digestOf } from './run-plan-codec.ts';

/** The most bytes of one range. */
export const rangeBytes = 512 * 1024;

const session = text(100);

/** A request of a node. `session` is the run's name for itself; a range begins at byte `offset`. */
export const fetchRequestCodec = messages({
  /** A range of the plan whose SHA-256 is `digest`; answered by `range`. */
  plan: { session, digest: text(64), offset: count() },
  /**
   * Asks which file holds the documents of the `set`-th document set of a corpus; answered by `file` or `preparing`.
   */
  find: { session, corpus: text(1000), set: count() },
  /** A range of that file; answered by `range`. */
  document: { session, corpus: text(1000), set: count(), offset: count() },
});

/** See {@link fetchRequestCodec}. */
export type FetchRequest = ValueOf<typeof fetchRequestCodec>;

/** The header of an answer to a {@link FetchRequest}. */
export const fetchAnswerCodec = messages({
  /** The bytes of the range are the only section of the message; `digest` is their SHA-256. */
  range: { digest: text(64) },
  /** The file that holds the documents, maybe packed; `documents` is the SHA-256 of the unpacked documents. */
  file: { name: text(1000), bytes: count(), documents: text(64) },
  /** The coordinator does not have the file yet and is about to get it; the node asks again. */
  preparing: {},
  /** There is nothing to fetch, or the request was wrong. */
  missing: { reason: text(10_000) },
});

/** See {@link fetchAnswerCodec}. */
export type FetchAnswer = ValueOf<typeof fetchAnswerCodec>;

/** Reads an answer and the bytes that follow it. Throws INTERNAL if the bytes are no answer. */
export const readFetchAnswer = (
  bytes: Uint8Array,
): { readonly header: FetchAnswer; readonly sections: readonly Uint8Array[] } =>
  readBinaryMessage(fetchAnswerCodec, bytes, 'answer');

/** Whether the bytes of a range have the digest that its answer gives. */
export const isIntact = (bytes: Uint8Array, digest: string): boolean => digestOf(bytes) === digest;
