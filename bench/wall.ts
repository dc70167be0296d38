// How long a run takes beyond its load: runs the whole command with a workload whose requests take next to no time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/package.ts';

/** Times that a run needs beyond its load. */
export interface WallFigures {
  /** Wall time in ms of a process that runs one step. */
  readonly oneStep: number;
  /** Wall time in ms that each further step adds. */
  readonly perStep: number;
}

const MANY_STEPS = 41;

/** Answers each request at once, as far as a run needs answers of an OpenSearch. */
async function startServer(): Promise<Server> {
  const root = JSON.stringify({ version: { distribution: 'opensearch', number: '3.0.0', build_hash: 'bench' } });
  const server = createServer((request, response) => {
    request.resume();
    const body =
      request.url === '/' ? root : request.url?.startsWith('/_cluster/health') === true ? '{"status":"green"}' : '{}';
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function writeWorkload(directory: string, steps: number): void {
  const schedule = Array.from({ length: steps }, (_, step) => ({
    name: `step-${step}`,
    operation: { 'operation-type': 'raw-request', path: '/_step' },
  }));
  writeFileSync(join(directory, 'workload.json'), JSON.stringify({ version: 2, description: 'steps', schedule }));
}

async function runOnce(directory: string, steps: number, port: number): Promise<number> {
  writeWorkload(directory, steps);
  const start = performance.now();
  const args = [
    'execute-test',
    '--pipeline=benchmark-only',
    `--workload-path=${directory}`,
    `--target-hosts=127.0.0.1:${port}`,
    '--quiet',
  ];
  const child = spawn(join(packageRoot, 'bin/opensearch-benchmark'), args, {
    stdio: 'inherit',
    env: { ...process.env, BENCHMARK_HOME: directory },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The run ended with exit code ${code}.`);
  return performance.now() - start;
}

/** Measures the shortest of some runs, because longer ones were disturbed by other work of the machine. */
export async function measureWall(rounds: number): Promise<WallFigures> {
  const server = await startServer();
  const directory = mkdtempSync(join(tmpdir(), 'osb-wall-'));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    let oneStep = Number.POSITIVE_INFINITY;
    let manySteps = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round++) {
      oneStep = Math.min(oneStep, await runOnce(directory, 1, port));
      manySteps = Math.min(manySteps, await runOnce(directory, MANY_STEPS, port));
    }
    return { oneStep, perStep: Math.max(0, manySteps - oneStep) / (MANY_STEPS - 1) };
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true });
  }
}
