// The note of a running daemon in its run directory: who it is, so that stop and status find it and nobody starts a second one.
import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { type Codec, count, decodeText, encodeText, nullable, number, object, oneOf, text } from '../fleet/protocol/codec.ts';
import { writePrivateFile } from '../nats/private-files.ts';
import { isSameProcess, type ProcessIdentity } from '../nats/process-identity.ts';

export interface DaemonState {
  readonly process: ProcessIdentity;
  readonly role: 'coordinator' | 'worker';
  /** `--node-ip` and `--coordinator-ip`, resolved. */
  readonly address: string;
  readonly coordinator: string;
  /** Of the coordinator; 0 = not known yet, or somebody else's NATS. */
  readonly port: number;
  readonly version: string;
  /** Epoch ms. */
  readonly startedAt: number;
  /** How it stands with the coordinator, in words: `joined`, or why not. */
  readonly link: string;
}

const shortText = text(4000);
const codec: Codec<DaemonState> = object<DaemonState>({
  process: object<ProcessIdentity>({ processId: count(), start: nullable(shortText) }),
  role: oneOf('coordinator', 'worker'),
  address: shortText,
  coordinator: shortText,
  port: count(),
  version: shortText,
  startedAt: number,
  link: shortText,
});

const fileIn = (runDirectory: string): string => join(runDirectory, 'daemon.json');

/** The daemon that runs with this configuration; `null` = none. The note of a dead one does not count. */
export function findDaemon(runDirectory: string): DaemonState | null {
  const state = readState(runDirectory);
  return state !== null && isSameProcess(state.process) ? state : null;
}

/** Writes the note of a daemon that starts. Fails with FLEET if one runs already. */
export function claimDaemonState(runDirectory: string, state: DaemonState): void {
  const path = fileIn(runDirectory);
  const draft = `${path}.${state.process.processId}`;
  writePrivateFile(draft, encodeText(codec, state));
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (createLink(draft, path)) return;
      const other = findDaemon(runDirectory);
      if (other !== null) throw alreadyRunning(other);
      removeStale(path, state.process.processId);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new BenchmarkError('FLEET', `Other daemons keep starting in ${runDirectory}.`, { hint: 'Try again.' });
}

export function updateDaemonState(runDirectory: string, state: DaemonState): void {
  writePrivateFile(fileIn(runDirectory), encodeText(codec, state));
}

/** Removes the note; only the daemon's own. */
export function removeDaemonState(runDirectory: string, own: ProcessIdentity): void {
  const state = readState(runDirectory);
  if (state?.process.processId === own.processId && state.process.start === own.start) rmSync(fileIn(runDirectory), { force: true });
}

function alreadyRunning({ process, role, address }: DaemonState): BenchmarkError {
  return new BenchmarkError('FLEET', `The daemon runs already: process ${process.processId}, ${role}, node ${address}.`, {
    hint: 'Stop it with "opensearch-benchmarkd stop", use restart, or give each daemon its own BENCHMARK_HOME.',
  });
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
    // Of another version or damaged: it proves nothing.
    return null;
  }
}

function createLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw new BenchmarkError('DISK', `Cannot write ${path}.`, { cause: error });
  }
}

function removeStale(path: string, processId: number): void {
  const grave = `${path}.stale.${processId}`;
  try {
    renameSync(path, grave);
    rmSync(grave, { force: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
