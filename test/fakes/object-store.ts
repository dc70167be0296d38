// A store of objects that speaks like S3: objects with ranges, lists in pages, and signatures, which the signer of the
// AWS SDK judges.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { serveFile } from '../corpus/file-server.ts';
import { Sha256 } from '../http/aws-sha256.ts';

/** Credentials that the store accepts. */
export const storeVariables = (url: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  AWS_REGION: 'eu-west-1',
});

/** What the store has been asked for, and what it holds: contents by `bucket/key`. */
export interface ObjectStore {
  readonly url: string;
  readonly objects: Map<string, Buffer>;
  readonly requests: { readonly target: string; readonly range: string | undefined }[];
  /** Called before an answer; `true` if it has answered by itself. */
  interfere: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Starts a store that ends with the test. Lists have two keys a page. */
export async function startObjectStore(context: TestContext): Promise<ObjectStore> {
  const store: ObjectStore = { url: '', objects: new Map(), requests: [], interfere: () => false };
  const server = createServer((request, response) => {
    const { range } = request.headers;
    store.requests.push({ target: request.url ?? '', range });
    void isSigned(request).then((isRight) => {
      if (!isRight) response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>');
      else if (!store.interfere(request, response)) answer(store, request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(store, { url: `http://127.0.0.1:${port}` });
}

async function isSigned(request: IncomingMessage): Promise<boolean> {
  const { authorization = '', host = '' } = request.headers;
  const [, region = ''] = /\/\d{8}\/([^/]+)\/s3\/aws4_request/.exec(authorization) ?? [];
  const variables = storeVariables('');
  const signer = new SignatureV4({
    service: 's3',
    region,
    uriEscapePath: false,
    credentials: {
      accessKeyId: variables.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: variables.AWS_SECRET_ACCESS_KEY ?? '',
    },
    sha256: Sha256,
  });
  const url = new URL(request.url ?? '', `http://${host}`);
  const date = String(request.headers['x-amz-date']);
  const judged = await signer.sign(
    {
      method: 'GET',
      protocol: 'http:',
      hostname: host,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host, 'x-amz-content-sha256': String(request.headers['x-amz-content-sha256']) },
    },
    { signingDate: new Date(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')) },
  );
  return judged.headers.authorization === authorization && region === variables.AWS_REGION;
}

function answer(store: ObjectStore, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', store.url);
  const [, bucket = '', ...key] = url.pathname.split('/').map(decodeURIComponent);
  if (url.searchParams.get('list-type') === '2') return void response.end(listOf(store, bucket, url.searchParams));
  const content = store.objects.get(`${bucket}/${key.join('/')}`);
  if (content === undefined) response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
  else serveFile(request, response, content, `"${content.length}"`);
}

function listOf(store: ObjectStore, bucket: string, query: URLSearchParams): string {
  const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
  const keys = [...store.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const begin = Number(query.get('continuation-token') ?? 0);
  const page = keys.slice(begin, begin + 2).map((key) => {
    const name = key.slice(bucket.length + 1).replaceAll('&', '&amp;');
    return `<Contents><Key>${name}</Key><Size>${store.objects.get(key)?.length}</Size></Contents>`;
  });
  const isTruncated = begin + 2 < keys.length;
  const next = isTruncated ? `<NextContinuationToken>${begin + 2}</NextContinuationToken>` : '';
  const head = `<?xml version="1.0"?>\n<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}`;
  return `${head}${page.join('')}</ListBucketResult>`;
}
