// The error for a port that another program uses.
import { BenchmarkError } from '../errors.ts';

/** The FLEET error for a port of the coordinator on which another program listens. */
export const portInUse = (host: string, port: number): BenchmarkError =>
  new BenchmarkError('FLEET', `Port ${port} of ${host} is in use by another program.`, {
    hint:
      'Stop that program (the daemon of the original OpenSearch Benchmark uses 1900), or choose another port ' +
      'with --port, on all nodes.',
  });
