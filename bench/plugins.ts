// What it costs that a plug-in makes each request, compared with the same search over and over.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginLanguage } from '../src/workload/plugin-place.ts';
import type { DriverOrder } from './driver.ts';
import { Driver, median, microsPerRequest, withTarget } from './processes.ts';

/** Sources of the same searches in both languages: one of fifty terms in each. */
const SOURCES: Readonly<Record<PluginLanguage, { readonly file: string; readonly text: string }>> = {
  python: {
    file: 'workload.py',
    text: `
import random


class Queries:
    def __init__(self, workload, params, **kwargs):
        self.infinite = True
        self.tags = [f"tag-{number}" for number in range(50)]

    def partition(self, index, total):
        return self

    def params(self):
        return {"index": "bench", "cache": False, "body": {"query": {"match": {"tag": random.choice(self.tags)}}}}


def register(registry):
    registry.register_param_source("queries", Queries)
`,
  },
  typescript: {
    file: 'workload.js',
    text: `
export function register(registry) {
  registry.registerParamSource('queries', ({ random }) => {
    const tags = Array.from({ length: 50 }, (_, number) => 'tag-' + number);
    const choose = () => tags[Math.floor(random() * tags.length)];
    return { params: () => ({ index: 'bench', cache: false, body: { query: { match: { tag: choose() } } } }) };
  });
}
`,
  },
};

/** Figures of searches that a plug-in makes, and of the same one over and over. */
export interface PluginFigures {
  /** CPU of one request in microseconds, that of the plug-in's process included. */
  readonly own: number;
  readonly constant: number;
  /** Requests per CPU-second with the plug-in, divided by those without: the median over the rounds. */
  readonly ratio: number;
}

/** Lets a plug-in and no plug-in take turns, in rounds of two seconds over 16 clients. */
export async function measurePlugin(language: PluginLanguage, rounds: number): Promise<PluginFigures> {
  const root = mkdtempSync(join(tmpdir(), 'osb-bench-'));
  const directory = join(root, 'bench');
  const { file, text } = SOURCES[language];
  mkdirSync(directory);
  writeFileSync(join(directory, file), text);
  const plugin = { language, directory, file: join(directory, file), cacheDirectory: root };
  try {
    return await withTarget([], async (port) => {
      const drivers = [
        await Driver.start(order(port, rounds, { plugin })),
        await Driver.start(order(port, rounds, {})),
      ];
      for (let warmup = 0; warmup < 2; warmup++) for (const driver of drivers) await driver.step();
      const costs: number[][] = [[], []];
      for (let round = 0; round < rounds; round++) {
        for (const [place, driver] of drivers.entries()) costs[place]?.push(microsPerRequest(await driver.step()));
      }
      for (const driver of drivers) driver.end();
      const [own = [], constant = []] = costs;
      const ratios = own.map((cost, round) => (constant[round] ?? Number.NaN) / cost);
      return { own: median(own), constant: median(constant), ratio: median(ratios) };
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}

const order = (port: number, rounds: number, change: Partial<DriverOrder>): DriverOrder => ({
  targetHosts: `127.0.0.1:${port}`,
  clientOptions: 'timeout:60',
  operation: 'search',
  clients: 16,
  seconds: 2,
  steps: rounds + 2,
  targetThroughput: null,
  corpus: null,
  dataSet: null,
  ...change,
});
