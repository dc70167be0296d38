// Runs a workload with a plug-in against an HTTP server that keeps what it was sent.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { RunListener } from '../../src/coordinator/events.ts';
import { type RunOutcome, runTest } from '../../src/coordinator/run.ts';
import { parseTargets } from '../../src/http/targets.ts';
import { operationCatalog } from '../../src/operation/registry.ts';
import { pluginInspector } from '../../src/plugin/start/inspect.ts';
import { loadWorkload } from '../../src/workload/load.ts';
import type { PluginInspector } from '../../src/workload/plugin-inspector.ts';
import type { RandomizationSettings } from '../../src/workload/randomization.ts';
import { requestFor } from '../workload/small-workload.ts';
import { temporaryFiles } from '../workload/temporary-files.ts';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

export interface PluginRunSettings {
  readonly schedule: readonly unknown[];
  /** Other keys of `workload.json`. */
  readonly workload?: Readonly<Record<string, unknown>>;
  /** Files beside `workload.json`, the plug-in among them. */
  readonly files: Readonly<Record<string, string>>;
  readonly cores?: number;
  readonly seed?: number;
  readonly onError?: 'continue' | 'abort';
  readonly randomization?: RandomizationSettings;
  /** Where hosts keep what makes their next start quicker. Default: nowhere. */
  readonly cacheDirectory?: string;
  /** The status and body of an answer. */
  readonly answer?: (request: Received) => readonly [status: number, body: unknown];
}

export interface PluginRun {
  readonly outcome: RunOutcome;
  /** The requests of the load, in the order in which they came. */
  readonly received: readonly Received[];
  readonly notices: readonly string[];
  /** What the plug-in has printed in the load threads. */
  readonly printed: readonly string[];
}

const HITS = { took: 1, timed_out: false, hits: { total: { value: 0, relation: 'eq' }, hits: [] } };

/** The files of a workload with this schedule. */
export function filesOf({ schedule, workload = {}, files }: PluginRunSettings): Readonly<Record<string, string>> {
  return { 'workload.json': JSON.stringify({ indices: [{ name: 'logs' }], ...workload, schedule }), ...files };
}

/** Loads a workload with its plug-in. */
export function loadFiles(
  context: Pick<TestContext, 'after'>,
  settings: PluginRunSettings,
  plugins: PluginInspector = pluginInspector(null),
) {
  return loadWorkload(
    requestFor(temporaryFiles(context, filesOf(settings)), {
      operations: operationCatalog,
      plugins,
      randomizesQueries: settings.randomization !== undefined,
    }),
  );
}

/** Loads and runs a workload. */
export async function runPlugin(context: TestContext, settings: PluginRunSettings): Promise<PluginRun> {
  const workload = await loadFiles(context, settings, pluginInspector(settings.cacheDirectory ?? null));
  const received: Received[] = [];
  const printed: string[] = [];
  const listener: RunListener = (event) => {
    if (event.kind === 'plugin-print') printed.push(event.message);
  };
  const { server, host } = await listen(received, settings.answer ?? (() => [200, HITS]));
  try {
    const { targets } = await parseTargets({ targetHosts: host, clientOptions: 'timeout:10' });
    const outcome = await runTest(
      {
        load: {
          targets,
          workload,
          skipRestApiCheck: true,
          cores: settings.cores ?? 1,
          seed: settings.seed ?? 7,
          onError: settings.onError ?? 'continue',
          randomization: settings.randomization ?? null,
          dataDirectory: workload.workload.directory,
        },
        results: { telemetry: [] },
      },
      { listener },
    );
    return { outcome, received, notices: workload.notices, printed };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function listen(
  received: Received[],
  answer: (request: Received) => readonly [number, unknown],
): Promise<{ readonly server: Server; readonly host: string }> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const one = { method: request.method ?? '', url: request.url ?? '', body };
      const isLoad = one.url !== '/';
      if (isLoad) received.push(one);
      const [status, content] = isLoad
        ? answer(one)
        : [200, { version: { number: '3.0.0', distribution: 'opensearch' } }];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
