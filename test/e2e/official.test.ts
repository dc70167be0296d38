// The command that runs all test procedures of a checkout, with a checkout of two small workloads.
// Needs: a JDK.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sharedOpenSearch } from '../../scripts/opensearch.ts';
import { packageRoot } from '../../src/package.ts';

const checkout = join(packageRoot, 'test', 'fixtures', 'official');

describe('npm run official', () => {
  let server: Awaited<ReturnType<typeof sharedOpenSearch>>;
  before(async () => {
    server = await sharedOpenSearch();
  });
  after(() => server.stop());

  const official = (...words: readonly string[]): { code: number | null; stdout: string; stderr: string } => {
    const program = join(packageRoot, 'dist', 'scripts', 'official-workloads.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };

  it('makes documents that a strict mapping takes and that the queries find', async () => {
    const target = `--server=127.0.0.1:${server.port}`;
    const { code, stdout, stderr } = official(checkout, '--only=shop/search', target, '--json');
    assert.equal(code, 0, `${stdout}${stderr}`);
    const [row] = JSON.parse(stdout);
    assert.deepEqual(
      [row.workload, row.procedure, row.isRendered, row.outcome.kind, row.outcome.figures.documents],
      ['shop', 'search', true, 'run', 1000],
    );
    assert.deepEqual([row.outcome.figures.errors, row.outcome.figures.failures], [0, []]);
    const filter = [{ range: { sold: { gte: '2021-03-01 00:00:00' } } }, { term: { 'name.raw': 'anvil' } }];
    const answer = await fetch(`${server.url}/products/_count`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: { bool: { filter } } }),
    });
    const { count } = (await answer.json()) as { readonly count: number };
    assert.ok(count > 50, `${count} documents are found`);
  });

  it('names what failed and what cannot be rendered, and fails', () => {
    const { code, stdout, stderr } = official(checkout, `--server=127.0.0.1:${server.port}`);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^broken +no +FAILED/m);
    assert.match(stdout, /^broken: WORKLOAD_SYNTAX: /m);
    assert.match(stdout, /^models +default +yes +FAILED/m);
    assert.match(stdout, /^models\/default: ended with exit code 64: .*no operation type "no-such-operation"/m);
    assert.match(stdout, /^shop +search +yes +yes +1000 +\d+ +0 /m);
    assert.match(stdout, /^shop +wrong-search +yes +yes +0 +\d+ +1 /m);
    assert.match(stdout, /^shop\/wrong-search: wrong: 1 × HTTP 400: .*no-such-query/m);
    assert.match(stdout, /^4 test procedures: 3 rendered, 2 run \(1 of them .*\), 2 failed, 0 left out\.$/m);
  });

  it('says what is wrong with its arguments', () => {
    const failures: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /^Exactly one path of a checkout must be given\.\nusage: /],
      [[checkout, '--limit=soon'], /^--limit must be a number of seconds above 0, not soon\./],
      [[checkout, '--only=shop/nothing,none'], /^There is no workload or test procedure shop\/nothing, none in /],
      [[join(checkout, 'not-a-workload')], /^No directory in .*not-a-workload holds a workload\.json\./],
      [[join(checkout, 'absent')], /^ENOENT: .*absent/],
      [[checkout, '--only=shop', '--server=127.0.0.1:1'], /^There is no answer from http:\/\/127\.0\.0\.1:1\./],
      [[checkout, '--frobnicate'], /^Unknown option '--frobnicate'/],
    ];
    for (const [words, message] of failures) {
      const { code, stderr } = official(...words);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });
});
