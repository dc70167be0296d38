// `refresh`: makes documents that were indexed visible to searches.
import { defineOperation } from './define.ts';
import type { OperationType } from './operation.ts';
import { readRequestOptions, scriptRequest } from './request-options.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { scriptOperation } from './script.ts';
import { readIndex } from './target.ts';

/** `refresh`: one sample is one request for all chosen indices. */
export const refresh: OperationType = defineOperation({
  name: 'refresh',
  isAdmin: true,
  runsOnServerless: false,
  read(reader) {
    const request = scriptRequest(readRequestOptions(reader), 'POST', `/${readIndex(reader, '_all')}/_refresh`);
    return retrying(readRetryPolicy(reader), async (session) => {
      await session.request(request);
    });
  },
  create: scriptOperation,
});
