// Guards standard output and standard error, which may fail: a reader goes away, or a disk is full.
import { systemCode, systemReason } from '../../files.ts';

/** What is known of the standard streams of this process. */
export interface GuardedStreams {
  /** Why something that was printed is lost; `null` if nothing is. */
  failure(): string | null;
}

/** Errors of a stream that nobody reads any more (`| head`, a terminal that was closed), so that nothing is lost. */
const nobodyReads: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);
/**
 * Keeps errors of the two streams from ending the process, because the work goes on and its results are stored. An
 * error that loses output is told once, on the other stream.
 */
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
