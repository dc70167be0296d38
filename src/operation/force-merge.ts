// `force-merge`: waits for the answer (`blocking`), or for the task that the server makes of the request (`polling`).
import { type Millis, millis } from '../units.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import { type OperationType, RequestFailure, type Session } from './operation.ts';
import type { ParamReader } from './params.ts';
import { encodeName, type RequestOptions, readRequestOptions, scriptRequest } from './request-options.ts';
import { jsonPath, scanBoolean, scanString } from './scan.ts';
import { type Script, scriptOperation } from './script.ts';
import { readWideTarget } from './target.ts';

interface ForceMergeParams {
  readonly target: string;
  readonly maxNumSegments: number | null;
  readonly polling: boolean;
  readonly pollPeriod: Millis;
  readonly options: RequestOptions;
}

const TASK = jsonPath('task');
const COMPLETED = jsonPath('completed');
const ERROR_TYPE = jsonPath('error.type');
const ERROR_REASON = jsonPath('error.reason');

function readForceMerge(reader: ParamReader, facts: ParameterFacts): ForceMergeParams {
  return {
    target: readWideTarget(reader, facts),
    maxNumSegments: readSegments(reader),
    polling: reader.choice('mode', 'blocking', ['blocking', 'polling']) === 'polling',
    pollPeriod: reader.duration('poll-period', millis(10_000), { above: 0 }),
    options: readRequestOptions(reader),
  };
}

/** How many segments are left. 0 counts as not given; -1 is passed on and means that the server decides. */
function readSegments(reader: ParamReader): number | null {
  const segments = reader.integer('max-num-segments', null, { min: -1 });
  return segments === 0 ? null : segments;
}

function forceMergeScript(params: ForceMergeParams): Script {
  const query = new Map<string, string>();
  if (params.maxNumSegments !== null) query.set('max_num_segments', String(params.maxNumSegments));
  if (params.polling) query.set('wait_for_completion', 'false');
  const request = scriptRequest(params.options, 'POST', `/${params.target}/_forcemerge`, { query });
  return async (session) => {
    const reply = await session.request(request);
    if (!params.polling) return;
    const task = scanString(reply.body, TASK);
    if (task === undefined)
      throw new RequestFailure('protocol', 'The answer to a force merge holds no "task" that could be waited for.');
    await waitForTask(params, session, task);
  };
}

async function waitForTask(params: ForceMergeParams, session: Session, task: string): Promise<void> {
  const options: RequestOptions = { ...params.options, query: new Map() };
  const request = scriptRequest(options, 'GET', `/_tasks/${encodeName(task)}`);
  for (;;) {
    const { body } = await session.request(request);
    if (scanBoolean(body, COMPLETED) === true) {
      const error = scanString(body, ERROR_REASON) ?? scanString(body, ERROR_TYPE);
      if (error !== undefined) throw new RequestFailure('protocol', `The force merge failed: ${error}`);
      return;
    }
    await session.sleep(params.pollPeriod);
  }
}

/** `force-merge`: one sample is the whole merge, all polls and the pauses between them included. */
export const forceMerge: OperationType = defineOperation({
  name: 'force-merge',
  isAdmin: true,
  runsOnServerless: false,
  read: readForceMerge,
  create: (params) => scriptOperation(forceMergeScript(params)),
});
