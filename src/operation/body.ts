// Bodies of the answers to load requests, decompressed as far as they are needed.
import { constants, gunzipSync, inflateSync } from 'node:zlib';
import type { Answer } from '../http/answer.ts';

const NOTHING = Buffer.alloc(0);
/**
 * So many compressed bytes hold what stands at the start of an answer: `took`, `errors`, totals. Decompressing more
 * costs more than reading it.
 */
const LARGEST_HEAD = 512;

/**
 * What has arrived of the body, decompressed. A body that is cut off gives what there is of it; one that cannot be
 * decompressed gives nothing.
 */
export function decodeBody(answer: Answer): Buffer {
  return decode(answer, answer.body);
}

/**
 * The first bytes of the body, decompressed. This is cheap however large the body is, and enough for facts at the start
 * of an answer.
 */
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
    // The caller finds nothing in the empty body and reports that in its own words.
    return NOTHING;
  }
}
