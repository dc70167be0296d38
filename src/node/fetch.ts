// A node's side of the plan server: fetches plans and documents in ranges, several under way, each repeated until it came whole.
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { diskError, requireSpace } from '../corpus/disk.ts';
import { BenchmarkError, messageOf } from '../errors.ts';
import type { Bus } from '../fleet/protocol/bus.ts';
import { decodeBytes, encodeBytes } from '../fleet/protocol/codec.ts';
import { type FetchAnswer, type FetchRequest, fetchRequestCodec, isIntact, rangeBytes, readFetchAnswer } from '../fleet/protocol/fetch-messages.ts';
import type { BundleAddress } from '../fleet/protocol/node-messages.ts';
import { digestOf, type OpenPlan, openPlanCodec } from '../fleet/protocol/run-plan-codec.ts';
import { upSubject } from '../fleet/protocol/subjects.ts';

const WINDOW = 8;
const TIMEOUT_MILLIS = 5000;
const ATTEMPTS = 10;
const PAUSE_MILLIS = 300;
/** Until a file is asked for again that the coordinator is still getting. */
const POLL_MILLIS = 1000;

export interface FetchContext {
  /** A connection of its own, so that reports need not wait behind documents. */
  readonly bus: Bus;
  readonly id: string;
  readonly session: string;
  readonly signal: AbortSignal;
}

/** What the coordinator has for a document set. */
export type OfferedDocuments = Pick<Extract<FetchAnswer, { readonly kind: 'file' }>, 'name' | 'bytes' | 'documents'>;

/** Fetches a plan and checks that it is the one that its address names. */
export async function fetchPlan(context: FetchContext, { digest, bytes }: BundleAddress): Promise<OpenPlan> {
  const plan = new Uint8Array(bytes);
  const { session } = context;
  await fetchRanges(
    context,
    bytes,
    (offset) => ({ kind: 'bundle', session, digest, offset }),
    async (part, offset) => plan.set(part, offset),
  );
  if (digestOf(plan) !== digest) throw new BenchmarkError('FLEET', 'The plan of the test run arrived damaged.');
  return decodeBytes(openPlanCodec, plan, 'plan');
}

/** Which file the coordinator has for a document set, and the digest of its documents; waits while it gets it itself. */
export async function findDocuments(context: FetchContext, corpus: string, set: number): Promise<OfferedDocuments> {
  for (;;) {
    const { header } = await ask(context, { kind: 'find', session: context.session, corpus, set });
    if (header.kind === 'file') return header;
    if (header.kind !== 'preparing') throw unexpected(header);
    await sleep(POLL_MILLIS, undefined, { signal: context.signal });
  }
}

/** Fetches the file of a document set to `path`, which appears once it is whole. */
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
  // Named as the disk says it, with the space that is needed: a full disk of one node of many has to be found.
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
  for (let written = 0; written < part.length; ) written += (await file.write(part, written, part.length - written, offset + written)).bytesWritten;
}

async function fetchRanges(
  context: FetchContext,
  bytes: number,
  requestOf: (offset: number) => FetchRequest,
  store: (part: Uint8Array, offset: number) => Promise<void>,
): Promise<void> {
  const offsets = Array.from({ length: Math.ceil(bytes / rangeBytes) }, (_, index) => index * rangeBytes).values();
  const fetchNext = async (): Promise<void> => {
    for (const offset of offsets) await store(await fetchRange(context, requestOf(offset), Math.min(rangeBytes, bytes - offset)), offset);
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
    if (signal.aborted) throw new BenchmarkError('CANCELLED', 'The test was cancelled.');
    let answer: Uint8Array;
    try {
      answer = (await bus.request(upSubject(id, 'fetch'), payload, { timeout: TIMEOUT_MILLIS })).data;
    } catch (error) {
      if (attempt === ATTEMPTS) throw new BenchmarkError('FLEET', `The coordinator does not send what the test needs: ${messageOf(error)}.`);
      await sleep(PAUSE_MILLIS);
      continue;
    }
    return readFetchAnswer(answer);
  }
}

const unexpected = (answer: FetchAnswer): BenchmarkError =>
  new BenchmarkError(
    'FLEET',
    answer.kind === 'missing' ? `The coordinator says: ${answer.reason}` : `The coordinator gave the wrong answer "${answer.kind}".`,
  );
