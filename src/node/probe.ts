// What a node finds out for a check of the fleet: can it reach the cluster, and what does it have?
import { readdir, stat, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { freemem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { errorCode } from '../corpus/disk.ts';
import { messageOf } from '../errors.ts';
import type { NodeProbe } from '../fleet/protocol/node-messages.ts';

const CONNECT_MILLIS = 3000;

export async function probe(
  endpoints: readonly { readonly host: string; readonly port: number }[],
  dataDirectory: string,
  testRunId: string | null,
): Promise<NodeProbe> {
  return {
    endpoints: await Promise.all(endpoints.map(({ host, port }) => reach(host, port))),
    freeMemoryBytes: freemem(),
    freeDiskBytes: await freeBytes(dataDirectory),
    dataDirectory,
    corpora: await corporaIn(dataDirectory),
    testRunId: testRunId ?? '',
  };
}

/** Opens a connection and closes it; the time is that of the handshake. */
function reach(host: string, port: number): Promise<NodeProbe['endpoints'][number]> {
  return new Promise((resolve) => {
    const start = performance.now();
    const socket = connect({ host, port, timeout: CONNECT_MILLIS });
    const end = (failure: string | null): void => {
      socket.destroy();
      resolve({ host, port, millis: failure === null ? performance.now() - start : null, failure });
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end(`no answer in ${CONNECT_MILLIS / 1000} seconds`));
    socket.once('error', (error) => end(messageOf(error)));
  });
}

async function corporaIn(dataDirectory: string): Promise<NodeProbe['corpora']> {
  const entries = await readdir(dataDirectory, { withFileTypes: true }).catch(() => []);
  return Promise.all(
    entries.filter((entry) => entry.isDirectory()).map(async ({ name }) => ({ name, bytes: await bytesIn(join(dataDirectory, name)) })),
  );
}

async function bytesIn(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true });
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map(async ({ name }) => (await stat(join(directory, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Of the file system that a directory is on, or will be once it is made; 0 if it cannot be told. */
export async function freeBytes(directory: string): Promise<number> {
  for (let path = resolve(directory); ; path = dirname(path)) {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch (error) {
      // Whatever is wrong with a disk is told by what is written to it; here it only lacks a figure.
      if (errorCode(error) !== 'ENOENT' || path === dirname(path)) return 0;
    }
  }
}
