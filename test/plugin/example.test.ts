// The plug-in of docs/plugins.md does what the page says, and stands in it as it is.
// Needs: time.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/package.ts';
import { runPlugin } from './plugin-run.ts';

const DIRECTORY = join(packageRoot, 'examples', 'plugins');
const read = (name: string): string => readFileSync(join(DIRECTORY, name), 'utf8');

test('the page shows the example as it is', () => {
  const page = readFileSync(join(packageRoot, 'docs/plugins.md'), 'utf8');
  assert.deepEqual(
    [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code),
    [read('workload.ts')],
  );
});

test('the example draws titles, warms caches and sends in bursts', async (context) => {
  const { schedule, ...workload } = JSON.parse(read('workload.json')) as { schedule: unknown[] };
  const files = { 'workload.ts': read('workload.ts'), 'titles.txt': read('titles.txt') };
  const { outcome, received } = await runPlugin(context, {
    schedule,
    workload,
    files,
    answer: ({ url }) => [200, url.endsWith('_count') ? { count: 42 } : { took: 1, hits: { hits: [] } }],
  });
  assert.equal(outcome.status, 'success');
  assert.deepEqual(
    received
      .slice(0, 2)
      .map(({ method, url }) => `${method} ${url}`)
      .sort(),
    ['GET /library/_count', 'POST /library/_refresh'],
  );
  const searches = received.slice(2);
  assert.equal(searches.length, 12);
  const titles = read('titles.txt').trim().split('\n');
  for (const { url, body } of searches) {
    assert.equal(url, '/library/_search');
    const { query, size } = JSON.parse(body) as { query: { match: { title: string } }; size: number };
    assert.equal(size, 5);
    assert.ok(titles.includes(query.match.title), body);
  }
  assert.equal(outcome.results.tasks[0]?.throughput?.unit, 'docs/s');
});
