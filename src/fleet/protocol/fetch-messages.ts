// What a node fetches from the test run, in ranges: the plan, and documents that it cannot get from anywhere else.
import { count, messages, text, type ValueOf } from './codec.ts';
import { readFrame } from './frame.ts';
import { digestOf } from './run-plan-codec.ts';

/** Largest range in bytes. */
export const rangeBytes = 512 * 1024;

const session = text(100);

/** What a node asks for. */
export const fetchRequestCodec = messages({
  bundle: { session, digest: text(64), offset: count() },
  /** Which file holds the documents of a set? `set` is its position in the corpus. */
  find: { session, corpus: text(1000), set: count() },
  document: { session, corpus: text(1000), set: count(), offset: count() },
});

/** What a node asks for. */
export type FetchRequest = ValueOf<typeof fetchRequestCodec>;

/** What the coordinator answers. */
export const fetchAnswerCodec = messages({
  /** The bytes follow; `digest` is theirs. */
  range: { digest: text(64) },
  /** The file that holds the documents; `documents` is the SHA-256 of the documents themselves, packed or not. */
  file: { name: text(1000), bytes: count(), documents: text(64) },
  /** Ask again: the coordinator is getting the file itself. */
  preparing: {},
  missing: { reason: text(10_000) },
});

/** What the coordinator answers. */
export type FetchAnswer = ValueOf<typeof fetchAnswerCodec>;

/** Reads an answer and the bytes that follow it. Throws INTERNAL for anything that is not one. */
export const readFetchAnswer = (bytes: Uint8Array): { readonly header: FetchAnswer; readonly sections: readonly Uint8Array[] } =>
  readFrame(fetchAnswerCodec, bytes, 'answer');

/** Is a range what it says that it is? */
export const isIntact = (bytes: Uint8Array, digest: string): boolean => digestOf(bytes) === digest;
