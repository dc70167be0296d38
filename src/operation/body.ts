// Bodies of answers of the load path, as they were before the server compressed them.
import { constants, gunzipSync, inflateSync } from 'node:zlib';
import type { Answer } from '../http/answer.ts';

const NOTHING = Buffer.alloc(0);
/** Compressed bytes that hold what stands at the start of an answer: took, errors, totals. Inflating more of each answer costs more than reading it. */
const LARGEST_HEAD = 512;

/** What has arrived of the body, decompressed as far as it goes; empty if it cannot be. Bears a body that is cut off. */
export function decodeBody(answer: Answer): Buffer {
  return decode(answer, answer.body);
}

/** At least the first bytes of the body: enough for what stands at the start of an answer, cheap for a large body. */
export function decodeHead(answer: Answer): Buffer {
  return decode(answer, answer.encoding === 'identity' ? answer.body : answer.body.subarray(0, LARGEST_HEAD));
}

function decode(answer: Answer, body: Buffer): Buffer {
  if (answer.encoding === 'identity') return body;
  if (answer.encoding === 'other' || body.length === 0) return NOTHING;
  const options = { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: Math.max(1024, Math.min(16_384, body.length * 4)) };
  try {
    return answer.encoding === 'gzip' ? gunzipSync(body, options) : inflateSync(body, options);
  } catch {
    // Broken compression: the caller sees that it holds nothing and says so in its own words.
    return NOTHING;
  }
}
