// The plug-in of a workload: a parameter source, a runner and a scheduler.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ClientContext,
  ParamSource,
  Params,
  PluginSchedulerContext,
  Registry,
  RunnerClient,
  SimpleScheduler,
} from 'opensearch-benchmark';

/** Draws a title for each search. Every client has numbers of its own, the same in each run with the same seed. */
class Titles implements ParamSource {
  private readonly titles: readonly string[];
  private readonly random: () => number;
  private readonly index: unknown;
  private readonly size: unknown;

  constructor({ workload, params, random }: ClientContext) {
    this.titles = readFileSync(join(workload.directory, 'titles.txt'), 'utf8').trim().split('\n');
    this.random = random;
    this.index = params.index;
    this.size = params.hits;
  }

  params(): Params {
    const title = this.titles[Math.floor(this.random() * this.titles.length)];
    return { index: this.index, body: { query: { match: { title } }, size: this.size } };
  }
}

/** Fills the caches of an index: two requests at the same time are one sample, whose weight is what was found. */
async function warmCaches(client: RunnerClient, { index }: Params): Promise<readonly [number, string]> {
  const [answer] = await Promise.all([
    client.request('GET', `/${index}/_count`),
    client.request('POST', `/${index}/_refresh`, { timeout: 10 }),
  ]);
  const { count } = answer.json() as { readonly count: number };
  return [count, 'docs'];
}

/** Sends `burst` requests at once, and then none for `pause` seconds. */
class Bursts implements SimpleScheduler {
  private readonly burst: number;
  private readonly pause: number;
  private sent = 0;

  constructor({ spec }: PluginSchedulerContext) {
    this.burst = Number(spec.burst);
    this.pause = Number(spec.pause);
  }

  next(current: number): number {
    const isFirst = this.sent++ % this.burst === 0;
    return isFirst ? current + this.pause : current;
  }
}

/** Called once in each load thread, before the load. */
export function register(registry: Registry): void {
  registry.registerParamSource('titles', (context) => new Titles(context));
  registry.registerRunner('warm-caches', warmCaches);
  registry.registerScheduler('bursts', { kind: 'simple', open: (context) => new Bursts(context) });
}
