// Bodies of the answers to load requests, decompressed as far as they are needed.
import { constants, gunzipSync, inflateSync } from 'node:zlib';
import type { Answer } from '../transport/answer.ts';

const NOTHING = Buffer.alloc(0);
/**
 * So many compressed bytes hold what stands at the start of an answer: `took`, `errors`, totals. Decompressing more
 * costs more than reading it.
 */
const LARGEST_HEAD = 512;
/** No body is unpacked beyond this: a megabyte of compressed data can hold a gigabyte, for each client. */
const LARGEST_BODY = 268_435_456;

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
  const options = {
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: Math.max(1024, Math.min(16_384, body.length * 4)),
    maxOutputLength: LARGEST_BODY,
  };
  try {
    return answer.encoding === 'gzip' ? gunzipSync(body, options) : inflateSync(body, options);
  } catch {
    // The caller finds nothing in the empty body and reports that in its own words.
    return NOTHING;
  }
}

/**
 * Why an answer that should hold JSON cannot be read, for the end of a sentence. To be asked once reading it has
 * failed: it looks at the whole body.
 */
export function whyUnreadable(answer: Answer): string {
  if (answer.bodyLength === 0) return `it has no body (HTTP ${answer.status})`;
  if (answer.encoding === 'other')
    return 'it is compressed in a way that was not asked for (neither gzip nor deflate; brotli, perhaps)';
  const body = decodeBody(answer);
  if (answer.encoding !== 'identity' && body.length === 0 && answer.body.length > 0) {
    return `its ${answer.encoding} data is damaged, or unpacks to more than ${LARGEST_BODY / 1_048_576} MiB`;
  }
  if (body.length > 2 && body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf)
    return 'it begins with a byte order mark, which JSON must not have';
  if (answer.isOtherThanJson) return 'its content-type is not JSON';
  return answer.isWhole ? 'it is not the JSON that was expected' : 'it is too large, or was cut off';
}
