// Fetches a chunk of a stream, cut at the ends of lines: the lines that begin in it, to the end of the last one.
import { BenchmarkError } from '../../errors.ts';
import { PassingFailure } from '../partial-download.ts';
import { contentRange, destroyBody, type RemoteReader } from '../remote-reader.ts';
import type { StreamChunk } from './stream-chunks.ts';
import { refuse } from './stream-objects.ts';
import { withRetries } from './with-retries.ts';

/** Bytes that are fetched beyond a chunk at first, because its last line ends there. */
const TAIL = 1 << 16;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** Resolves with the whole lines of a chunk; each ends with a line end. Rejects with `CORPUS`. */
export async function fetchChunk(chunk: StreamChunk, reader: RemoteReader, signal: AbortSignal): Promise<Buffer> {
  const { object, from, to } = chunk;
  // The byte before the chunk tells whether a line begins with it.
  const begin = Math.max(0, from - 1);
  for (let tail = TAIL; ; tail *= 4) {
    const end = Math.min(object.size, to + tail);
    const bytes = await withRetries(object.url, signal, () => fetchRange(chunk, begin, end, reader, signal));
    const first = from === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
    // A line that began before the chunk goes on through all of it.
    if (from > 0 && (first === 0 || begin + first >= to)) return Buffer.alloc(0);
    const last = bytes.indexOf(NEWLINE, to - 1 - begin);
    if (last >= 0 && to < object.size) return bytes.subarray(first, last + 1);
    if (end === object.size) return withLineEnd(bytes.subarray(first));
  }
}

/** The last line of an object may lack its end, and empty lines may follow it. */
function withLineEnd(bytes: Buffer): Buffer {
  let length = bytes.length;
  while (length > 0 && (bytes[length - 1] === NEWLINE || bytes[length - 1] === CARRIAGE_RETURN)) length--;
  return length === 0 ? Buffer.alloc(0) : Buffer.concat([bytes.subarray(0, length), Buffer.from('\n')]);
}

async function fetchRange(
  { object }: StreamChunk,
  from: number,
  to: number,
  reader: RemoteReader,
  signal: AbortSignal,
): Promise<Buffer> {
  const answer = await reader.get({ range: `bytes=${from}-${to - 1}` }, signal);
  const range = answer.statusCode === 206 ? contentRange(answer) : null;
  if (answer.statusCode !== 206) {
    destroyBody(answer);
    refuse(object.url, answer.statusCode);
  }
  if (range?.size !== object.size || range.start !== from || range.end !== to) {
    destroyBody(answer);
    refuse(object.url, range === null ? answer.statusCode : 412);
    throw new BenchmarkError(
      'CORPUS',
      `Cannot stream ${object.url}: the server does not send the part that it is asked for.`,
    );
  }
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  if (bytes.length !== to - from)
    throw new PassingFailure(`the connection ended after ${bytes.length} of ${to - from} bytes`);
  return bytes;
}
