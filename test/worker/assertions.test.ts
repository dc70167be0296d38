// Assertions hold for operations of every type, and a violated one ends the run.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

const server = createServer((request, response) => {
  request.resume();
  const isHealth = request.url?.startsWith('/_cluster/health') === true;
  response.setHeader('content-type', 'application/json');
  response.end(isHealth ? '{"status":"yellow","relocating_shards":2,"unassigned_shards":1}' : '{}');
});
before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(() => server.close());

const assertion = (property: string, condition: string, value: unknown) => ({ property, condition, value });

async function run(type: string, params: object, checksAssertions = true) {
  const { error, tasks } = await drive({
    targetHosts: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    schedule: [task('t', type, { ...params })],
    checksAssertions,
  });
  return { message: error instanceof Error ? error.message : null, errors: tasks.get('t')?.errors ?? [] };
}

test('what is asserted of an operation of several requests or of one holds, or ends the run', async () => {
  const yellow = [assertion('cluster-status', '==', 'yellow'), assertion('relocating-shards', '>=', 2)];
  assert.equal((await run('cluster-health', { assertions: yellow })).message, null);
  const green = await run('cluster-health', { assertions: [assertion('cluster-status', '==', 'green')] });
  assert.match(green.message ?? '', /"t" failed .*: assertion: Expected cluster-status == green, but it was yellow\./);
  assert.deepEqual(
    green.errors.map(({ kind, count }) => [kind, count]),
    [['assertion', 1]],
  );
  const missing = await run('raw-request', { path: '/', assertions: [assertion('hits', '>', 0)] });
  assert.match(missing.message ?? '', /Expected hits > 0, but it was missing\./);
});

test('every operation tells its weight, its unit and its success', async () => {
  const facts = [assertion('weight', '==', 1), assertion('unit', '==', 'ops'), assertion('success', '==', true)];
  assert.equal((await run('raw-request', { path: '/', assertions: facts })).message, null);
  assert.equal((await run('refresh', { assertions: facts })).message, null);
  const health = { 'request-params': { wait_for_status: 'green', wait_for_nodes: '1' } };
  const failed = await run('cluster-health', { ...health, assertions: facts });
  assert.match(failed.message ?? '', /Expected success == true, but it was false\./);
  const expected = await run('cluster-health', { ...health, assertions: [assertion('success', '==', false)] });
  assert.equal(expected.message, null);
  assert.deepEqual(
    expected.errors.map(({ kind }) => kind),
    ['cluster-health'],
  );
});

test('without --enable-assertions nothing is checked', async () => {
  const { message, errors } = await run('refresh', { assertions: [assertion('weight', '==', 5)] }, false);
  assert.deepEqual([message, errors], [null, []]);
});
