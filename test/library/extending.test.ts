// The examples of docs/extending.md do what they say, and stand in the page as they are.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { clearCache } from '../../examples/extending/operation-type.ts';
import { borrowed } from '../../examples/extending/pipeline.ts';
import { MemorySink } from '../../examples/extending/result-sink.ts';
import { jsonLines } from '../../examples/extending/summary-format.ts';
import { segments } from '../../examples/extending/telemetry-device.ts';
import { lineTransport } from '../../examples/extending/transport.ts';
import { runTest } from '../../src/coordinator/run.ts';
import { parseTargets } from '../../src/http/targets.ts';
import { packageRoot } from '../../src/package.ts';
import { floatValue } from '../../src/report/row.ts';
import { startFakeOpenSearch } from '../e2e/fake-opensearch.ts';
import { task, workloadOf } from '../support/small-model.ts';

test('the page shows the examples as they are', () => {
  const page = readFileSync(join(packageRoot, 'docs/extending.md'), 'utf8');
  const shown = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  const names = ['operation-type', 'telemetry-device', 'summary-format', 'result-sink', 'pipeline', 'transport'];
  assert.deepEqual(
    shown,
    names.map((name) => readFileSync(join(packageRoot, `examples/extending/${name}.ts`), 'utf8')),
  );
});

test('a pipeline, a device and a sink of one run', async () => {
  const cluster = await startFakeOpenSearch((request, response) => {
    if (request.url?.startsWith('/_stats/segments') !== true) return false;
    response.setHeader('content-type', 'application/json').end('{"_all":{"primaries":{"segments":{"count":7}}}}');
    return true;
  });
  const returned: string[] = [];
  const lender = {
    borrow: async () => ({ hosts: cluster.host, size: 'small' }),
    giveBack: async (hosts: string) => void returned.push(hosts),
  };
  const workload = workloadOf([task('ping', 'raw-request', { path: '/ping' }, {})]);
  const [testProcedure] = workload.testProcedures;
  assert.ok(testProcedure !== undefined);
  const sink = new MemorySink();
  const { targets } = await parseTargets({ targetHosts: '127.0.0.1:1' });
  await runTest({
    load: {
      targets,
      workload: { workload, testProcedure, notices: [], params: new Map(), plugin: null },
      pipeline: borrowed(lender),
      cores: 1,
    },
    results: { telemetry: [segments], sinks: [sink] },
  });
  await cluster.close();
  assert.deepEqual(returned, [cluster.host]);
  assert.deepEqual([sink.latest?.pipeline, sink.latest?.clusterConfig], ['borrowed', ['small']]);
  assert.deepEqual([sink.latest?.results?.cluster.segmentCount, sink.latest?.results?.tasks[0]?.requests], [7, 1]);
});

test('a format and an operation type', () => {
  const row = { metric: 'error rate', task: 'a', value: floatValue(0.5), unit: '%' };
  assert.equal(jsonLines.render([row], 'right'), '{"metric":"error rate","task":"a","value":0.5,"unit":"%"}\n');
  const params = new Map([['index', 'logs-*']]);
  const spec = { name: 'clear', type: 'clear-cache', params };
  assert.deepEqual(clearCache.check(spec, workloadOf([])), []);
  assert.equal(clearCache.check({ ...spec, params: new Map([['index', 7]]) }, workloadOf([])).length, 1);
});

test('a transport', async () => {
  const server = createServer((socket) => {
    socket.on('data', (line) => socket.write(line.toString() === 'bad\n' ? 'error: bad\n' : 'ok\n'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const told: string[] = [];
  await new Promise<void>((resolve) => {
    const lines = ['good\n', 'bad\n'];
    const next = (): void => {
      const line = lines.shift();
      if (line !== undefined) wire.send(Buffer.from(line), { isHead: false }, 'all');
      else {
        wire.destroy();
        resolve();
      }
    };
    const wire = lineTransport([`127.0.0.1:${address.port}`]).connect(0, {
      onOpen: next,
      needsWholeBody: () => true,
      onAnswer: ({ status, refusal }) => {
        told.push(`${status} ${refusal?.description ?? ''}`);
        next();
      },
      onFailure: ({ message }) => assert.fail(message),
      onIdleClose: () => assert.fail('closed'),
    });
    wire.open();
    told.push('opening');
  });
  server.close();
  assert.deepEqual(told, ['opening', '200 ', '500 error: bad']);
});
