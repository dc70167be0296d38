// Snapshots: their repositories, taking one, waiting until it is complete, and restoring it.
import { type Millis, millis } from '../units.ts';
import { defineOperation } from './define.ts';
import { member, parseAnswer } from './json-answer.ts';
import { oneRequest } from './one-request.ts';
import type { OperationType, Outcome } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type Look, poll, waitLimit } from './polling.ts';
import { encodeName, readRequestOptions, scriptRequest } from './request-options.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { type Script, scriptOperation } from './script.ts';

const WAIT_FOR_COMPLETION = [
  { parameter: 'wait-for-completion', name: 'wait_for_completion', fallback: 'false' },
] as const;

/** `create-snapshot-repository`: registers the repository that `body` describes. */
export const createSnapshotRepository: OperationType = oneRequest('create-snapshot-repository', {
  method: 'PUT',
  path: '/_snapshot/{repository}',
  body: 'mandatory',
  runsOnServerless: false,
});

/** `delete-snapshot-repository`: forgets a repository. */
export const deleteSnapshotRepository: OperationType = oneRequest('delete-snapshot-repository', {
  method: 'DELETE',
  path: '/_snapshot/{repository}',
  body: 'none',
  runsOnServerless: false,
});

/** `create-snapshot`: begins a snapshot, and waits for its end only with `wait-for-completion`. */
export const createSnapshot: OperationType = oneRequest('create-snapshot', {
  method: 'PUT',
  path: '/_snapshot/{repository}/{snapshot}',
  body: 'mandatory',
  queries: WAIT_FOR_COMPLETION,
  runsOnServerless: false,
});

/** `restore-snapshot`: begins to restore a snapshot, and waits for the end only with `wait-for-completion`. */
export const restoreSnapshot: OperationType = oneRequest('restore-snapshot', {
  method: 'POST',
  path: '/_snapshot/{repository}/{snapshot}/_restore',
  body: 'optional',
  queries: WAIT_FOR_COMPLETION,
  runsOnServerless: false,
});

/** The size of a complete snapshot in bytes, and how long the target took for it. */
interface CompleteSnapshot {
  readonly size: number;
  readonly files: number;
  readonly start: number;
  readonly duration: Millis;
}

const ENDED_BADLY: readonly unknown[] = ['FAILED', 'PARTIAL', 'ABORTED', 'INCOMPATIBLE'];

const IN_PROGRESS = 'IN_PROGRESS';

function readWait(reader: ParamReader): Script {
  const repository = reader.requiredString('repository');
  const snapshot = reader.requiredString('snapshot');
  const every = reader.duration('completion-recheck-wait-period', millis(1000), { above: 0 });
  const path = `/_snapshot/${encodeName(repository)}/${encodeName(snapshot)}`;
  const options = readRequestOptions(reader);
  const query = new Map([['ignore_unavailable', 'true']]);
  const status = scriptRequest(options, 'GET', `${path}/_status`, { query });
  const entry = scriptRequest(options, 'GET', path, { query });
  const name = `snapshot "${snapshot}" in repository "${repository}"`;
  const what = `${name} to be complete`;
  return retrying(readRetryPolicy(reader), async (session, outcome) => {
    const ending = await poll(session, { request: status, every, what, look: look.bind(null, name) });
    if (ending.state === 'done') {
      await poll(session, { request: entry, every, what, look: lookForEntry });
      tell(ending.value, outcome);
    } else outcome.failWhole('snapshot', ending.reason);
  });
}

/**
 * The status is `SUCCESS` as soon as all shards are written. The repository knows the snapshot a moment later, and only
 * from then on can it be restored.
 */
function lookForEntry(body: Buffer): Look<null> {
  const snapshots = member(parseAnswer(body), 'snapshots');
  const isWritten = !Array.isArray(snapshots) || member(snapshots[0], 'state') !== IN_PROGRESS;
  return isWritten ? { state: 'done', value: null } : { state: 'going on', seen: 'being entered in the repository' };
}

function look(what: string, body: Buffer): Look<CompleteSnapshot> {
  const snapshots = member(parseAnswer(body), 'snapshots');
  const status = Array.isArray(snapshots) ? (snapshots[0] as unknown) : undefined;
  if (status === undefined) return { state: 'failed', reason: `There is no ${what}.` };
  const state = member(status, 'state');
  const shards = member(status, 'shards_stats');
  const count = (name: string): number => numberAt(member(shards, name));
  const shardText = `${count('done')} of ${count('total')} shards done, ${count('failed')} failed`;
  if (ENDED_BADLY.includes(state))
    return { state: 'failed', reason: `The ${what} ended as ${String(state)}: ${shardText}.` };
  if (state !== 'SUCCESS') return { state: 'going on', seen: `as ${String(state)}, ${shardText}` };
  const stats = member(status, 'stats');
  const total = member(stats, 'total');
  return {
    state: 'done',
    value: {
      size: numberAt(member(total, 'size_in_bytes')),
      files: numberAt(member(total, 'file_count')),
      start: numberAt(member(stats, 'start_time_in_millis')),
      duration: millis(numberAt(member(stats, 'time_in_millis'))),
    },
  };
}

const numberAt = (value: unknown): number => (typeof value === 'number' ? value : 0);

function tell({ size, files, start, duration }: CompleteSnapshot, outcome: Outcome): void {
  outcome.weight = size;
  outcome.unit = 'byte';
  // The target tells whole milliseconds, so a snapshot of nothing may have taken 0.
  outcome.throughput = (1000 * size) / Math.max(1, duration);
  outcome.details = new Map([
    ['start_time_millis', start],
    ['stop_time_millis', start + duration],
    ['duration', duration],
    ['file_count', files],
  ]);
}

/**
 * `wait-for-snapshot-create`: one sample is the wait until the snapshot is complete. Its weight are the bytes of the
 * snapshot, and its throughput is what the target says about size and time.
 */
export const waitForSnapshotCreate: OperationType = defineOperation({
  name: 'wait-for-snapshot-create',
  isAdmin: false,
  runsOnServerless: false,
  read: readWait,
  unit: () => 'byte',
  limit: () => waitLimit,
  create: scriptOperation,
});
