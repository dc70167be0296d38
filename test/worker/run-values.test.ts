// What one operation leaves behind reaches the clients of all threads with the next step.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

test('the id of a model that a client of one thread registered is known to the clients of all threads', async (context) => {
  const deployed: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    const path = request.url ?? '';
    if (path.endsWith('_deploy')) deployed.push(path);
    const answer = path.endsWith('_search')
      ? { hits: { hits: [] } }
      : path.includes('/tasks/')
        ? { state: 'COMPLETED', model_id: 'M1' }
        : { task_id: 't' };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.closeAllConnections());
  context.after(() => server.close());
  const { error, tasks } = await drive({
    targetHosts: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cores: 2,
    schedule: [
      task('register', 'register-ml-model', { 'model-name': 'm' }),
      task('deploy', 'deploy-ml-model', {}, { clients: 2 }),
    ],
  });
  assert.equal(error, null);
  assert.deepEqual(tasks.get('deploy')?.errors, []);
  assert.deepEqual(deployed, Array(2).fill('/_plugins/_ml/models/M1/_deploy'));
});
