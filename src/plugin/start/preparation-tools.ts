// What workload processors of plug-ins prepare data with.
import { isAbsolute, join, relative } from 'node:path';
import { download } from '../../corpus/download.ts';
import type { PreparationListener } from '../../corpus/preparation.ts';
import { unpack } from '../../corpus/unpack.ts';
import { BenchmarkError } from '../../errors.ts';
import { archiveExtensions } from '../../workload/archive-names.ts';
import type { PreparationTools } from '../host.ts';
import type { DataSettings } from './inspect-messages.ts';

const silent: PreparationListener = () => undefined;
/** The thread is ended as a whole. */
const never = new AbortController().signal;

/** Tools that work below the data directory; paths that lead out of it are refused. */
export function preparationTools({ dataDirectory, isOffline, environment, cores }: DataSettings): PreparationTools {
  const within = (path: string): string => {
    const absolute = isAbsolute(path) ? path : join(dataDirectory, path);
    const inside = relative(dataDirectory, absolute);
    if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) return absolute;
    throw new BenchmarkError('PLUGIN', `The path "${path}" is not in the data directory ${dataDirectory}.`);
  };
  return {
    dataDirectory,
    download: async (url, path, size) => {
      if (isOffline) throw new BenchmarkError('CORPUS', `Cannot download ${url} with --offline.`);
      const options = { listener: silent, signal: never, testMode: false, environment };
      await download({ url, path: within(path), expectedBytes: size }, options);
    },
    unpack: async (archive) => {
      const path = within(archive);
      const extension = archiveExtensions.find((known) => path.toLowerCase().endsWith(known));
      if (extension === undefined)
        throw new BenchmarkError('PLUGIN', `${archive} is no archive; known are ${archiveExtensions.join(', ')}.`);
      await unpack(path, path.slice(0, -extension.length), null, { listener: silent, signal: never, cores });
    },
  };
}
