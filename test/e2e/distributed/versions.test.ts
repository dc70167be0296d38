// Machines with different versions of the program do not work together, and are told so.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { packageRoot, packageVersion } from '../../../src/package.ts';
import { assertFailure } from '../benchmark-process.ts';
import { rootRequest, workloadJson } from '../small-workloads.ts';
import { freePort, Machine } from './machine.ts';

const otherVersion = '99.1.0';

/** This program, which takes itself for another version. */
function installOther(): string {
  const directory = mkdtempSync(join(tmpdir(), 'osb-other-version-'));
  for (const name of ['bin', 'dist/src', 'workloads'])
    cpSync(join(packageRoot, name), join(directory, name), { recursive: true });
  symlinkSync(join(packageRoot, 'node_modules'), join(directory, 'node_modules'));
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({ name: 'opensearch-benchmark', version: otherVersion, type: 'module' }),
  );
  return directory;
}

describe('another version', () => {
  const other = installOther();
  const coordinator = new Machine({ address: '127.0.0.1' });
  const machines = [coordinator];
  let port = 0;
  before(async () => {
    port = await freePort();
    await coordinator.startDaemon('127.0.0.1', `--port=${port}`);
  });
  after(async () => {
    for (const machine of machines.reverse()) await machine.dispose();
    rmSync(other, { recursive: true, force: true });
  });

  function machineOf(address: string, programs: string): Machine {
    const machine = new Machine({ address, programs });
    machines.push(machine);
    return machine;
  }

  const words = (machine: Machine, workers: string): readonly string[] => {
    const path = machine.home.workload('w', { 'workload.json': workloadJson({ schedule: [rootRequest(1)] }) });
    return [
      'run',
      `--workload-path=${path}`,
      '--target-hosts=127.0.0.1:1',
      `--worker-ips=${workers}`,
      '--worker-wait=1',
    ];
  };

  test('of a worker is refused when it starts, naming both, and named by the run that misses it', async () => {
    const worker = machineOf('127.0.0.2', other);
    const { code, stderr } = await worker.daemon(
      'start',
      '--node-ip=127.0.0.2',
      '--coordinator-ip=127.0.0.1',
      `--port=${port}`,
    );
    assert.equal(code, 64);
    assert.match(
      stderr,
      new RegExp(`refused this node: it has version ${otherVersion}, but the coordinator has ${packageVersion}\\.`),
    );
    assert.equal((await worker.daemon('status')).code, 3);
    const ended = await coordinator.benchmark(...words(coordinator, '127.0.0.2')).ended;
    assertFailure(ended, 'FLEET', /A node is missing after 1 seconds: 127\.0\.0\.2\./);
    assert.match(
      ended.stderr,
      new RegExp(
        `127\\.0\\.0\\.2 wanted to join and was refused: it has version ${otherVersion}, .* ${packageVersion}`,
      ),
    );
  });

  test('of the run itself, whose daemons were not restarted after an update, is refused naming both', async () => {
    const worker = machineOf('127.0.0.3', packageRoot);
    await worker.startDaemon('127.0.0.1', `--port=${port}`);
    const updated = coordinator.with({ programs: other });
    const ended = await updated.benchmark(...words(coordinator, '127.0.0.3')).ended;
    assertFailure(
      ended,
      'FLEET',
      new RegExp(
        `Node 127\\.0\\.0\\.3 runs version ${packageVersion.replaceAll('.', '\\.')}, the coordinator runs version ` +
          `${otherVersion}\\.`,
      ),
    );
    assert.match(ended.stderr, /opensearch-benchmarkd restart/);
  });
});
