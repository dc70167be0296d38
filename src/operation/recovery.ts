// `wait-for-recovery`: waits until all shards of an index have been brought to their nodes.
import { millis } from '../units.ts';
import { defineOperation } from './define.ts';
import { entries, member, parseAnswer } from './json-answer.ts';
import { type OperationType, type Outcome, RequestFailure } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type Look, poll, waitLimit } from './polling.ts';
import { readRequestOptions, scriptRequest } from './request-options.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { type Script, scriptOperation } from './script.ts';
import { joinNames } from './target.ts';

/** What was recovered in bytes, and from when to when, in ms since 1970. */
interface Recovered {
  readonly bytes: number;
  readonly start: number;
  readonly stop: number;
}

function readWait(reader: ParamReader): Script {
  const names = reader.requiredNames('index');
  const every = reader.duration('completion-recheck-wait-period', millis(1000), { above: 0 });
  const request = scriptRequest(readRequestOptions(reader), 'GET', `/${joinNames(names)}/_recovery`);
  const what = `the shards of ${names.join(', ')} to be recovered`;
  return retrying(readRetryPolicy(reader), async (session, outcome) => {
    const ending = await poll(session, { request, every, what, look });
    if (ending.state === 'done') tell(ending.value, outcome);
  });
}

function look(body: Buffer): Look<Recovered> {
  const answer = parseAnswer(body);
  if (typeof answer !== 'object' || answer === null)
    throw new RequestFailure('protocol', 'The answer about recoveries is no JSON object.');
  const shards = entries(answer).flatMap(([, index]) => {
    const list = member(index, 'shards');
    return Array.isArray(list) ? list.map((shard: unknown) => shard) : [];
  });
  // The target may not have planned the recovery yet.
  if (shards.length === 0) return { state: 'going on', seen: 'not begun' };
  const done = shards.filter((shard) => member(shard, 'stage') === 'DONE');
  if (done.length < shards.length)
    return { state: 'going on', seen: `with ${done.length} of ${shards.length} shards done` };
  const numbers = (name: string): readonly number[] => done.map((shard) => numberAt(shard, name));
  return {
    state: 'done',
    value: {
      bytes: done.reduce<number>((sum, shard) => sum + recoveredBytes(shard), 0),
      start: numbers('start_time_in_millis').reduce((least, start) => Math.min(least, start)),
      stop: numbers('stop_time_in_millis').reduce((most, stop) => Math.max(most, stop)),
    },
  };
}

const recoveredBytes = (shard: unknown): number =>
  numberAt(member(member(shard, 'index'), 'size'), 'recovered_in_bytes');

function numberAt(value: unknown, name: string): number {
  const found = member(value, name);
  if (typeof found === 'number') return found;
  throw new RequestFailure('protocol', `The answer about recoveries lacks the number "${name}" of a shard.`);
}

function tell({ bytes, start, stop }: Recovered, outcome: Outcome): void {
  outcome.weight = bytes;
  outcome.unit = 'byte';
  // The target tells whole milliseconds, so a small index may have taken 0.
  outcome.throughput = (1000 * bytes) / Math.max(1, stop - start);
  outcome.details = new Map([
    ['start_time_millis', start],
    ['stop_time_millis', stop],
  ]);
}

/**
 * `wait-for-recovery`: one sample is the wait until all shards are recovered. Its weight are the recovered bytes, and
 * its throughput is those over the time from the start of the first recovery to the end of the last one.
 */
export const waitForRecovery: OperationType = defineOperation({
  name: 'wait-for-recovery',
  isAdmin: false,
  runsOnServerless: false,
  read: readWait,
  unit: () => 'byte',
  limit: () => waitLimit,
  create: scriptOperation,
});
