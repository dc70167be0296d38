// `sleep`: waits, and counts the waiting as service time (spec/3 §4.4).
import { type Millis, millis } from '../units.ts';
import { defineOperation } from './define.ts';
import type { OperationType } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type Script, scriptOperation } from './script.ts';

/** Beyond its duration: a sleep is cut only by an explicit `request-timeout`, not by the client option `timeout`. */
const GRACE = 10_000;

export function readSleep(reader: ParamReader): Millis {
  reader.require('duration');
  return millis(reader.number('duration', 0, { min: 0 }) * 1000);
}

export function sleepScript(duration: Millis): Script {
  return async (session) => {
    const start = session.now();
    await session.sleep(duration);
    session.countAsService(millis(session.now() - start));
  };
}

export const sleep: OperationType = defineOperation({
  name: 'sleep',
  read: readSleep,
  create: (duration) => scriptOperation(sleepScript(duration)),
  limit: (duration) => millis(duration + GRACE),
});
