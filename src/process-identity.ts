// Tells a process from a later one that got the same id, so that only processes that are provably ours are ended.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process, told apart from all others that have or had the same id. */
export interface ProcessIdentity {
  readonly processId: number;
  /**
   * When the process started, in a form that only comparisons for equality may use; `null` = the system does not say.
   */
  readonly start: string | null;
}

/** The identity of the process that has the id now. */
export function identify(processId: number): ProcessIdentity {
  const start = startOf(processId);
  return { processId, start: start === ENDED ? null : start };
}

/** Is it certainly the same process, and alive? */
export const isSameProcess = ({ processId, start }: ProcessIdentity): boolean =>
  start !== null && startOf(processId) === start;

/**
 * Whether the process may be alive: there is one of its id, and the system does not say that it is another one. Unlike
 * {@link isSameProcess} this is also true where nothing is known of processes but that they exist.
 */
export function mayBeAlive({ processId, start }: ProcessIdentity): boolean {
  if (!exists(processId)) return false;
  const now = startOf(processId);
  if (now === ENDED) return false;
  return start === null || now === null || now === start;
}

function exists(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // A process of another user cannot be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** In place of a start: the process has ended, and only its parent has not asked how. */
const ENDED = 'ended';

function startOf(processId: number): string | null {
  try {
    if (process.platform === 'linux') return linuxStart(processId);
    if (process.platform === 'win32') return null;
    const state = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(processId)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    if (state.startsWith('Z')) return ENDED;
    return state === '' ? null : state.replace(/^\S+\s+/, '');
  } catch {
    // The process is gone, or this user may not read about it: then nothing is known about it.
    return null;
  }
}

/**
 * The boot id and the start time of the process. The state is the third field of `stat` and the start time the 22nd.
 * The second one is a name in brackets that may hold spaces, so the fields are counted from behind it.
 */
function linuxStart(processId: number): string | null {
  const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields[18];
  if (state === 'Z' || state === 'X') return ENDED;
  if (ticks === undefined) return null;
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${ticks}`;
}

/** Sends a signal to exactly this process; `false` if it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isSameProcess(identity)) return false;
  try {
    process.kill(identity.processId, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

/**
 * Waits until the process is gone; `false` if it still lives after `patienceMillis`. The system reports the end of a
 * process to its parent only, so this polls, and calls `onTick` after each look.
 */
export async function untilGone(
  identity: ProcessIdentity,
  patienceMillis: number,
  onTick: () => void = () => {},
): Promise<boolean> {
  const step = 50;
  for (let waited = 0; waited < patienceMillis; waited += step) {
    if (!isSameProcess(identity)) return true;
    await sleep(step);
    onTick();
  }
  return !isSameProcess(identity);
}
