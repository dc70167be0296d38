import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { packageRoot } from '../../src/package.ts';
import { parseCommand } from './command-line.ts';

const page = readFileSync(join(packageRoot, 'docs/distributed.md'), 'utf8');

/** Command lines of the programs in blocks of code; continued lines are joined. */
function commandLines(): readonly (readonly string[])[] {
  const blocks = [...page.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, block = '']) =>
    block.replace(/\\\n\s*/g, ''),
  );
  return blocks
    .flatMap((block) => block.split(/\n|&&/))
    .map(
      (line) =>
        /^(?:.*[ :])?(opensearch-benchmarkd? [\w-]+( .*)?)$/.exec(
          line.replace(/ > .*| …|-n opensearch-benchmark /g, '').trimEnd(),
        )?.[1],
    )
    .filter((line) => line !== undefined)
    .map((line) => line.split(' ').filter((word) => word !== ''));
}

describe('the page about distributed loads', () => {
  test('types commands that the programs know', () => {
    const lines = commandLines();
    assert.ok(lines.length >= 10, `It types ${lines.length} commands`);
    for (const line of lines) parseCommand(line);
  });

  test('shows the tutorial as it is typed', () => {
    assert.ok(page.includes('node 1:  opensearch-benchmarkd start --node-ip=192.0.1.0 --coordinator-ip=192.0.1.0\n'));
    assert.ok(
      page.includes(
        '--worker-ips=198.52.100.0,198.53.100.0 \\\n             --target-hosts=<endpoint> ' +
          '--client-options=<options> --kill-running-processes\n',
      ),
    );
  });

  test('names files that exist', () => {
    const named = [...page.matchAll(/\bdeploy\/(?:systemd|container|kubernetes)[\w./-]*\w|\bscripts\/[\w-]+/g)].map(
      ([path]) => path,
    );
    assert.deepEqual(
      [...new Set(named)].filter((path) => !existsSync(join(packageRoot, path))),
      [],
    );
  });
});
