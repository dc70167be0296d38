// Downloads from a real server that breaks off, changes its mind, and refuses.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { download, localPath } from '../../src/corpus/download.ts';
import { publicAddress } from '../../src/corpus/partial-download.ts';
import type { PreparationEvent } from '../../src/corpus/preparation.ts';
import { sendBeginning, serveFile, startFileServer } from './file-server.ts';
import { prepareOptions, temporaryDirectory } from './workspace.ts';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251));
const ETAG = '"v1"';
const BEGINNING = 10_000;

/**
 * A server that sends the beginning of the file, breaks off once the client has written it to the disk, and then serves
 * `later`.
 */
async function breakingServer(context: TestContext, etag: string | null, later: Buffer, laterEtag: string | null) {
  const state = { cut: () => {} };
  const server = await startFileServer(context, (request, response, count) => {
    if (count === 1) state.cut = sendBeginning(response, content, BEGINNING, etag);
    else serveFile(request, response, later, laterEtag);
  });
  const { directory, path, options } = await target(context);
  const listener = (event: PreparationEvent) => {
    if (event.kind === 'preparation' && event.done === BEGINNING) state.cut();
    options.events.push(event);
  };
  return { server, directory, path, options: { ...options, listener } };
}

async function target(context: TestContext) {
  const directory = await temporaryDirectory(context);
  return { directory, path: join(directory, 'documents.json.bz2'), options: prepareOptions(directory) };
}

describe('a download', () => {
  it('lies under its name, with nothing beside it, and tells its progress in bytes', async (context) => {
    const server = await startFileServer(context, (request, response) => serveFile(request, response, content, ETAG));
    const { directory, path, options } = await target(context);
    await download({ url: `${server.url}/c/documents.json.bz2`, path, expectedBytes: content.length }, options);
    assert.deepEqual(await readFile(path), content);
    assert.deepEqual(await readdir(directory), ['documents.json.bz2']);
    const what = 'Downloading documents.json.bz2';
    assert.deepEqual(options.events.at(-2), {
      kind: 'preparation',
      what,
      done: content.length,
      total: content.length,
      unit: 'bytes',
    });
    assert.deepEqual(options.events.at(-1), { kind: 'preparation-end', what });
    assert.equal(server.requests[0]?.headers['accept-encoding'], 'identity');
  });

  it('goes on where the connection broke', async (context) => {
    const { server, directory, path, options } = await breakingServer(context, ETAG, content, ETAG);
    await download({ url: `${server.url}/d`, path, expectedBytes: content.length }, options);
    assert.deepEqual(await readFile(path), content);
    assert.deepEqual(
      server.requests.map(({ range, ifRange }) => [range, ifRange]),
      [
        [undefined, undefined],
        ['bytes=10000-', ETAG],
      ],
    );
    assert.deepEqual(await readdir(directory), ['documents.json.bz2']);
    assert.ok(
      options.events.some((event) => event.kind === 'info' && /was interrupted .* trying again/.test(event.message)),
    );
  });

  it('goes on by the length where the server names no version', async (context) => {
    const { server, path, options } = await breakingServer(context, null, content, null);
    await download({ url: `${server.url}/d`, path, expectedBytes: null }, options);
    assert.deepEqual(await readFile(path), content);
    assert.equal(server.requests[1]?.range, 'bytes=10000-');
  });

  it('starts again when the file on the server has changed', async (context) => {
    const changed = Buffer.from(content).reverse();
    const { server, path, options } = await breakingServer(context, ETAG, changed, '"v2"');
    await download({ url: `${server.url}/d`, path, expectedBytes: null }, options);
    assert.deepEqual(await readFile(path), changed);
  });

  it('starts again when there is nothing after what is there', async (context) => {
    const shorter = content.subarray(0, 5_000);
    const { server, path, options } = await breakingServer(context, null, shorter, null);
    await download({ url: `${server.url}/d`, path, expectedBytes: null }, options);
    assert.deepEqual(await readFile(path), shorter);
    assert.deepEqual(
      server.requests.map((request) => request.range),
      [undefined, 'bytes=10000-', undefined],
    );
  });

  it('goes on from what an earlier process left', async (context) => {
    const server = await startFileServer(context, (request, response) => serveFile(request, response, content, ETAG));
    const { path, options } = await target(context);
    const url = `${server.url}/d`;
    await writeFile(`${path}.tmp`, content.subarray(0, 200_000));
    await writeFile(`${path}.tmp.json`, JSON.stringify({ url, validator: ETAG, size: content.length }));
    await download({ url, path, expectedBytes: content.length }, options);
    assert.deepEqual(await readFile(path), content);
    assert.equal(server.requests[0]?.range, 'bytes=200000-');
  });

  it('trusts no partial file of unknown origin', async (context) => {
    const server = await startFileServer(context, (request, response) => serveFile(request, response, content, ETAG));
    const { path, options } = await target(context);
    await writeFile(`${path}.tmp`, 'something else');
    await download({ url: `${server.url}/d`, path, expectedBytes: content.length }, options);
    assert.deepEqual(await readFile(path), content);
    assert.equal(server.requests[0]?.range, undefined);
  });

  it('tries again after errors of the server, not after refusals', async (context) => {
    const statuses = [503, 429, 500];
    const server = await startFileServer(context, (request, response) => {
      const status = statuses.shift();
      if (status === undefined) serveFile(request, response, content, ETAG);
      else response.writeHead(status).end('no');
    });
    const { path, options } = await target(context);
    await download({ url: `${server.url}/d`, path, expectedBytes: content.length }, options);
    assert.equal(server.requests.length, 4);
  });

  it('gives up after ten attempts and says why', async (context) => {
    const server = await startFileServer(context, (_, response) => response.writeHead(503).end());
    const { directory, path, options } = await target(context);
    await assert.rejects(download({ url: `${server.url}/d`, path, expectedBytes: null }, options), {
      code: 'CORPUS',
      message: `Cannot download ${server.url}/d: the server answered with status 503 (10 attempts).`,
    });
    assert.equal(server.requests.length, 10);
    assert.deepEqual(await readdir(directory), []);
  });

  it('names the status and the address of a missing file, without secrets', async (context) => {
    const server = await startFileServer(context, (_, response) => response.writeHead(404).end('nothing here'));
    const { path, options } = await target(context);
    const url = `${server.url.replace('//', '//user:secret@')}/c/d.json.bz2?signature=secret`;
    const expected = {
      code: 'CORPUS',
      message: `Cannot download ${server.url}/c/d.json.bz2: the server answered with status 404.`,
    };
    await assert.rejects(download({ url, path, expectedBytes: null }, options), expected);
    await assert.rejects(download({ url, path, expectedBytes: null }, { ...options, testMode: true }), {
      ...expected,
      hint: /does not support --test-mode/,
    });
    assert.equal(server.requests.length, 2);
    assert.equal(server.requests[0]?.headers.authorization, `Basic ${Buffer.from('user:secret').toString('base64')}`);
  });

  it('follows redirects', async (context) => {
    const server = await startFileServer(context, (request, response) => {
      if (request.url === '/d') response.writeHead(302, { location: '/elsewhere' }).end();
      else serveFile(request, response, content, ETAG);
    });
    const { path, options } = await target(context);
    await download({ url: `${server.url}/d`, path, expectedBytes: null }, options);
    assert.deepEqual(await readFile(path), content);
  });

  it('is refused before it begins if the server announces another size', async (context) => {
    const server = await startFileServer(context, (request, response) => serveFile(request, response, content, ETAG));
    const { directory, path, options } = await target(context);
    await assert.rejects(download({ url: `${server.url}/d`, path, expectedBytes: 5 }, options), {
      code: 'CORPUS',
      message: `${server.url}/d has 300000 bytes, but 5 are expected.`,
    });
    assert.deepEqual(await readdir(directory), []);
  });

  it('is refused if a body of unknown length ends with another size', async (context) => {
    const server = await startFileServer(context, (_, response) => {
      response.writeHead(200);
      response.write('abc');
      response.end('defg');
    });
    const { directory, path, options } = await target(context);
    await assert.rejects(download({ url: `${server.url}/d`, path, expectedBytes: 5 }, options), {
      code: 'CORPUS',
      message: /has 7 bytes, but 5 are expected/,
    });
    assert.deepEqual(await readdir(directory), []);
    await download({ url: `${server.url}/d`, path, expectedBytes: null }, options);
    assert.equal(await readFile(path, 'utf8'), 'abcdefg');
  });

  it('is refused before it begins if the disk is too small', async (context) => {
    const size = 2 ** 52;
    const server = await startFileServer(context, (_, response) => {
      response.writeHead(200, { 'content-length': size });
      response.write('x');
    });
    const { directory, path, options } = await target(context);
    await assert.rejects(download({ url: `${server.url}/d`, path, expectedBytes: size }, options), {
      code: 'DISK',
      message: new RegExp(`Not enough space for ${path}.tmp: ${size} bytes are needed, \\d+ are free`),
    });
    assert.deepEqual(await readdir(directory), []);
  });

  it('ends when it is cancelled, and can be resumed', async (context) => {
    const abort = new AbortController();
    const server = await startFileServer(context, (_, response) => {
      response.writeHead(200, { 'content-length': content.length, etag: ETAG });
      response.write(content.subarray(0, 1000));
    });
    const { directory, path, options } = await target(context);
    const listener = () => abort.abort();
    const cancelledDownload = download(
      { url: `${server.url}/d`, path, expectedBytes: null },
      { ...options, signal: abort.signal, listener },
    );
    await assert.rejects(cancelledDownload, { code: 'CANCELLED' });
    assert.deepEqual((await readdir(directory)).sort(), ['documents.json.bz2.tmp', 'documents.json.bz2.tmp.json']);
  });

  it('goes through a proxy where the environment names one, but not to hosts that are excepted', async (context) => {
    const server = await startFileServer(context, (request, response) => serveFile(request, response, content, ETAG));
    const seen: string[] = [];
    const proxy = createServer((request, response) => {
      seen.push(request.url ?? '');
      httpRequest(request.url ?? '', { headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      }).end();
    });
    proxy.on('connect', (request, socket) => {
      seen.push(`tunnel ${request.url}`);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    context.after(() => {
      proxy.closeAllConnections();
      return new Promise((resolve) => proxy.close(resolve));
    });
    const environment = { http_proxy: `127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    const { path, options } = await target(context);
    await download({ url: `${server.url}/d`, path, expectedBytes: null }, { ...options, environment });
    assert.deepEqual(await readFile(path), content);
    assert.deepEqual(seen, [`${server.url}/d`]);
    await download(
      { url: `${server.url}/e`, path, expectedBytes: null },
      { ...options, environment: { ...environment, NO_PROXY: '127.0.0.1' } },
    );
    assert.equal(seen.length, 1);
    assert.equal(server.requests.length, 2);
  });

  it('says that there is no server', async (context) => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await new Promise((resolve) => connect(port, '127.0.0.1').on('error', resolve));
    const { path, options } = await target(context);
    await assert.rejects(download({ url: `http://127.0.0.1:${port}/d`, path, expectedBytes: null }, options), {
      code: 'CORPUS',
      message: new RegExp(`Cannot download http://127.0.0.1:${port}/d: .*ECONNREFUSED.* \\(4 attempts\\)`),
    });
  });
});

describe('a local source', () => {
  it('is copied from a path or a file address', async (context) => {
    const { directory, path, options } = await target(context);
    const source = join(directory, 'source');
    await writeFile(source, content);
    for (const url of [source, pathToFileURL(source).href]) {
      await download({ url, path, expectedBytes: content.length }, options);
      assert.deepEqual(await readFile(path), content);
      await writeFile(path, '');
    }
    assert.deepEqual((await readdir(directory)).sort(), ['documents.json.bz2', 'source']);
  });

  it('must exist and have the expected size', async (context) => {
    const { directory, path, options } = await target(context);
    await assert.rejects(download({ url: join(directory, 'nowhere'), path, expectedBytes: null }, options), {
      code: 'CORPUS',
      message: /there is no such file/,
    });
    const source = join(directory, 'source');
    await writeFile(source, content);
    await assert.rejects(download({ url: source, path, expectedBytes: 7 }, options), {
      code: 'CORPUS',
      message: /has 300000 bytes, but 7 are expected/,
    });
  });
});

describe('addresses', () => {
  it('of other kinds are refused', () => {
    assert.throws(() => localPath('ftp://host/documents'), {
      code: 'UNSUPPORTED',
      message: 'Cannot download ftp://host/documents: only http, https, s3, gs and file addresses are supported.',
    });
    assert.equal(localPath('s3://bucket/x'), null);
    assert.equal(localPath('HTTPS://host/x'), null);
    assert.equal(localPath('/data/x'), '/data/x');
  });

  it('are shown without credentials and queries', () => {
    assert.equal(publicAddress('https://me:pw@host:9/a/b?token=1#x'), 'https://host:9/a/b');
    assert.equal(publicAddress('/plain/path'), '/plain/path');
  });
});
