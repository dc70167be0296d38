// Runners, schedulers and workload processors of plug-ins in TypeScript.
// Needs: time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadFiles, runPlugin } from './plugin-run.ts';

const register = (body: string): string =>
  `import type { Registry } from 'opensearch-benchmark';\nexport function register(registry: Registry): void {\n${body}\n}\n`;

const own = (type: string, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  name: type,
  'operation-type': type,
  ...more,
});

test('what a runner returns is its weight and unit, its success, and its details', async (context) => {
  const { outcome, received } = await runPlugin(context, {
    schedule: [
      { operation: own('nothing') },
      { operation: own('pair') },
      { operation: own('all') },
      { operation: own('failing', { index: 'i' }) },
    ],
    files: {
      'workload.ts': register(`
  registry.registerRunner('nothing', async (client) => { await client.request('GET', '/a'); });
  registry.registerRunner('pair', async (client) => { await client.request('GET', '/a'); return [7, 'docs']; });
  registry.registerRunner('all', async (client, params) => {
    const reply = await client.request('post', '/b?x=1', { query: { y: 'a b' }, body: { op: params.name }, headers: { 'x-a': 'b' } });
    return { weight: 3, unit: 'pages', throughput: 12, took: (reply.json() as { took: number }).took };
  });
  registry.registerRunner('failing', async () => ({ success: false, 'error-type': 'mine', 'error-description': 'no luck' }));`),
    },
  });
  assert.equal(outcome.status, 'success');
  assert.deepEqual(
    received.map(({ method, url, body }) => `${method} ${url} ${body}`),
    ['GET /a ', 'GET /a ', 'POST /b?x=1&y=a%20b {"op":"all"}'],
  );
  const units = outcome.results.tasks.map(({ throughput }) => throughput?.unit);
  assert.deepEqual(units.slice(0, 3), ['ops/s', 'docs/s', 'pages/s']);
  assert.equal(outcome.results.tasks[2]?.throughput?.mean, 12);
  const failing = outcome.results.tasks.find(({ task }) => task === 'failing');
  assert.equal(failing?.errorRate, 1);
  assert.deepEqual(
    failing?.errors.map(({ kind, example }) => [kind, example]),
    [['mine', 'no luck']],
  );
});

test('a failed request can be caught; one that is not is the failure of the sample', async (context) => {
  const { outcome } = await runPlugin(context, {
    schedule: [{ operation: own('catches') }, { operation: own('throws') }],
    files: {
      'workload.ts': register(`
  registry.registerRunner('catches', async (client) => {
    try { await client.request('GET', '/x'); } catch (error) { return [(error as { status: number }).status, 'ops']; }
  });
  registry.registerRunner('throws', async (client) => { await client.request('GET', '/x'); });`),
    },
    answer: () => [404, { error: { type: 'index_not_found_exception', reason: 'no such index' } }],
  });
  const [catches, throws] = outcome.results.tasks;
  assert.equal(catches?.errorRate, 0);
  assert.deepEqual(
    throws?.errors.map(({ kind }) => kind),
    ['HTTP 404'],
  );
});

test('a runner that throws is a failed sample of kind plugin, and ends the run with --on-error=abort', async (context) => {
  const settings = {
    schedule: [{ operation: own('broken'), iterations: 3 }],
    files: {
      'workload.js': `export function register(registry) {
  registry.registerRunner('broken', async () => undefined.x);
}`,
    },
  };
  const { outcome } = await runPlugin(context, settings);
  const [task] = outcome.results.tasks;
  assert.deepEqual([outcome.status, task?.errorRate], ['success', 1]);
  assert.match(
    task?.errors[0]?.example ?? '',
    /the runner of "broken" in task "broken" failed: TypeError: .*workload\.js:2\)$/,
  );
  assert.equal(task?.errors[0]?.kind, 'plugin');
  const aborted = await runPlugin(context, { ...settings, onError: 'abort' });
  assert.deepEqual([aborted.outcome.status, aborted.outcome.error?.code], ['failed', 'OPERATION_FAILED']);
});

test('what a plug-in prints is told as such, and is not on the console', async (context) => {
  const { printed } = await runPlugin(context, {
    schedule: [{ operation: own('prints') }, { operation: { ...own('raw-request', { path: '/' }), name: 'after' } }],
    files: {
      'workload.js': `export function register(registry) {
  registry.registerRunner('prints', async () => { console.log('one\\ntwo'); console.error('three'); });
}`,
    },
  });
  assert.deepEqual([...printed].sort(), ['one', 'three', 'two']);
});

test('a runner of a wrong shape is named', async (context) => {
  const { outcome } = await runPlugin(context, {
    schedule: [{ operation: own('odd') }],
    files: {
      'workload.js': `export function register(registry) { registry.registerRunner('odd', async () => 'done'); }`,
    },
  });
  assert.match(outcome.results.tasks[0]?.errors[0]?.example ?? '', /or an object, but returned a string\.$/);
});

test('requests of a runner go out at the same time; its client ends with the limit of the operation', async (context) => {
  const { outcome, received } = await runPlugin(context, {
    schedule: [{ operation: own('many') }, { operation: own('endless', { 'request-timeout': 0.2 }) }],
    files: {
      'workload.js': `export function register(registry) {
  registry.registerRunner('many', async (client) => {
    await Promise.all([1, 2, 3, 4].map((n) => client.request('GET', '/' + n)));
    return { weight: 4 };
  });
  registry.registerRunner('endless', { open: () => ({ run: () => new Promise(() => {}) }) });
}`,
    },
  });
  assert.equal(received.length, 4);
  assert.equal(outcome.status, 'success');
  assert.deepEqual(
    outcome.results.tasks[1]?.errors.map(({ kind }) => kind),
    ['timeout'],
  );
});

test('a runner that decides when it is done runs until then, with the parameters of a source', async (context) => {
  const { received } = await runPlugin(context, {
    schedule: [{ operation: own('until', { 'param-source': 'numbers' }) }],
    files: {
      'workload.ts': register(`
  registry.registerParamSource('numbers', () => { let n = 0; return { params: () => ({ n: n++, big: 10n }) }; });
  registry.registerRunner('until', {
    open: () => {
      let left = 3;
      return {
        completed: false,
        get progress() { return 1 - left / 3; },
        async run(client, params) {
          await client.request('GET', '/' + params.n + '/' + typeof params.big);
          left--;
          Object.assign(this, { completed: left === 0 });
        },
      };
    },
  });`),
    },
  });
  assert.deepEqual(
    received.map(({ url }) => url),
    ['/0/bigint', '/1/bigint', '/2/bigint'],
  );
});

test('a runner replaces an operation type that is built in', async (context) => {
  const { received } = await runPlugin(context, {
    schedule: [{ operation: { 'operation-type': 'refresh', name: 'r' } }],
    files: {
      'workload.ts': register(`
  registry.registerRunner('refresh', async (client) => { await client.request('GET', '/mine'); });`),
    },
  });
  assert.deepEqual(
    received.map(({ url }) => url),
    ['/mine'],
  );
});

test('a simple scheduler gets the rate of its client, a full one hears of each request', async (context) => {
  const { received, outcome } = await runPlugin(context, {
    schedule: [
      {
        operation: own('raw-request', { path: '/simple' }),
        schedule: 'steady',
        clients: 2,
        iterations: 3,
        'target-throughput': 200,
      },
      { operation: own('raw-request', { name: 'full', path: '/full' }), schedule: 'own', iterations: 3, step: 0.01 },
      { operation: own('report') },
    ],
    files: {
      'workload.ts': register(`
  const seen: unknown[] = [];
  registry.registerScheduler('steady', {
    kind: 'simple',
    open: (context, rate) => { seen.push(rate); return { next: (current) => current + 1 / (rate ?? 1) }; },
  });
  registry.registerScheduler('own', {
    kind: 'full',
    open: ({ spec }) => ({
      next: (current) => current + Number(spec.step),
      beforeRequest: (now) => seen.push(typeof now),
      afterRequest: (now, weight, unit, success) => seen.push([weight, unit, success]),
    }),
  });
  registry.registerRunner('report', async (client) => { await client.request('POST', '/report', { body: seen }); });`),
    },
  });
  assert.equal(outcome.status, 'success');
  const times = ['number', [1, 'ops', true]];
  assert.deepEqual(JSON.parse(received.at(-1)?.body ?? ''), [null, null, 100, 100, ...times, ...times, ...times]);
  assert.equal(received.filter(({ url }) => url === '/simple').length, 6);
});

test('a scheduler that gives no time ends the run and is named', async (context) => {
  const { outcome } = await runPlugin(context, {
    schedule: [{ operation: own('raw-request', { path: '/x' }), schedule: 'odd', iterations: 2 }],
    files: {
      'workload.js': `export function register(registry) {
  registry.registerScheduler('odd', { kind: 'simple', open: () => ({ next: () => -1 }) });
}`,
    },
  });
  assert.equal(outcome.error?.code, 'PLUGIN');
  assert.match(outcome.error?.message ?? '', /scheduler "odd" .* must return a number of at least 0, but returned -1/);
});

test('a workload processor changes the rendered workload; what it makes is checked like the file', async (context) => {
  const files = (body: string): Readonly<Record<string, string>> => ({
    'workload.js': `export function register(registry) {
  registry.registerWorkloadProcessor({ onAfterLoadWorkload(workload) { ${body} } });
}`,
  });
  const schedule = [{ operation: own('raw-request', { path: '/x', body: { boost: 1 } }), iterations: 5 }];
  const loaded = await loadFiles(context, {
    schedule,
    files: files('workload.schedule[0].iterations = 2; workload.description = "changed";'),
  });
  const [task] = loaded.testProcedure.schedule;
  assert.deepEqual([loaded.workload.description, task?.kind === 'task' && task.iterations], ['changed', 2]);
  await assert.rejects(loadFiles(context, { schedule, files: files('workload.schedule[0].clients = "many";') }), {
    code: 'WORKLOAD_INVALID',
  });
  await assert.rejects(loadFiles(context, { schedule, files: files('return [];') }), {
    code: 'PLUGIN',
    message: /it must return the workload, or nothing, but returned a list/,
  });
});

test('a workload processor prepares data before the load, below the data directory only', async (context) => {
  const plugin = (path: string): Readonly<Record<string, string>> => ({
    'words.json.gz': '',
    'workload.js': `import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
export function register(registry) {
  registry.registerWorkloadProcessor({
    async onPrepareWorkload(workload, tools) {
      writeFileSync(join(workload.directory, 'words.json.gz'), gzipSync('hello'));
      await tools.download(join(workload.directory, 'words.json.gz'), '${path}');
      await tools.unpack('${path}');
    },
  });
  registry.registerRunner('tell', async (client) => {
    await client.request('POST', '/told', { body: readFileSync(new URL('./copy.json', import.meta.url), 'utf8') });
  });
}`,
  });
  const schedule = [{ operation: own('tell') }];
  const wrong = await runPlugin(context, { schedule, files: plugin('../copy.json.gz') }).catch(
    (error: unknown) => error,
  );
  assert.match(String(wrong), /path "\.\.\/copy\.json\.gz" is not in the data directory/);
  const right = plugin('copy.json.gz');
  const { received } = await runPlugin(context, { schedule, files: right });
  assert.deepEqual(
    received.map(({ body }) => body),
    ['hello'],
  );
});
