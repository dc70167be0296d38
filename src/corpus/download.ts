// Downloads one file: resumes what was broken off, tries again with growing waits, checks the size, and gives the file
// its name when it is complete.
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Dispatcher, EnvHttpProxyAgent, interceptors, request } from 'undici';
import { BenchmarkError, messageOf } from '../errors.ts';
import { type Millis, millis } from '../units.ts';
import { errorCode, fileSize, removeFile, requireSpace, saveChunks } from './disk.ts';
import {
  completeDownload,
  type DownloadRequest,
  type PartialFacts,
  partialFactsPath,
  publicAddress,
  readPartialFacts,
  removePartial,
  temporaryOf,
  wrongSize,
} from './partial-download.ts';
import { PreparationProgress, type PrepareOptions, throwIfCancelled } from './preparation.ts';

/** Longest wait for a connection, in ms. */
const CONNECT_TIMEOUT = 45_000;
/** Longest wait for the next bytes of an answer, in ms. */
const READ_TIMEOUT = 240_000;
/** Attempts in a row that bring nothing, before a download is given up. */
const ATTEMPTS = 10;
/** The same if there is no server at the address, which is more often wrong than one that is about to start. */
const ATTEMPTS_WITHOUT_SERVER = 4;
const REDIRECTS = 5;

/** The options of the preparation that concern a download. */
export type DownloadOptions = Pick<PrepareOptions, 'listener' | 'signal' | 'testMode' | 'environment' | 'retryDelay'>;

/** Says that an attempt failed in a way that another one may not. */
class PassingFailure extends Error {}

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
  const base = proxyAgent(options.environment ?? {});
  try {
    await downloadWithRetries(file, base.compose(interceptors.redirect({ maxRedirections: REDIRECTS })), options);
  } catch (error) {
    if ((await readPartialFacts(file)) === null) await removePartial(file);
    throw error;
  } finally {
    await base.destroy();
  }
}

/**
 * Makes connections through the proxies that the environment names. Plain http is not tunnelled, since few proxies
 * tunnel to port 80.
 */
function proxyAgent(environment: Readonly<Record<string, string | undefined>>): Dispatcher {
  const variable = (name: string): string => environment[name] ?? environment[name.toUpperCase()] ?? '';
  const address = (value: string): string => (value === '' || value.includes('://') ? value : `http://${value}`);
  const httpProxy = address(variable('http_proxy'));
  // The addresses are never undefined, because the agent would then look into the environment of the process.
  return new EnvHttpProxyAgent({
    httpProxy,
    httpsProxy: address(variable('https_proxy')) || httpProxy,
    noProxy: variable('no_proxy'),
    proxyTunnel: false,
    connect: { timeout: CONNECT_TIMEOUT },
  });
}

/** The path that a `file:` address or a path names; `null` for http(s). Throws `UNSUPPORTED` for other addresses. */
export function localPath(url: string): string | null {
  if (/^https?:\/\//i.test(url)) return null;
  if (/^file:/i.test(url)) return fileURLToPath(url);
  if (url.startsWith('/') || /^[A-Za-z]:[\\/]/.test(url)) return url;
  throw new BenchmarkError(
    'UNSUPPORTED',
    `Cannot download ${url}: only http, https and file addresses are supported.`,
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
  dispatcher: Dispatcher,
  options: DownloadOptions,
): Promise<void> {
  const progress: { current: PreparationProgress | null } = { current: null };
  const delay = options.retryDelay ?? defaultDelay;
  try {
    for (let attempt = 1; ; attempt++) {
      const before = (await fileSize(temporaryOf(file))) ?? 0;
      try {
        return await attemptDownload(file, dispatcher, options, progress);
      } catch (error) {
        throwIfCancelled(options.signal);
        if (error instanceof BenchmarkError) throw error;
        if (!isPassing(error)) throw givenUp(file, attempt, error);
        // An attempt that brought something counts as the first of a new series, so that a large file comes through
        // over a line that breaks often.
        if (((await fileSize(temporaryOf(file))) ?? 0) > before) attempt = 1;
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

function isPassing(error: unknown): boolean {
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

type ProgressHolder = { current: PreparationProgress | null };

async function attemptDownload(
  file: DownloadRequest,
  dispatcher: Dispatcher,
  options: DownloadOptions,
  progress: ProgressHolder,
): Promise<void> {
  const temporary = temporaryOf(file);
  const known = await readPartialFacts(file);
  const have = known === null ? 0 : ((await fileSize(temporary)) ?? 0);
  if (known !== null && known.size !== null && have === known.size) return await completeDownload(file, known.size);
  const { address, headers } = requestHead(file.url, known, have);
  const response = await request(address, {
    dispatcher,
    headers,
    signal: options.signal,
    headersTimeout: READ_TIMEOUT,
    bodyTimeout: READ_TIMEOUT,
  });
  const plan = await planBody(file, response, known, have, options);
  if (plan === 'again') return await attemptDownload(file, dispatcher, options, progress);
  const { offset, facts } = plan;
  await requireSpace(temporary, facts.size === null ? null : facts.size - offset);
  // Bytes of another version must never lie beside the facts of this one.
  if (offset === 0) await removeFile(temporary);
  await writeFile(partialFactsPath(file), JSON.stringify(facts));
  progress.current ??= new PreparationProgress(options.listener, `Downloading ${basename(file.path)}`, facts.size);
  const reporter = progress.current;
  const size = await saveChunks(temporary, response.body, {
    append: offset > 0,
    expectedBytes: facts.size,
    onProgress: (bytes) => reporter.update(bytes),
  });
  if (facts.size !== null && size < facts.size)
    throw new PassingFailure(`the connection ended after ${size} of ${facts.size} bytes`);
  await completeDownload(file, facts.size ?? size);
}

function requestHead(
  url: string,
  known: PartialFacts | null,
  have: number,
): { address: URL; headers: Record<string, string> } {
  const address = new URL(url);
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'opensearch-benchmark' };
  if (address.username !== '') {
    const credentials = `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`;
    headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    address.username = '';
    address.password = '';
  }
  if (known !== null && have > 0) {
    headers.range = `bytes=${have}-`;
    if (known.validator !== null) headers['if-range'] = known.validator;
  }
  return { address, headers };
}

/** What to do with an answer: where its bytes go, or `again` after the partial file turned out to be of no use. */
async function planBody(
  file: DownloadRequest,
  response: Dispatcher.ResponseData,
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
    const facts = { url: publicAddress(file.url), validator: validatorOf(response), size: size ?? file.expectedBytes };
    return { offset: isContinued ? have : 0, facts };
  }
  if (status === 416) return await startOver(file, response, have);
  await response.body.dump();
  if (status >= 500 || status === 429 || status === 408)
    throw new PassingFailure(`the server answered with status ${status}`);
  throw refused(file, status, options);
}

async function startOver(file: DownloadRequest, response: Dispatcher.ResponseData, have: number): Promise<'again'> {
  destroyBody(response);
  await removePartial(file);
  if (have === 0)
    throw new BenchmarkError(
      'CORPUS',
      `${publicAddress(file.url)} answered with a part of the file that was not asked for.`,
    );
  return 'again';
}

/** Ends an answer whose body is of no use. Its stream then emits an error, which says nothing new. */
function destroyBody(response: Dispatcher.ResponseData): void {
  response.body.on('error', () => undefined);
  response.body.destroy();
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

function headerOf(response: Dispatcher.ResponseData, name: string): string | null {
  const value = response.headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? null);
}

function contentLength(response: Dispatcher.ResponseData): number | null {
  const value = headerOf(response, 'content-length');
  return value !== null && /^\d+$/.test(value) ? Number(value) : null;
}

function contentRange(response: Dispatcher.ResponseData): { readonly start: number; readonly size: number } | null {
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(headerOf(response, 'content-range') ?? '');
  return match === null ? null : { start: Number(match[1]), size: Number(match[2]) };
}

/** What tells one version of the file from another: a strong ETag, else the time of its last change. */
function validatorOf(response: Dispatcher.ResponseData): string | null {
  const etag = headerOf(response, 'etag');
  return etag?.startsWith('"') ? etag : headerOf(response, 'last-modified');
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
