// Downloads one file: resumes what was broken off, tries again with growing waits, checks the size, and gives the file
// its name when it is complete.
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BenchmarkError, messageOf } from '../errors.ts';
import { type Millis, millis } from '../units.ts';
import { errorCode, fileSize, removeFile, requireSpace, saveChunks } from './disk.ts';
import {
  completeDownload,
  type DownloadRequest,
  type PartialFacts,
  PassingFailure,
  publicAddress,
  type ReceivedPieces,
  readPartialFacts,
  receivedFront,
  removePartial,
  temporaryOf,
  writePartialFacts,
  wrongSize,
} from './partial-download.ts';
import { receivePieces } from './piece-download.ts';
import { PieceMap } from './piece-map.ts';
import { PreparationProgress, type PrepareOptions, throwIfCancelled } from './preparation.ts';
import { isRemote } from './remote-address.ts';
import {
  contentLength,
  contentRange,
  destroyBody,
  headerOf,
  type RemoteAnswer,
  RemoteReader,
  validatorOf,
} from './remote-reader.ts';

/** Attempts in a row that bring nothing, before a download is given up. */
const ATTEMPTS = 10;
/** The same if there is no server at the address, which is more often wrong than one that is about to start. */
const ATTEMPTS_WITHOUT_SERVER = 4;
/** Smallest piece of a file that comes over several connections, in bytes. */
const SMALLEST_PIECE = 1 << 24;
/** A file of fewer pieces comes over one connection. */
const FEWEST_PIECES = 4;
/** Most pieces, so that the notes about them stay short. */
const MOST_PIECES = 2000;

/** The options of the preparation that concern a download. */
export type DownloadOptions = Pick<
  PrepareOptions,
  'listener' | 'signal' | 'testMode' | 'environment' | 'retryDelay'
> & {
  /** Bytes of the pieces in which a file comes over several connections; only tests say it. */
  readonly pieceBytes?: number;
};

/** Codes of the HTTP client for failures that may pass. */
const PASSING_CLIENT_ERROR =
  /^UND_ERR_(SOCKET|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT|RES_CONTENT_LENGTH_MISMATCH|ABORTED)/;
/** Codes of the system for failures that may pass. */
const PASSING_NETWORK_ERROR = /^(ECONN|ETIMEDOUT|EPIPE|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH)/;

/**
 * Downloads a file. Throws `CORPUS` (status, size, address), `DISK` or `CANCELLED`; what was received stays for the
 * next time if it can be resumed.
 */
export async function download(file: DownloadRequest, options: DownloadOptions): Promise<void> {
  const local = localPath(file.url);
  if (local !== null) return await copyFile(local, file, options);
  const reader = new RemoteReader(file.url, options.environment ?? {});
  try {
    await downloadWithRetries(file, reader, options);
  } catch (error) {
    if ((await readPartialFacts(file)) === null) await removePartial(file);
    throw error;
  } finally {
    await reader.close();
  }
}

/**
 * The path that a `file:` address or a path names; `null` for what is on a server. Throws `UNSUPPORTED` for other
 * addresses.
 */
export function localPath(url: string): string | null {
  if (isRemote(url)) return null;
  if (/^file:/i.test(url)) return fileURLToPath(url);
  if (url.startsWith('/') || /^[A-Za-z]:[\\/]/.test(url)) return url;
  throw new BenchmarkError(
    'UNSUPPORTED',
    `Cannot download ${url}: only http, https, s3, gs and file addresses are supported.`,
    {
      hint:
        'Download the file with a tool for this kind of address, ' +
        'and put it into the directory of the corpus below `local.dataset.cache`.',
    },
  );
}

const defaultDelay = (attempt: number): Millis => millis(Math.min(30_000, 500 * 2 ** (attempt - 1)));

async function downloadWithRetries(
  file: DownloadRequest,
  reader: RemoteReader,
  options: DownloadOptions,
): Promise<void> {
  const progress: DownloadProgress = { current: null, received: (await fileSize(temporaryOf(file))) ?? 0 };
  const delay = options.retryDelay ?? defaultDelay;
  try {
    for (let attempt = 1; ; attempt++) {
      const before = progress.received;
      try {
        return await attemptDownload(file, reader, options, progress);
      } catch (error) {
        throwIfCancelled(options.signal);
        if (error instanceof BenchmarkError) throw error;
        if (!isPassing(error)) throw givenUp(file, attempt, error);
        // An attempt that brought something counts as the first of a new series, so that a large file comes through
        // over a line that breaks often.
        if (progress.received > before) attempt = 1;
        const limit = /^(ECONNREFUSED|ENOTFOUND)$/.test(errorCode(error) ?? '') ? ATTEMPTS_WITHOUT_SERVER : ATTEMPTS;
        if (attempt >= limit) throw givenUp(file, attempt, error);
        const message = `Downloading ${basename(file.path)} was interrupted (${messageOf(error)}); trying again.`;
        options.listener({ kind: 'info', message });
        await wait(delay(attempt), undefined, { signal: options.signal }).catch(() => throwIfCancelled(options.signal));
      }
    }
  } finally {
    progress.current?.end();
  }
}

/** Whether a request that failed so may do better another time. */
export function isPassing(error: unknown): boolean {
  if (error instanceof PassingFailure) return true;
  const code = errorCode(error) ?? '';
  return PASSING_CLIENT_ERROR.test(code) || PASSING_NETWORK_ERROR.test(code);
}

function givenUp(file: DownloadRequest, attempts: number, cause: unknown): BenchmarkError {
  const count = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  return new BenchmarkError('CORPUS', `Cannot download ${publicAddress(file.url)}: ${messageOf(cause)} (${count}).`, {
    hint:
      'Check the address and the network; if a proxy is needed, set `http_proxy`. ' +
      'The next run goes on from where this one stopped.',
    cause,
  });
}

/** How far a download has come, over all of its attempts. */
interface DownloadProgress {
  current: PreparationProgress | null;
  /** Bytes of the file that are there. */
  received: number;
}

async function attemptDownload(
  file: DownloadRequest,
  reader: RemoteReader,
  options: DownloadOptions,
  progress: DownloadProgress,
): Promise<void> {
  const temporary = temporaryOf(file);
  const known = await readPartialFacts(file);
  const have = await receivedFront(file, known);
  if (known !== null && known.size !== null && have === known.size) return await completeDownload(file, known.size);
  const answer = await reader.get(rangeFrom(known, have), options.signal);
  const plan = await planBody(file, answer, known, have, options);
  if (plan === 'again') return await attemptDownload(file, reader, options, progress);
  const { offset, facts } = plan;
  await requireSpace(temporary, facts.size === null ? null : facts.size - offset);
  // Bytes of another version must never lie beside the facts of this one.
  if (offset === 0) await removeFile(temporary);
  progress.current ??= new PreparationProgress(options.listener, `Downloading ${basename(file.path)}`, facts.size);
  const reporter = progress.current;
  const onProgress = (bytes: number): void => {
    progress.received = bytes;
    reporter.update(bytes);
  };
  const map = offset > 0 && facts.pieces === null ? null : piecesOf(answer, facts, options);
  await writePartialFacts(file, { ...facts, pieces: map === null ? null : (facts.pieces ?? noPieces(map)) });
  if (map !== null) {
    await receivePieces(answer, offset, { file, facts, reader, map, signal: options.signal, onProgress });
    return await completeDownload(file, map.size);
  }
  const saving = { append: offset > 0, expectedBytes: facts.size, onProgress };
  const size = await saveChunks(temporary, answer.body, saving);
  if (facts.size !== null && size < facts.size)
    throw new PassingFailure(`the connection ended after ${size} of ${facts.size} bytes`);
  await completeDownload(file, facts.size ?? size);
}

/** Headers of a request for what is missing of the file. */
function rangeFrom(known: PartialFacts | null, have: number): Record<string, string> {
  if (known === null || have === 0) return {};
  const version = known.validator === null ? {} : { 'if-range': known.validator };
  return { range: `bytes=${have}-`, ...version };
}

const noPieces = ({ length }: PieceMap): ReceivedPieces => ({ length, done: [], front: 0 });

/**
 * The pieces in which a file is to come over several connections; `null` if it is small, or if the server does not say
 * that it can send parts of one version of it.
 */
function piecesOf(
  answer: RemoteAnswer,
  { size, validator, pieces }: PartialFacts,
  options: DownloadOptions,
): PieceMap | null {
  if (size === null || validator === null) return null;
  if (pieces !== null) return new PieceMap(size, pieces.length, { pieces: pieces.done, front: pieces.front });
  const length = options.pieceBytes ?? Math.max(SMALLEST_PIECE, Math.ceil(size / MOST_PIECES));
  const sendsParts = answer.statusCode === 206 || headerOf(answer, 'accept-ranges') === 'bytes';
  if (!sendsParts || size < length * FEWEST_PIECES) return null;
  return new PieceMap(size, length, { pieces: [], front: 0 });
}

/** What to do with an answer: where its bytes go, or `again` after the partial file turned out to be of no use. */
async function planBody(
  file: DownloadRequest,
  response: RemoteAnswer,
  known: PartialFacts | null,
  have: number,
  options: DownloadOptions,
): Promise<{ readonly offset: number; readonly facts: PartialFacts } | 'again'> {
  const status = response.statusCode;
  if (status === 200 || status === 206) {
    const range = status === 206 ? contentRange(response) : null;
    const isContinued =
      status === 206 && range !== null && range.start === have && (known?.size ?? range.size) === range.size;
    if (status === 206 && !isContinued) return await startOver(file, response, have);
    const size = range === null ? contentLength(response) : range.size;
    if (size !== null && file.expectedBytes !== null && size !== file.expectedBytes) {
      destroyBody(response);
      await removePartial(file);
      throw wrongSize(file, file.expectedBytes, size);
    }
    const version = { validator: validatorOf(response), size: size ?? file.expectedBytes };
    const pieces = isContinued ? (known?.pieces ?? null) : null;
    return { offset: isContinued ? have : 0, facts: { url: publicAddress(file.url), ...version, pieces } };
  }
  if (status === 416) return await startOver(file, response, have);
  await response.body.dump();
  if (status >= 500 || status === 429 || status === 408)
    throw new PassingFailure(`the server answered with status ${status}`);
  throw refused(file, status, options);
}

async function startOver(file: DownloadRequest, response: RemoteAnswer, have: number): Promise<'again'> {
  destroyBody(response);
  await removePartial(file);
  if (have === 0)
    throw new BenchmarkError(
      'CORPUS',
      `${publicAddress(file.url)} answered with a part of the file that was not asked for.`,
    );
  return 'again';
}

function refused(file: DownloadRequest, status: number, options: DownloadOptions): BenchmarkError {
  const isMissing = status === 404 || status === 403 || status === 410;
  const hint =
    options.testMode && isMissing
      ? 'The workload has no small files for test mode: it does not support --test-mode.'
      : 'Check `base-url` and `source-file` (or `source-url`) of the corpus, or put the file in place yourself.';
  return new BenchmarkError(
    'CORPUS',
    `Cannot download ${publicAddress(file.url)}: the server answered with status ${status}.`,
    { hint },
  );
}

async function copyFile(source: string, file: DownloadRequest, options: DownloadOptions): Promise<void> {
  const size = await fileSize(source);
  if (size === null)
    throw new BenchmarkError('CORPUS', `Cannot copy ${source}: there is no such file.`, {
      hint: 'Check `base-url` of the corpus.',
    });
  if (file.expectedBytes !== null && size !== file.expectedBytes) throw wrongSize(file, file.expectedBytes, size);
  await requireSpace(file.path, size);
  const progress = new PreparationProgress(options.listener, `Copying ${basename(file.path)}`, size);
  try {
    const content = createReadStream(source, { highWaterMark: 1 << 20, signal: options.signal });
    const written = await saveChunks(temporaryOf(file), content, {
      expectedBytes: size,
      onProgress: (bytes) => progress.update(bytes),
    });
    await completeDownload(file, written);
    progress.end();
  } catch (error) {
    await removePartial(file);
    throw error;
  }
}
