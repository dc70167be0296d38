// What a node finds out for a check of the fleet: whether it can reach the cluster, and what memory, disk space and
// documents it has.
import { readdir, stat, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { freemem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { errorCode } from '../corpus/disk.ts';
import { messageOf } from '../errors.ts';
import type { NodeProbe } from '../fleet/protocol/node-messages.ts';

const CONNECT_MILLIS = 3000;

/**
 * Tries to connect to each endpoint, and collects the facts of this machine. An endpoint that cannot be reached is a
 * part of the answer, not an error. `testRunId` is the test run that the node works for; `null` = none.
 */
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

/** Opens a connection and closes it. The time is that of the TCP handshake, with the look-up of the name, in ms. */
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
    entries
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => ({ name, bytes: await bytesIn(join(dataDirectory, name)) })),
  );
}

/** Size of the files of a directory. What cannot be read, or vanishes meanwhile, counts nothing. */
async function bytesIn(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(({ name }) =>
        stat(join(directory, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Free bytes of the file system that holds a directory, or will hold it once it is made; 0 = it cannot be told. */
export async function freeBytes(directory: string): Promise<number> {
  for (let path = resolve(directory); ; path = dirname(path)) {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch (error) {
      // A fault of a disk is reported by whatever writes to it; here only a figure is missing.
      if (errorCode(error) !== 'ENOENT' || path === dirname(path)) return 0;
    }
  }
}
