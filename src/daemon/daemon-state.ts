// The note of a running daemon in its run directory. It says which process the daemon is, so that stop and status find
// it and no second one is started.
import { readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { claimFile, removeStaleClaim } from '../claimed-file.ts';
import { BenchmarkError } from '../errors.ts';
import { systemReason } from '../files.ts';
import {
  count,
  decodeText,
  encodeText,
  type JsonCodec,
  nullable,
  number,
  object,
  oneOf,
  text,
} from '../fleet/protocol/json-codec.ts';
import { writePrivateFile } from '../nats/private-files.ts';
import { isSameProcess, type ProcessIdentity } from '../process-identity.ts';

/** What the note says of a daemon. */
export interface DaemonState {
  readonly process: ProcessIdentity;
  readonly role: 'coordinator' | 'worker';
  /** The IP address that `--node-ip` names. */
  readonly address: string;
  /** The IP address that `--coordinator-ip` names. */
  readonly coordinator: string;
  /** Port of the coordinator; 0 = not known yet, or the NATS is somebody else's. */
  readonly port: number;
  readonly version: string;
  /** When the daemon started, in epoch ms. */
  readonly startedAt: number;
  /** How the node stands with the coordinator, in words: `connecting`, `joined`, or why it has not joined. */
  readonly link: string;
}

const shortText = text(4000);
const codec: JsonCodec<DaemonState> = object<DaemonState>({
  process: object<ProcessIdentity>({ processId: count(), start: nullable(shortText) }),
  role: oneOf('coordinator', 'worker'),
  address: shortText,
  coordinator: shortText,
  port: count(),
  version: shortText,
  startedAt: number,
  link: shortText,
});

/** How often the note is tried for: an attempt fails if another daemon starts or stops in the middle of it. */
const ATTEMPTS = 5;

/** How often a daemon says that it is alive, see {@link sayAlive}. */
export const aliveIntervalMillis = 5000;

/** A daemon that was silent for this long is called so. It takes three lost signs of life, or a busy machine. */
const SILENCE_MILLIS = 3 * aliveIntervalMillis;

const fileIn = (runDirectory: string): string => join(runDirectory, 'daemon.json');

/**
 * The daemon that runs with this run directory; `null` = none. The note of a dead daemon does not count. Fails with
 * DISK if the note cannot be read.
 */
export function findDaemon(runDirectory: string): DaemonState | null {
  const state = readState(runDirectory);
  return state !== null && isSameProcess(state.process) ? state : null;
}

/** Writes the note of a daemon that starts. Rejects with FLEET if another one runs already, and with DISK. */
export async function claimDaemonState(runDirectory: string, state: DaemonState): Promise<void> {
  const path = fileIn(runDirectory);
  const draft = `${path}.${state.process.processId}`;
  writePrivateFile(draft, encodeText(codec, state));
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (claimFile(draft, path)) return;
      const other = findDaemon(runDirectory);
      if (other !== null) throw alreadyRunning(other);
      await removeStaleClaim(path, () => findDaemon(runDirectory) === null);
    }
  } catch (error) {
    if (error instanceof BenchmarkError) throw error;
    throw new BenchmarkError('DISK', `Cannot write ${path}: ${systemReason(error)}.`, { cause: error });
  } finally {
    rmSync(draft, { force: true });
  }
  throw new BenchmarkError('FLEET', `Other daemons keep starting in ${runDirectory}.`, { hint: 'Try again.' });
}

/** Replaces the note of this daemon. Fails with DISK. */
export function updateDaemonState(runDirectory: string, state: DaemonState): void {
  writePrivateFile(fileIn(runDirectory), encodeText(codec, state));
}

/** Says that this daemon is alive, by the time of its note. Fails with the error of the system. */
export function sayAlive(runDirectory: string): void {
  const now = new Date();
  utimesSync(fileIn(runDirectory), now, now);
}

/**
 * For how many ms the daemon has not said that it is alive, although its process is there: it was stopped, or its event
 * loop does not go round. `null` if it was heard in time, or there is no note.
 */
export function silenceOf(runDirectory: string): number | null {
  const status = statSync(fileIn(runDirectory), { throwIfNoEntry: false });
  const silence = status === undefined ? 0 : Date.now() - status.mtimeMs;
  return silence < SILENCE_MILLIS ? null : silence;
}

/** Removes the note if it is that of the daemon `own`. */
export function removeDaemonState(runDirectory: string, own: ProcessIdentity): void {
  const state = readState(runDirectory);
  if (state?.process.processId === own.processId && state.process.start === own.start)
    rmSync(fileIn(runDirectory), { force: true });
}

function alreadyRunning({ process, role, address }: DaemonState): BenchmarkError {
  return new BenchmarkError(
    'FLEET',
    `The daemon runs already: process ${process.processId}, ${role}, node ${address}.`,
    {
      hint: 'Stop it with "opensearch-benchmarkd stop", use restart, or give each daemon its own BENCHMARK_HOME.',
    },
  );
}

function readState(runDirectory: string): DaemonState | null {
  let content: string;
  try {
    content = readFileSync(fileIn(runDirectory), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new BenchmarkError('DISK', `Cannot read ${fileIn(runDirectory)}.`, { cause: error });
  }
  try {
    return decodeText(codec, content, 'the note of the daemon');
  } catch {
    // A note that is damaged, or that another version wrote, does not prove that a daemon runs.
    return null;
  }
}
