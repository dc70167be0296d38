// An operation type: clears the caches of indices. One sample is one request.
import { defineOperation } from '../../src/operation/define.ts';
import type { OperationType } from '../../src/operation/operation.ts';
import { readRequestOptions, scriptRequest } from '../../src/operation/request-options.ts';
import { scriptOperation } from '../../src/operation/script.ts';
import { readIndex } from '../../src/operation/target.ts';

/** `clear-cache`: its parameters are `index` (default all) and those that every request has. */
export const clearCache: OperationType = defineOperation({
  name: 'clear-cache',
  isAdmin: true,
  runsOnServerless: false,
  read: (reader) => scriptRequest(readRequestOptions(reader), 'POST', `/${readIndex(reader, '_all')}/_cache/clear`),
  create: (request) =>
    scriptOperation(async (session) => {
      await session.request(request);
    }),
});
