// Which objects a stream of documents consists of.
import { BenchmarkError } from '../../errors.ts';
import type { DocumentSet } from '../../workload/model.ts';
import { partAddress } from '../document-files.ts';
import { PassingFailure, publicAddress } from '../partial-download.ts';
import type { Variables } from '../remote-address.ts';
import { contentRange, destroyBody, RemoteReader } from '../remote-reader.ts';
import { withRetries } from './with-retries.ts';

/** An object of a stream: NDJSON in a store. */
export interface StreamObject {
  /** `s3://bucket/key`. */
  readonly url: string;
  /** In bytes. */
  readonly size: number;
}

/** A stream of documents: which objects there are, and whether more are to come. Plain data, for the load threads. */
export interface DocumentStream {
  /** Those that are known, none of them empty. */
  readonly objects: readonly StreamObject[];
  /** Address that ends with the prefix of further objects, which come until an empty one does; `null` = none come. */
  readonly follows: string | null;
  /** What the store is asked with. */
  readonly variables: Variables;
}

/** What a list of objects says. */
export interface ListedObjects {
  /** Those that are not empty, in the order of their keys. */
  readonly objects: readonly StreamObject[];
  /** Whether there is an empty one, which ends the stream. */
  readonly isEnded: boolean;
}

/** Variables that are needed to ask a store. */
const NEEDED = /^(AWS_|(https?|no)_proxy$)/i;

/**
 * Finds the objects of a document set that is streamed: `source-file` is a key, or `prefix*` for all with this prefix,
 * or `prefix**` for those that come later, too. Throws `CORPUS` or `CREDENTIALS`.
 */
export async function openStream(
  { baseUrl, documentFile }: DocumentSet,
  environment: Variables,
  signal: AbortSignal,
): Promise<DocumentStream> {
  const variables = Object.fromEntries(Object.entries(environment).filter(([name]) => NEEDED.test(name)));
  if (baseUrl === null || !/^s3:\/\//i.test(baseUrl)) {
    throw new BenchmarkError(
      'CORPUS',
      `${documentFile} is streamed, but its base-url is not of the form s3://bucket.`,
      {
        hint: 'Correct `base-url`, or remove `streaming-ingestion`, so that the documents are downloaded.',
      },
    );
  }
  const address = partAddress(baseUrl, documentFile);
  const [, prefix = '', stars = ''] = /^(.*?)(\*{0,2})$/s.exec(address) ?? [];
  if (stars === '') return { objects: [await sizeOf(prefix, variables, signal)], follows: null, variables };
  const { objects } = await listObjects(prefix, variables, signal);
  if (objects.length === 0 && stars === '*')
    throw new BenchmarkError('CORPUS', `There are no documents at ${address}.`);
  return { objects, follows: stars === '**' ? prefix : null, variables };
}

async function sizeOf(url: string, variables: Variables, signal: AbortSignal): Promise<StreamObject> {
  const reader = new RemoteReader(url, variables);
  try {
    return await withRetries(url, signal, async () => {
      const answer = await reader.get({ range: 'bytes=0-0' }, signal);
      const range = contentRange(answer);
      destroyBody(answer);
      refuse(url, answer.statusCode);
      if (answer.statusCode === 206 && range !== null) return { url, size: range.size };
      throw new BenchmarkError(
        'CORPUS',
        `${publicAddress(url)} cannot be streamed: it is empty, or cannot be read in parts.`,
      );
    });
  } finally {
    await reader.close();
  }
}

/** Throws for a status that is not that of a part: a `PassingFailure` if it may get better, else `CORPUS`. */
export function refuse(url: string, status: number): void {
  if (status === 206 || status === 200 || status === 416) return;
  if (status >= 500 || status === 429 || status === 408)
    throw new PassingFailure(`the server answered with status ${status}`);
  const reason = status === 412 ? 'it was changed while it was streamed' : `the server answered with status ${status}`;
  throw new BenchmarkError('CORPUS', `Cannot stream ${publicAddress(url)}: ${reason}.`, {
    hint: 'Check `base-url` and `source-file` of the corpus, and the credentials.',
  });
}

/** The objects whose keys begin as an address ends. */
export async function listObjects(prefix: string, variables: Variables, signal: AbortSignal): Promise<ListedObjects> {
  const [, bucket = '', key = ''] = /^(s3:\/\/[^/]+)\/?(.*)$/is.exec(prefix) ?? [];
  const objects: StreamObject[] = [];
  let isEnded = false;
  for (let token: string | null = ''; token !== null; ) {
    const next = token === '' ? '' : `&continuation-token=${encodeURIComponent(token)}`;
    const page: string = await pageOf(
      `${bucket}/?list-type=2&prefix=${encodeURIComponent(key)}${next}`,
      variables,
      signal,
    );
    for (const [, entry = ''] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
      const size = Number(elementOf(entry, 'Size') ?? Number.NaN);
      const url = `${bucket}/${elementOf(entry, 'Key') ?? ''}`;
      if (size > 0) objects.push({ url, size });
      else if (size === 0 && !url.endsWith('/')) isEnded = true;
    }
    token = elementOf(page, 'NextContinuationToken');
  }
  return { objects, isEnded };
}

async function pageOf(url: string, variables: Variables, signal: AbortSignal): Promise<string> {
  const reader = new RemoteReader(url, variables);
  try {
    return await withRetries(url, signal, async () => {
      const answer = await reader.get({}, signal);
      const text = await answer.body.text();
      refuse(url, answer.statusCode);
      if (text.includes('<ListBucketResult')) return text;
      throw new BenchmarkError('CORPUS', `${publicAddress(url)} does not answer with a list of its objects.`);
    });
  } finally {
    await reader.close();
  }
}

function elementOf(text: string, name: string): string | null {
  const value = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1];
  return value === undefined
    ? null
    : value.replace(/&(lt|gt|quot|apos|amp|#\d+);/g, (_, entity: string) => characterOf(entity));
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const characterOf = (entity: string): string => ENTITIES[entity] ?? String.fromCodePoint(Number(entity.slice(1)));
