// Tells a process from a later one that got the same id: nothing is ever ended that is not provably ours.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessIdentity {
  readonly processId: number;
  /** When it started, in the words of the system and of this boot; `null` = the system does not say. */
  readonly start: string | null;
}

export const identify = (processId: number): ProcessIdentity => ({ processId, start: startOf(processId) });

/** Is it certainly the same process, and alive? */
export const isSameProcess = ({ processId, start }: ProcessIdentity): boolean => start !== null && startOf(processId) === start;

function startOf(processId: number): string | null {
  try {
    if (process.platform === 'linux') return linuxStart(processId);
    if (process.platform === 'win32') return null;
    const state = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(processId)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return state === '' || state.startsWith('Z') ? null : state.replace(/^\S+\s+/, '');
  } catch {
    // It is gone, or its facts are not for us: then nothing is known about it.
    return null;
  }
}

/** State is the third field of `stat`, the start time the 22nd; the second one is a name in brackets that may hold spaces. */
function linuxStart(processId: number): string | null {
  const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields[18];
  if (state === 'Z' || state === 'X' || ticks === undefined) return null;
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${ticks}`;
}

/** Sends a signal to that very process; `false` if it is gone. */
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

/** Waits until the process is gone; `false` if it still lives after so many ms. It is not our child, so nobody tells us. */
export async function untilGone(identity: ProcessIdentity, patienceMillis: number, onTick: () => void = () => {}): Promise<boolean> {
  const step = 50;
  for (let waited = 0; waited < patienceMillis; waited += step) {
    if (!isSameProcess(identity)) return true;
    await sleep(step);
    onTick();
  }
  return !isSameProcess(identity);
}
