import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, ONE_INDEX, play, type Server } from './play.ts';

const raw = (path: string, more: object = {}) => ({
  'operation-type': 'raw-request',
  name: path.slice(1),
  path,
  ...more,
});
/** The delay is in the path: `/a100` takes 100 ms. */
const server: Server = (request) => ({ delay: Number(/\d+/.exec(request.path)?.[0] ?? 0) });

test('plain parts run one after another, on the session itself', async () => {
  const { stage, outcome } = await play(
    'composite',
    { requests: [raw('/a100'), { 'operation-type': 'sleep', duration: 0.05 }, raw('/b20')] },
    server,
  );
  assert.deepEqual(stage.log, ['0 GET /a100', '100 sleep 50', '150 GET /b20']);
  assert.equal(stage.forks, 0);
  assert.deepEqual(stage.parts, [
    { operation: 'a100', type: 'raw-request', serviceTime: 100 },
    { operation: 'sleep', type: 'sleep', serviceTime: 50 },
    { operation: 'b20', type: 'raw-request', serviceTime: 20 },
  ]);
  assert.deepEqual([outcome.weight, outcome.unit, outcome.success], [1, 'ops', true]);
});

test('streams run side by side, and the next plain part waits for all of them', async () => {
  const requests = [
    raw('/a10'),
    { stream: [raw('/b30'), raw('/c30')] },
    { stream: [raw('/d50')] },
    raw('/e5'),
    { stream: [raw('/f10')] },
  ];
  const { stage } = await play('composite', { requests }, server);
  assert.deepEqual(stage.log, ['0 GET /a10', '10 GET /b30', '10 GET /d50', '40 GET /c30', '70 GET /e5', '75 GET /f10']);
  assert.deepEqual([stage.forks, stage.released], [3, 3]);
  assert.equal(stage.time, 1085);
});

test('streams may hold streams', async () => {
  const requests = [
    { stream: [{ stream: [raw('/a20')] }, { stream: [raw('/b10')] }, raw('/c10')] },
    { stream: [raw('/d5')] },
  ];
  const { stage } = await play('composite', { requests }, server);
  assert.deepEqual(stage.log, ['0 GET /a20', '0 GET /b10', '0 GET /d5', '20 GET /c10']);
});

test('max-connections bounds what runs at the same time in the whole composite, and waiting is no service time', async () => {
  const requests = [{ stream: [raw('/a20')] }, { stream: [raw('/b20')] }, { stream: [raw('/c20'), raw('/d20')] }];
  const { stage } = await play('composite', { requests, 'max-connections': 2 }, server);
  assert.deepEqual(stage.log, ['0 GET /a20', '0 GET /b20', '20 GET /c20', '40 GET /d20']);
  assert.deepEqual(
    stage.parts.map((part) => part.serviceTime),
    [20, 20, 20, 20],
  );
});

test('a part that fails ends the streams that run, and the composite', async () => {
  const requests = [{ stream: [raw('/bad10')] }, { stream: [raw('/slow500'), raw('/never')] }, raw('/never')];
  const { stage, error } = await play('composite', { requests }, (request) => ({
    ...server(request, 0),
    status: request.path === '/bad10' ? 500 : 200,
  }));
  assert.match(String(error), /HTTP 500/);
  assert.deepEqual(stage.log, ['0 GET /bad10', '0 GET /slow500']);
  assert.equal(stage.time, 1010, 'nobody waits for the slow one');
});

test('points in time are shared by name within one execution, and never beyond it', async () => {
  const search = {
    'operation-type': 'paginated-search',
    name: 'read',
    body: { sort: ['id'] },
    pages: 2,
    'results-per-page': 1,
    'with-point-in-time-from': 'open',
    'request-params': { preference: 'x', routing: 'y', z: 1 },
  };
  const requests = [
    { 'operation-type': 'create-point-in-time', name: 'open', index: 'logs', 'keep-alive': '5m' },
    search,
    { 'operation-type': 'list-all-point-in-time' },
    { 'operation-type': 'delete-point-in-time', 'with-point-in-time-from': 'open' },
  ];
  const answers = [
    { pit_id: 'P0' },
    { pit_id: 'P1', hits: { hits: [{ sort: [4] }] } },
    { pit_id: 'P2', hits: { hits: [{ sort: [5] }] } },
    { pits: [] },
    { pits: [] },
  ];
  const { stage, error } = await play(
    'composite',
    { requests },
    (_request, count) => ({ body: answers[count - 1] }),
    ONE_INDEX,
  );
  assert.equal(error, undefined);
  assert.deepEqual(lines(stage.requests), [
    'POST /logs/_search/point_in_time?keep_alive=5m',
    'GET /_search?z=1 {"sort":["id"],"size":1,"pit":{"id":"P0","keep_alive":"1m"}}',
    'GET /_search?z=1 {"sort":["id"],"size":1,"search_after":[4],"pit":{"id":"P1","keep_alive":"1m"}}',
    'GET /_search/point_in_time/_all',
    'DELETE /_search/point_in_time {"pit_id":["P2"]}',
  ]);
  const without = await play('composite', { requests: [search] });
  assert.match(String(without.error), /There is no point in time "open"/);
});

test('searches of all forms are parts', async () => {
  const requests = [
    { 'operation-type': 'search', body: { size: 0 }, 'results-per-page': 3, cache: false },
    { 'operation-type': 'search', body: {}, pages: 1, 'results-per-page': 2 },
    raw('/x', { method: 'post', body: 'text', ignore: [404] }),
  ];
  const { stage, error } = await play(
    'composite',
    { requests },
    (request) => (request.path === '/x' ? { status: 404 } : { body: { _scroll_id: 's', hits: { hits: [] } } }),
    ONE_INDEX,
  );
  assert.equal(error, undefined);
  assert.deepEqual(lines(stage.requests), [
    'GET /logs/_search?request_cache=false {"size":3}',
    'GET /logs/_search?sort=_doc&scroll=10s&size=2 {}',
    'DELETE /_search/scroll {"scroll_id":["s"]}',
    'POST /x text',
  ]);
});
