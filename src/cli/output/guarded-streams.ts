// Standard output and standard error that may fail: a reader that goes away, a disk that is full.
import { systemCode, systemReason } from '../../files.ts';

/** What is known of the standard streams of this process. */
export interface GuardedStreams {
  /** Why something that was printed is lost; `null` if nothing is. */
  failure(): string | null;
}

/** Nobody reads any more (`| head`, a terminal that was closed): what is printed after that is nobody's business. */
const nobodyReads: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);
/** Errors of the two streams end no work: its results are stored. One that loses output is told once, on the other stream. */
export function guardStreams({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): GuardedStreams {
  let failure: string | null = null;
  const guard = (stream: NodeJS.WriteStream, name: string, other: NodeJS.WriteStream): void => {
    stream.on('error', (error: unknown) => {
      if (nobodyReads.has(systemCode(error)) || failure !== null) return;
      failure = `Cannot write to ${name}: ${systemReason(error)}.`;
      other.write(`[ERROR] ❌ ${failure} The work goes on; what it stores is not affected.\n`);
    });
  };
  guard(stdout, 'standard output', stderr);
  guard(stderr, 'standard error', stdout);
  return { failure: () => failure };
}
