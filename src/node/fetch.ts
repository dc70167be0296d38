// A node's side of the plan server: fetches plans and documents in ranges. Several ranges are under way at once, and
// each is asked for again until an answer comes.
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { diskError, requireSpace } from '../corpus/disk.ts';
import { BenchmarkError, messageOf } from '../errors.ts';
import type { Bus } from '../fleet/protocol/bus.ts';
import {
  type FetchAnswer,
  type FetchRequest,
  fetchRequestCodec,
  isIntact,
  rangeBytes,
  readFetchAnswer,
} from '../fleet/protocol/fetch-messages.ts';
import { decodeBytes, encodeBytes } from '../fleet/protocol/json-codec.ts';
import type { PlanAddress } from '../fleet/protocol/node-messages.ts';
import { digestOf, type OpenPlan, openPlanCodec } from '../fleet/protocol/run-plan-codec.ts';
import { upSubject } from '../fleet/protocol/subjects.ts';
import { untilAborted } from '../until-aborted.ts';

/** Ranges of one file that are under way at once. */
const WINDOW = 8;
const TIMEOUT_MILLIS = 5000;
/** Attempts for one request, the first one included, before the fetch fails. */
const ATTEMPTS = 10;
/** Pause after a request without an answer. */
const PAUSE_MILLIS = 300;
/** Pause before the next question for a file that the coordinator is itself still getting. */
const POLL_MILLIS = 1000;

/** Who fetches, for which test run, and through which connection. */
export interface FetchContext {
  /** A separate connection for what is fetched, so that reports need not wait behind documents. */
  readonly bus: Bus;
  /** The id of this node. */
  readonly id: string;
  /** The key of the session of the test run. */
  readonly session: string;
  /** Ends the fetch. */
  readonly signal: AbortSignal;
}

/**
 * The file that the coordinator has for a document set: its name, its size in bytes, and the digest of its documents.
 */
export type OfferedDocuments = Pick<Extract<FetchAnswer, { readonly kind: 'file' }>, 'name' | 'bytes' | 'documents'>;

/** Fetches a plan, and checks that it has the digest of its address. Fails with FLEET, or with CANCELLED. */
export async function fetchPlan(context: FetchContext, { digest, bytes }: PlanAddress): Promise<OpenPlan> {
  const plan = new Uint8Array(bytes);
  const { session } = context;
  await fetchRanges(
    context,
    bytes,
    (offset) => ({ kind: 'plan', session, digest, offset }),
    async (part, offset) => plan.set(part, offset),
  );
  if (digestOf(plan) !== digest) throw new BenchmarkError('FLEET', 'The plan of the test run arrived damaged.');
  return decodeBytes(openPlanCodec, plan, 'plan');
}

/**
 * Asks which file the coordinator has for a document set, and waits while the coordinator is getting it. `set` is the
 * index of the set in its corpus. Fails with FLEET, or with CANCELLED.
 */
export async function findDocuments(context: FetchContext, corpus: string, set: number): Promise<OfferedDocuments> {
  for (;;) {
    const { header } = await ask(context, { kind: 'find', session: context.session, corpus, set });
    if (header.kind === 'file') return header;
    if (header.kind !== 'preparing') throw unexpected(header);
    await pause(POLL_MILLIS, context.signal);
  }
}

/**
 * Fetches the file of a document set to `path`, where it appears once it is whole. `onProgress` hears how many bytes
 * have arrived. Fails with FLEET, with CANCELLED, and with DISK if the file does not fit.
 */
export async function fetchDocuments(
  context: FetchContext,
  source: { readonly corpus: string; readonly set: number; readonly bytes: number },
  path: string,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const { session } = context;
  const { corpus, set, bytes } = source;
  const temporary = `${path}.fetched.tmp`;
  await requireSpace(temporary, bytes);
  // The error names the file and the space that it needs, so that the full disk of one node among many is found.
  const named = (error: unknown): unknown => diskError(error, temporary, bytes);
  const file = await open(temporary, 'w').catch((error: unknown) => Promise.reject(named(error)));
  let done = 0;
  try {
    await fetchRanges(
      context,
      bytes,
      (offset) => ({ kind: 'document', session, corpus, set, offset }),
      async (part, offset) => {
        await writeAt(file, part, offset);
        done += part.length;
        onProgress(done);
      },
    );
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw named(error);
  }
}

async function writeAt(file: FileHandle, part: Uint8Array, offset: number): Promise<void> {
  for (let written = 0; written < part.length; )
    written += (await file.write(part, written, part.length - written, offset + written)).bytesWritten;
}

async function fetchRanges(
  context: FetchContext,
  bytes: number,
  requestOf: (offset: number) => FetchRequest,
  store: (part: Uint8Array, offset: number) => Promise<void>,
): Promise<void> {
  const offsets = Array.from({ length: Math.ceil(bytes / rangeBytes) }, (_, index) => index * rangeBytes).values();
  const fetchNext = async (): Promise<void> => {
    for (const offset of offsets)
      await store(await fetchRange(context, requestOf(offset), Math.min(rangeBytes, bytes - offset)), offset);
  };
  await Promise.all(Array.from({ length: WINDOW }, fetchNext));
}

async function fetchRange(context: FetchContext, request: FetchRequest, length: number): Promise<Uint8Array> {
  const { header, sections } = await ask(context, request);
  const [part] = sections;
  if (header.kind !== 'range') throw unexpected(header);
  if (part === undefined || part.length !== length || !isIntact(part, header.digest)) {
    throw new BenchmarkError('FLEET', 'The coordinator sent a range of a file that is not what it should be.', {
      hint: 'Do not change the files of a corpus while a test run is being prepared.',
    });
  }
  return part;
}

async function ask(context: FetchContext, request: FetchRequest): Promise<ReturnType<typeof readFetchAnswer>> {
  const { bus, id, signal } = context;
  const payload = encodeBytes(fetchRequestCodec, request);
  for (let attempt = 1; ; attempt++) {
    let answer: Uint8Array;
    try {
      const answered = bus.request(upSubject(id, 'fetch'), payload, { timeout: TIMEOUT_MILLIS });
      answer = (await untilAborted(signal, answered)).data;
    } catch (error) {
      if (error instanceof BenchmarkError && error.code === 'CANCELLED') throw error;
      if (attempt === ATTEMPTS)
        throw new BenchmarkError('FLEET', `The coordinator does not send what the test needs: ${messageOf(error)}.`);
      await pause(PAUSE_MILLIS, signal);
      continue;
    }
    return readFetchAnswer(answer);
  }
}

/** Waits. Rejects with CANCELLED as soon as the signal is aborted. */
const pause = (millis: number, signal: AbortSignal): Promise<void> => untilAborted(signal, sleep(millis));

const unexpected = (answer: FetchAnswer): BenchmarkError =>
  new BenchmarkError(
    'FLEET',
    answer.kind === 'missing'
      ? `The coordinator says: ${answer.reason}`
      : `The coordinator gave the wrong answer "${answer.kind}".`,
  );
