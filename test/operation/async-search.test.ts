import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, play, type Server } from './play.ts';

const submit = (name: string, more: object = {}) => ({
  'operation-type': 'submit-async-search',
  name,
  body: { size: 0 },
  ...more,
});
const get = (names: readonly string[], more: object = {}) => ({
  'operation-type': 'get-async-search',
  'retrieve-results-for': names,
  ...more,
});
const drop = (names: string) => ({ 'operation-type': 'delete-async-search', 'delete-results-for': names });
const response = { took: 12, timed_out: false, hits: { total: { value: 7, relation: 'eq' } } };

/** Search `b` has ended before its submission is answered; `a` runs until it was asked for twice. */
function cluster(): Server {
  let asked = 0;
  return ({ method, path }) => {
    if (method === 'POST')
      return { body: path.startsWith('/b') ? { state: 'SUCCEEDED' } : { id: 'A/1', state: 'RUNNING' } };
    if (method === 'DELETE') return { body: { acknowledged: true } };
    return { body: ++asked < 3 ? { id: 'A/1', state: 'RUNNING' } : { id: 'A/1', state: 'STORE_RESIDENT', response } };
  };
}

test('searches are submitted, asked for until they have ended, and deleted, by the names of their parts', async () => {
  const requests = [
    submit('first', { index: 'a', 'request-params': { wait_for_completion_timeout: '1ms', keep_on_completion: true } }),
    submit('second', { index: 'b' }),
    get(['first', 'second'], { 'retry-wait-period': 0.1 }),
    drop('first, second'),
  ];
  const { stage, outcome, error } = await play('composite', { requests }, cluster());
  assert.deepEqual([error, outcome.success, stage.retries], [undefined, true, 2]);
  assert.deepEqual(lines(stage.requests), [
    'POST /a/_plugins/_asynchronous_search?wait_for_completion_timeout=1ms&keep_on_completion=true {"size":0}',
    'POST /b/_plugins/_asynchronous_search {"size":0}',
    ...Array.from({ length: 3 }, () => 'GET /_plugins/_asynchronous_search/A%2F1'),
    'DELETE /_plugins/_asynchronous_search/A%2F1',
  ]);
  assert.deepEqual(
    stage.parts.map(({ type, serviceTime }) => [type, serviceTime]),
    [
      ['submit-async-search', 0],
      ['submit-async-search', 0],
      ['get-async-search', 200],
      ['delete-async-search', 0],
    ],
  );
});

const failures: readonly (readonly [string, readonly object[], Server, RegExp])[] = [
  ['a search that nobody submitted', [get(['x'])], cluster(), /There is no asynchronous search "x" yet/],
  [
    'a search that was deleted',
    [submit('x', { index: 'a' }), drop('x'), drop('x')],
    cluster(),
    /"x" yet, or it was deleted/,
  ],
  [
    'a search that fails',
    [submit('x', { index: 'a' }), get(['x'])],
    ({ method }) => ({
      body:
        method === 'POST' ? { id: 'i', state: 'RUNNING' } : { state: 'FAILED', error: { type: 't', reason: 'why' } },
    }),
    /The search "x" failed: t: why/,
  ],
  [
    'a search that fails at once',
    [submit('x', { index: 'a' })],
    () => ({ body: { state: 'FAILED' } }),
    /The search "x" failed: no reason given/,
  ],
  [
    'an answer that is none',
    [submit('x', { index: 'a' })],
    () => ({ body: 'oops' }),
    /submission of "x" holds no "state"/,
  ],
  [
    'searches that shall be asked for once only',
    [submit('x', { index: 'a' }), get(['x'], { 'retry-until-success': false })],
    cluster(),
    /1 of 1 searches are still running/,
  ],
];
for (const [what, requests, server, expected] of failures) {
  test(`${what}: the composite fails and says so`, async () => {
    const { error } = await play('composite', { requests }, server);
    assert.match(String(error), expected);
  });
}
