// `cluster-health`: a success if the cluster is at least as healthy as `wait_for_status` says.
import { defineOperation } from './define.ts';
import { healthState } from './health-state.ts';
import type { OperationType, Outcome } from './operation.ts';
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

function readClusterHealth(reader: ParamReader): Script {
  const options = readRequestOptions(reader);
  const index = readIndex(reader, '');
  const wanted = options.query.get('wait_for_status')?.toLowerCase() ?? 'unknown';
  const withoutRelocation = !['false', undefined].includes(
    options.query.get('wait_for_no_relocating_shards')?.toLowerCase(),
  );
  const request = scriptRequest(options, 'GET', `/_cluster/health${index === '' ? '' : `/${index}`}`, {
    body: reader.body('body'),
  });
  return retrying(readRetryPolicy(reader), async (session, outcome) => {
    const { body } = await session.request(request);
    judge(outcome, body, wanted, withoutRelocation);
  });
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
  create: scriptOperation,
});
