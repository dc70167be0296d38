// CPU time per request of the bare wire, without a worker around it, compared with that of wrk.
//
//   node dist/bench/wire.js [--tls] [--connections 1,16,256] [--rounds 6] [--body-bytes 2048]
//                           [--body-use none|peek|all]
//
// Driver and wrk take turns on core 1 in rounds of a second, while the canned target has core 0. It prints the medians
// of both and the median of the ratios of the rounds.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultClientOptions } from '../src/http/client-options.ts';
import { createWire } from '../src/http/connection.ts';
import type { Endpoint } from '../src/http/endpoint.ts';
import { createWireContext } from '../src/http/wire-context.ts';
import type { BodyUse } from '../src/transport/answer.ts';
import type { Wire } from '../src/transport/wire.ts';
import {
  DRIVER_CORE,
  median,
  microsPerRequest,
  QUERY,
  type RoundFigures,
  runWrk,
  SEARCH_PATH,
  withTarget,
} from './processes.ts';

/** A request that is no HEAD request. */
const PLAIN = { isHead: false };

const HERE = fileURLToPath(import.meta.url);

interface Job {
  readonly port: number;
  readonly useTls: boolean;
  readonly connections: number;
  readonly bodyUse: BodyUse;
}

/** Sends the same request on all connections for a second, each as soon as the last answer is there. */
function drive(job: Job): Promise<RoundFigures> {
  const endpoint: Endpoint = { host: '127.0.0.1', port: job.port, useTls: job.useTls, prefix: '', basicAuth: null };
  const options = { ...defaultClientOptions, useTls: job.useTls, verifyCertificates: false };
  const target = `POST ${SEARCH_PATH} HTTP/1.1\r\nhost: 127.0.0.1:${job.port}\r\n`;
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
      for (const wire of wires) wire.send(request, PLAIN, job.bodyUse);
      setTimeout(() => {
        const used = process.cpuUsage(start ?? undefined);
        for (const wire of wires) wire.destroy();
        resolve({ requests, cpuMicros: used.user + used.system });
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
            wire.send(request, PLAIN, job.bodyUse);
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

async function compare(job: Job, rounds: number, driver: ChildProcess): Promise<string> {
  const measureOurs = async (): Promise<RoundFigures> => {
    const line = nextLine(driver);
    driver.stdin?.write(`${JSON.stringify(job)}\n`);
    return JSON.parse(await line);
  };
  await measureOurs();
  const ours: RoundFigures[] = [];
  const theirs: RoundFigures[] = [];
  for (let round = 0; round < rounds; round++) {
    theirs.push(await runWrk(job.port, job.connections, job.useTls));
    ours.push(await measureOurs());
  }
  const ratios = ours.map((round, index) => microsPerRequest(round) / microsPerRequest(theirs[index] ?? round));
  const show = (rows: readonly RoundFigures[]) =>
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
  const targetArguments = ['--body-bytes', values['body-bytes'], ...(values.tls ? ['--tls'] : [])];
  await withTarget(targetArguments, async (port) => {
    const driver = spawn('taskset', ['-c', DRIVER_CORE, process.execPath, HERE, '--driver'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      for (const connections of values.connections.split(',').map(Number)) {
        const bodyUse = values['body-use'] === 'all' || values['body-use'] === 'none' ? values['body-use'] : 'peek';
        const job: Job = { port, useTls: values.tls, connections, bodyUse };
        process.stdout.write(`${await compare(job, Number(values.rounds), driver)}\n`);
      }
    } finally {
      driver.kill();
    }
  });
}

await main();
