// Reads compressed files as streams of their content: `.bz2` by the threads of this program, the others by a fast
// program where one is installed, else by a library in this process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Decompress as ZstdDecompress } from 'fzstd';
import { BenchmarkError } from '../errors.ts';
import { BzipDamage, unbzip2 } from './bzip2/unbzip2.ts';
import { errorCode } from './disk.ts';

/** How a file is compressed. */
export type Compression = 'bz2' | 'gz' | 'zst';

/** What to install where unpacking is slow in this process; measured: zst makes 80 MB/s, gz 330, bz2 50 per core. */
const slowWithout: Readonly<Record<Compression, string | null>> = { bz2: null, gz: null, zst: 'zstd' };

const CHUNK = 1 << 18;

/**
 * Programs that unpack, fastest first, with the arguments that make them write the content to standard output. They are
 * started without a shell. None unpacks `.bz2` faster than the threads here (bench/unpack.ts), or names the damaged
 * byte.
 */
const programs: Readonly<Record<Compression, readonly { readonly name: string; readonly args: readonly string[] }[]>> =
  {
    bz2: [],
    gz: [{ name: 'pigz', args: ['-d', '-k', '-c'] }],
    zst: [{ name: 'zstd', args: ['-d', '-k', '-c', '-q', '--long=31'] }],
  };

/** What unpacking depends on beside the file. */
export interface UnpackingContext {
  /** Names of the programs that may be used. */
  readonly tools: readonly string[];
  /** The most threads that may unpack one file. */
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Gets a sentence when unpacking will take long for want of a program. */
  readonly onSlow: (message: string) => void;
}

/** The content of a compressed file. Throws `CORPUS` for a damaged or cut-off file. */
export async function* decompress(
  path: string,
  compression: Compression,
  context: UnpackingContext,
): AsyncGenerator<Uint8Array> {
  const { tools, signal } = context;
  for (const { name, args } of programs[compression]) {
    if (!tools.includes(name)) continue;
    const child = await start(name, [...args, path], signal);
    if (child !== null) return yield* contentOf(child, name, path);
  }
  const faster = slowWithout[compression];
  if (faster !== null)
    context.onSlow(`Unpacking ${path} takes long without an external program. Install ${faster} for the next time.`);
  try {
    yield* inProcess[compression](path, context);
  } catch (cause) {
    if (cause instanceof BenchmarkError || signal.aborted || isFileError(cause)) throw cause;
    throw damagedArchive(path, cause);
  }
}

type UnpackingProgram = ReturnType<typeof spawnProgram>;

const spawnProgram = (name: string, args: readonly string[], signal: AbortSignal) =>
  spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, shell: false, windowsHide: true });

/** `null` if there is no such program. */
async function start(name: string, args: readonly string[], signal: AbortSignal): Promise<UnpackingProgram | null> {
  const child = spawnProgram(name, args, signal);
  try {
    await once(child, 'spawn');
    // An abort comes as this event, too; it needs no handling, because the end of the process is waited for.
    child.on('error', () => undefined);
    return child;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'EACCES') return null;
    throw error;
  }
}

async function* contentOf(child: UnpackingProgram, name: string, path: string): AsyncGenerator<Uint8Array> {
  const ended = new Promise((resolve) => child.once('close', resolve));
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 2000) complaint += text;
  });
  let isComplete = false;
  try {
    for await (const chunk of child.stdout) yield chunk;
    isComplete = true;
  } finally {
    if (!isComplete) child.kill('SIGKILL');
    await ended;
  }
  if (child.exitCode !== 0)
    throw damagedArchive(
      path,
      new Error(`${name} ended with ${child.exitCode ?? child.signalCode}: ${complaint.trim()}`),
    );
}

const inProcess: Readonly<
  Record<Compression, (path: string, context: UnpackingContext) => AsyncGenerator<Uint8Array>>
> = {
  bz2: unbzip2,

  async *gz(path, { signal }) {
    const content = createGunzip({ chunkSize: CHUNK });
    const reading = pipeline(createReadStream(path, { highWaterMark: CHUNK }), content, { signal });
    // The loop below gets the same error, so it is not lost.
    reading.catch(() => undefined);
    for await (const chunk of content) yield chunk;
    await reading;
  },

  async *zst(path, { signal }) {
    let output: Uint8Array[] = [];
    const unpacker = new ZstdDecompress((chunk) => {
      if (chunk.length > 0) output.push(chunk);
    });
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK, signal })) {
      unpacker.push(chunk);
      const ready = output;
      output = [];
      yield* ready;
    }
    unpacker.push(new Uint8Array(0), true);
    yield* output;
  },
};

/** The error for an archive that cannot be unpacked. */
export function damagedArchive(path: string, cause: unknown): BenchmarkError {
  const hint = 'Replace it; or remove it, if the workload says where to download it from.';
  const where = cause instanceof BzipDamage ? `: ${cause.message}` : '';
  return new BenchmarkError('CORPUS', `Cannot unpack ${path}: it is damaged or cut off${where}.`, { hint, cause });
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
