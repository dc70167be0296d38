// CPU time per request of the bare wire, without a worker around it, compared with that of wrk.
//
//   node dist/bench/wire.js [--tls] [--connections 1,16,256] [--rounds 6] [--body-bytes 2048]
//                           [--body-use none|peek|all]
//
// Driver and wrk take turns on core 1 in rounds of a second, while the canned target has core 0. It prints the medians
// of both and the median of the ratios of the rounds.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultClientOptions } from '../src/http/client-options.ts';
import { createWire } from '../src/http/connection.ts';
import type { Endpoint } from '../src/http/endpoint.ts';
import type { Wire } from '../src/http/wire.ts';
import { createWireContext } from '../src/http/wire-context.ts';
import { median } from './processes.ts';

const QUERY = '{"query":{"match":{"message":"benchmark"}},"size":10,"track_total_hits":false}';
const HERE = fileURLToPath(import.meta.url);
const TARGET_CORE = '0';
const DRIVER_CORE = '1';

type BodyUse = 'none' | 'peek' | 'all';

interface Round {
  readonly requests: number;
  /** CPU time (user and system) in seconds. */
  readonly cpu: number;
}

interface Job {
  readonly port: number;
  readonly useTls: boolean;
  readonly connections: number;
  readonly bodyUse: BodyUse;
}

/** Sends the same request on all connections for a second, each as soon as the last answer is there. */
function drive(job: Job): Promise<Round> {
  const endpoint: Endpoint = { host: '127.0.0.1', port: job.port, useTls: job.useTls, prefix: '', basicAuth: null };
  const options = { ...defaultClientOptions, useTls: job.useTls, verifyCertificates: false };
  const target = `POST /logs/_search HTTP/1.1\r\nhost: 127.0.0.1:${job.port}\r\n`;
  const fields = `content-type: application/json\r\nconnection: keep-alive\r\ncontent-length: ${QUERY.length}\r\n`;
  const request = Buffer.from(`${target}${fields}\r\n${QUERY}`);
  const shared = createWireContext();
  const wires: Wire[] = [];
  let requests = 0;
  let opened = 0;
  let start: NodeJS.CpuUsage | null = null;
  return new Promise((resolve, reject) => {
    const begin = () => {
      start = process.cpuUsage();
      for (const wire of wires) wire.send(request, false, job.bodyUse);
      setTimeout(() => {
        const used = process.cpuUsage(start ?? undefined);
        for (const wire of wires) wire.destroy();
        resolve({ requests, cpu: (used.user + used.system) / 1e6 });
      }, 1000);
    };
    for (let index = 0; index < job.connections; index++) {
      const wire: Wire = createWire(
        endpoint,
        options,
        {
          onOpen: () => {
            if (++opened === job.connections) begin();
          },
          needsWholeBody: () => false,
          onAnswer: () => {
            requests++;
            wire.send(request, false, job.bodyUse);
          },
          onFailure: (failure) => reject(new Error(failure.message)),
          onIdleClose: () => reject(new Error('closed')),
        },
        shared,
      );
      wires.push(wire);
      wire.open();
    }
  });
}

/** Measures one job for each line of its input. */
function serveJobs(): void {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const job: Job = JSON.parse(line);
    drive(job).then(
      (round) => process.stdout.write(`${JSON.stringify(round)}\n`),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  });
}

function nextLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('A process of the benchmark has ended.'));
    child.once('exit', onExit);
    child.stdout?.once('data', (text: Buffer) => {
      child.off('exit', onExit);
      resolve(text.toString());
    });
  });
}

function runWrk(job: Job, script: string): Promise<Round> {
  const url = `${job.useTls ? 'https' : 'http'}://127.0.0.1:${job.port}/logs/_search`;
  const wrk = `wrk -t1 -c${job.connections} -d1s -s ${script} ${url}`;
  const command = `TIMEFORMAT='cpu %U %S'; time taskset -c ${DRIVER_CORE} ${wrk}`;
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', command], (error, out, err) => {
      const requests = /(\d+) requests in/.exec(out)?.[1];
      const cpu = /cpu ([\d.]+) ([\d.]+)/.exec(err);
      if (error !== null || requests === undefined || cpu === null) reject(error ?? new Error(`wrk said: ${out}${err}`));
      else resolve({ requests: Number(requests), cpu: Number(cpu[1]) + Number(cpu[2]) });
    });
  });
}

const microsPerRequest = (round: Round): number => (round.cpu * 1e6) / round.requests;

async function compare(job: Job, rounds: number, driver: ChildProcess, script: string): Promise<string> {
  const measureOurs = async (): Promise<Round> => {
    const line = nextLine(driver);
    driver.stdin?.write(`${JSON.stringify(job)}\n`);
    return JSON.parse(await line);
  };
  await measureOurs();
  const ours: Round[] = [];
  const theirs: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    theirs.push(await runWrk(job, script));
    ours.push(await measureOurs());
  }
  const ratios = ours.map((round, index) => microsPerRequest(round) / microsPerRequest(theirs[index] ?? round));
  const show = (rows: readonly Round[]) =>
    `${median(rows.map(microsPerRequest)).toFixed(2)} us (${Math.round(median(rows.map((row) => row.requests)))}/s)`;
  const figures = `wrk ${show(theirs)}, wire ${show(ours)}, ratio ${median(ratios).toFixed(3)}`;
  return `${String(job.connections).padStart(5)} connections: ${figures}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      driver: { type: 'boolean', default: false },
      tls: { type: 'boolean', default: false },
      connections: { type: 'string', default: '1,16,256' },
      rounds: { type: 'string', default: '6' },
      'body-bytes': { type: 'string', default: '2048' },
      'body-use': { type: 'string', default: 'peek' },
    },
  });
  if (values.driver) return serveJobs();
  const directory = mkdtempSync(join(tmpdir(), 'osb-bench-'));
  const script = join(directory, 'post.lua');
  writeFileSync(script, `wrk.method = "POST"\nwrk.body = [[${QUERY}]]\nwrk.headers["Content-Type"] = "application/json"\n`);
  const targetArguments = [HERE.replace(/wire\.js$/, 'target.js'), '--body-bytes', values['body-bytes'], ...(values.tls ? ['--tls'] : [])];
  const target = spawn('taskset', ['-c', TARGET_CORE, process.execPath, ...targetArguments], { stdio: ['ignore', 'pipe', 'inherit'] });
  const driver = spawn('taskset', ['-c', DRIVER_CORE, process.execPath, HERE, '--driver'], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const port = Number(/\d+/.exec(await nextLine(target))?.[0]);
    for (const connections of values.connections.split(',').map(Number)) {
      const job: Job = {
        port,
        useTls: values.tls,
        connections,
        bodyUse: values['body-use'] === 'all' ? 'all' : values['body-use'] === 'none' ? 'none' : 'peek',
      };
      process.stdout.write(`${await compare(job, Number(values.rounds), driver, script)}\n`);
    }
  } finally {
    driver.kill();
    target.kill();
    rmSync(directory, { recursive: true });
  }
}

await main();
