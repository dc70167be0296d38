// `cluster-health`: a success if the cluster is at least as healthy as `wait_for_status` says.
import { defineOperation } from './define.ts';
import { whyNeverGreen } from './green-outlook.ts';
import { healthState } from './health-state.ts';
import { type OperationType, Outcome, type ScriptRequest } from './operation.ts';
import type { ParamReader } from './params.ts';
import { readRequestOptions, scriptRequest } from './request-options.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { jsonPath, scanNumber, scanString } from './scan.ts';
import { type Script, scriptOperation } from './script.ts';
import { readIndex } from './target.ts';

const STATUS = jsonPath('status');
const RELOCATING_SHARDS = jsonPath('relocating_shards');
const LEVELS = ['red', 'yellow', 'green'];
const UNKNOWN = -1;

interface HealthParams {
  readonly script: Script;
  /** Whether it is watched if the cluster can become green at all. */
  readonly isWatched: boolean;
}

function readClusterHealth(reader: ParamReader): HealthParams {
  const options = readRequestOptions(reader);
  const index = readIndex(reader, '');
  const wanted = options.query.get('wait_for_status')?.toLowerCase() ?? 'unknown';
  const withoutRelocation = !['false', undefined].includes(
    options.query.get('wait_for_no_relocating_shards')?.toLowerCase(),
  );
  const path = `/_cluster/health${index === '' ? '' : `/${index}`}`;
  const request = scriptRequest(options, 'GET', path, { body: reader.body('body') });
  const script = retrying(readRetryPolicy(reader), async (session, outcome) => {
    const { body } = await session.request(request);
    judge(outcome, body, wanted, withoutRelocation);
  });
  const isWatched = wanted === 'green' && !options.query.has('wait_for_nodes');
  const byIndex = { ...options, query: new Map([['level', 'indices']]) };
  return { isWatched, script: isWatched ? watched(script, scriptRequest(byIndex, 'GET', path)) : script };
}

/** The wait for a healthy cluster, which ends at once if it would be in vain. */
function watched(wait: Script, question: ScriptRequest): Script {
  return async (session, outcome) => {
    // The wait goes on until the session ends even if it is in vain, so it must not write into the outcome.
    const own = new Outcome();
    const waiting = wait(session, own).then(() => null);
    const watcher = session.fork();
    const watching = whyNeverGreen(watcher, question).catch(() => waiting);
    try {
      const reason = await Promise.race([waiting, watching]);
      if (reason === null) Object.assign(outcome, own);
      else outcome.fail('cluster-health', reason);
    } finally {
      watcher.release();
      waiting.catch(() => undefined);
    }
  };
}

function judge(outcome: Outcome, body: Buffer, wanted: string, withoutRelocation: boolean): void {
  const status = scanString(body, STATUS)?.toLowerCase() ?? 'unknown';
  const relocatingShards = scanNumber(body, RELOCATING_SHARDS) ?? 0;
  outcome.details = new Map<string, string | number>([
    ['cluster-status', status],
    ['relocating-shards', relocatingShards],
  ]);
  const isBelow = levelOf(status) < levelOf(wanted);
  if (!isBelow && !(withoutRelocation && relocatingShards > 0)) return;
  const lacking = isBelow ? wanted : 'without relocating shards';
  outcome.fail('cluster-health', `The cluster is not ${lacking}: ${healthState(body)}.`);
}

/** The order of the levels: unknown < red < yellow < green. */
function levelOf(status: string): number {
  const level = LEVELS.indexOf(status);
  return level === -1 ? UNKNOWN : level;
}

/** `cluster-health`: one sample is one request, repeated as `retry-…` parameters say until the cluster is healthy. */
export const clusterHealth: OperationType = defineOperation({
  name: 'cluster-health',
  isAdmin: true,
  runsOnServerless: false,
  read: readClusterHealth,
  concurrency: ({ isWatched }) => (isWatched ? 2 : 1),
  create: ({ script }) => scriptOperation(script),
});
