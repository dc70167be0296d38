// Interval logs of HdrHistogram, version 1.3: one line of text for each interval, with the histogram of its values. The
// tools of HdrHistogram read them.
import { deflateSync, inflateSync } from 'node:zlib';
import { BenchmarkError } from '../errors.ts';

/** The histogram of one interval. */
export interface HdrInterval {
  /** What it is a histogram of; any text. */
  readonly tag: string;
  /** In ms since the start of the log. */
  readonly start: number;
  /** In ms. */
  readonly length: number;
  /** The largest value, in ms. */
  readonly max: number;
  /** An uncompressed V2 payload. */
  readonly payload: Uint8Array;
}

/** How the compressed form of a payload begins; its length and its bytes, deflated, follow. */
const COMPRESSED_COOKIE = 0x1c849304 | 0x10;
const COMPRESSED_HEADER_BYTES = 8;
/** No payload of a histogram is larger; a line that claims more is not one of ours. */
const MAX_PAYLOAD_BYTES = 1 << 20;
const LINE = /^Tag=([^,]*),([\d.]+),([\d.]+),([\d.]+),([A-Za-z0-9+/=]+)$/;

/** A log as text. `startedAt` is its start in ms since 1970. */
export function writeHdrLog(startedAt: number, intervals: readonly HdrInterval[]): string {
  const seconds = (startedAt / 1000).toFixed(3);
  return [
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${seconds} (seconds since epoch), ${new Date(startedAt).toISOString()}]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ...intervals.map(logLine),
    '',
  ].join('\n');
}

/**
 * The intervals of a log that {@link writeHdrLog} has made. Lines of another form are left out, a histogram that cannot
 * be unpacked throws `TEST_RUN_NOT_FOUND` with the name of the file.
 */
export function readHdrLog(text: string, file: string): readonly HdrInterval[] {
  return text.split('\n').flatMap((line, index): readonly HdrInterval[] => {
    const match = LINE.exec(line);
    if (match === null) return [];
    const [, tag = '', start, length, max, histogram = ''] = match;
    return [
      {
        tag: decodeURIComponent(tag),
        start: millisOf(start),
        length: millisOf(length),
        max: Number(max),
        payload: decompress(histogram, `line ${index + 1} of ${file}`),
      },
    ];
  });
}

function logLine({ tag, start, length, max, payload }: HdrInterval): string {
  const deflated = deflateSync(payload);
  const bytes = Buffer.alloc(COMPRESSED_HEADER_BYTES + deflated.length);
  bytes.writeUInt32BE(COMPRESSED_COOKIE, 0);
  bytes.writeUInt32BE(deflated.length, 4);
  bytes.set(deflated, COMPRESSED_HEADER_BYTES);
  const numbers = [start / 1000, length / 1000, max].map((value) => value.toFixed(3));
  // A tag ends at a comma and holds no spaces.
  return [`Tag=${encodeURIComponent(tag)}`, ...numbers, bytes.toString('base64')].join(',');
}

function decompress(base64: string, place: string): Uint8Array {
  try {
    const bytes = Buffer.from(base64, 'base64');
    return new Uint8Array(inflateSync(bytes.subarray(COMPRESSED_HEADER_BYTES), { maxOutputLength: MAX_PAYLOAD_BYTES }));
  } catch (error) {
    throw new BenchmarkError('TEST_RUN_NOT_FOUND', `The histogram in ${place} cannot be read.`, { cause: error });
  }
}

const millisOf = (seconds: string | undefined): number => Math.round(Number(seconds) * 1000);
