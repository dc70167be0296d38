// `sleep`: waits, and counts the wait as service time.
import { type Millis, millis } from '../units.ts';
import { defineOperation } from './define.ts';
import type { OperationType } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type Script, scriptOperation } from './script.ts';

/**
 * Ms beyond its duration that a sleep may take. So only an explicit `request-timeout` cuts it short, never the client
 * option `timeout`.
 */
const GRACE = 10_000;

/** Reads `duration`, which workloads give in seconds. */
export function readSleep(reader: ParamReader): Millis {
  reader.require('duration');
  return reader.duration('duration', millis(0), { min: 0 });
}

/** Waits, and counts the wait as service time. */
export function sleepScript(duration: Millis): Script {
  return async (session) => {
    const start = session.now();
    await session.sleep(duration);
    session.countAsService(millis(session.now() - start));
  };
}

/** `sleep`: one sample is one wait of `duration` seconds, without any request. */
export const sleep: OperationType = defineOperation({
  name: 'sleep',
  isAdmin: true,
  runsOnServerless: true,
  read: readSleep,
  create: (duration) => scriptOperation(sleepScript(duration)),
  limit: (duration) => millis(duration + GRACE),
});
