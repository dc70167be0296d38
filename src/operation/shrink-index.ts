// `shrink-index`: makes indices with fewer shards out of others.
import { isJsonObject, type Json, type JsonObject, writeJson } from '../json.ts';
import { millis } from '../units.ts';
import { defineOperation } from './define.ts';
import { healthState } from './health-state.ts';
import { entries, member, parseAnswer } from './json-answer.ts';
import { type OperationType, RequestFailure, type ScriptRequest, type Session } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type Look, poll, waitLimit } from './polling.ts';
import { encodeName, type RequestOptions, readRequestOptions, scriptRequest } from './request-options.ts';
import { type OperationRetryPolicy, readRetryPolicy, retrying } from './retry.ts';
import { jsonPath, scanNumber, scanString } from './scan.ts';
import { type Script, scriptOperation } from './script.ts';

interface ShrinkParams {
  readonly source: string;
  readonly target: string;
  readonly body: string;
  /** `null` = any data node. */
  readonly node: string | null;
  readonly options: RequestOptions;
  readonly retries: OperationRetryPolicy;
}

const LOOK_EVERY = millis(500);
const REQUIRED_NODE = 'index.routing.allocation.require._name';
const WRITE_BLOCK = 'index.blocks.write';
const STATUS = jsonPath('status');
const INITIALIZING = jsonPath('initializing_shards');
const RELOCATING = jsonPath('relocating_shards');

function readShrink(reader: ParamReader): ShrinkParams {
  reader.require('target-body');
  return {
    source: reader.requiredString('source-index'),
    target: reader.requiredString('target-index'),
    body: targetBody(reader.object('target-body', new Map<string, Json>())),
    node: reader.string('shrink-node', null),
    options: readRequestOptions(reader),
    retries: readRetryPolicy(reader),
  };
}

/** The target must not inherit what the source needed for being shrunk. */
function targetBody(body: JsonObject): string {
  const own = body.get('settings');
  const freed: readonly (readonly [string, Json])[] = [
    [REQUIRED_NODE, null],
    [WRITE_BLOCK, null],
  ];
  return writeJson(new Map([...body, ['settings', new Map([...(isJsonObject(own) ? own : []), ...freed])]]));
}

function shrinkScript(params: ShrinkParams, random: () => number): Script {
  return async (session, outcome) => {
    const ask = asker(params.options, session);
    const sources = entries(parseAnswer(await ask('GET', `/${encodeName(params.source)}`))).map(([name]) => name);
    if (sources.length === 0) throw new RequestFailure('protocol', `There is no index "${params.source}".`);
    const nodes = params.node === null ? dataNodes(await ask('GET', '/_nodes')) : [params.node];
    const stem = commonStart(sources);
    for (const source of sources) {
      const node = nodes[Math.floor(random() * nodes.length)] ?? '';
      await shrinkOne(params, session, source, `${params.target}${source.slice(stem.length)}`, node);
    }
    outcome.weight = sources.length;
  };
}

type Ask = (method: string, path: string, body?: string) => Promise<Buffer>;

const asker = (options: RequestOptions, session: Session): Ask => {
  const plain: RequestOptions = { ...options, query: new Map() };
  return async (method, path, body) =>
    (await session.request(scriptRequest(plain, method, path, { body: body ?? null }))).body;
};

/** The names of the nodes that hold data. Throws {@link RequestFailure} if there are none. */
function dataNodes(body: Buffer): readonly string[] {
  const nodes = entries(member(parseAnswer(body), 'nodes')).flatMap(([, node]) => {
    const roles = member(node, 'roles');
    const name = member(node, 'name');
    return Array.isArray(roles) && roles.includes('data') && typeof name === 'string' ? [name] : [];
  });
  if (nodes.length > 0) return nodes;
  throw new RequestFailure('protocol', 'No node has the role "data". Name the node with "shrink-node".');
}

/** The longest text with which all names begin. */
function commonStart(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let length = first.length;
  for (const name of others) while (!name.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

async function shrinkOne(
  params: ShrinkParams,
  session: Session,
  source: string,
  target: string,
  node: string,
): Promise<void> {
  const ask = asker(params.options, session);
  const settings = { settings: { [REQUIRED_NODE]: node, [WRITE_BLOCK]: 'true' } };
  await ask('PUT', `/${encodeName(source)}/_settings?preserve_existing=true`, JSON.stringify(settings));
  await poll(session, {
    request: shardsRequest(params.options, source),
    every: LOOK_EVERY,
    what: `a copy of each shard of ${source} to be on one node`,
    look: lookForOneNode,
  });
  await ask('PUT', `/${encodeName(source)}/_shrink/${encodeName(target)}`, params.body);
  await poll(session, {
    request: scriptRequest({ ...params.options, query: new Map() }, 'GET', `/_cluster/health/${encodeName(target)}`),
    every: LOOK_EVERY,
    what: `the shards of ${target} to be started`,
    look: lookForStart,
  });
}

function shardsRequest(options: RequestOptions, index: string): ScriptRequest {
  const query = new Map([
    ['format', 'json'],
    ['h', 'shard,state,node'],
  ]);
  return scriptRequest({ ...options, query }, 'GET', `/_cat/shards/${encodeName(index)}`);
}

/** The target shrinks an index only if one of its nodes has a copy of every shard. */
function lookForOneNode(body: Buffer): Look<null> {
  const rows = parseAnswer(body);
  if (!Array.isArray(rows)) throw new RequestFailure('protocol', 'The answer about shards is no JSON list.');
  const shards = new Set<unknown>();
  const byNode = new Map<unknown, Set<unknown>>();
  for (const row of rows as readonly unknown[]) {
    const shard = member(row, 'shard');
    shards.add(shard);
    if (member(row, 'state') !== 'STARTED') continue;
    const node = member(row, 'node');
    byNode.set(node, (byNode.get(node) ?? new Set()).add(shard));
  }
  const most = Math.max(0, ...[...byNode.values()].map(({ size }) => size));
  if (most === shards.size && most > 0) return { state: 'done', value: null };
  return { state: 'going on', seen: `with ${most} of ${shards.size} shards on one node` };
}

function lookForStart(body: Buffer): Look<null> {
  const isUp = scanString(body, STATUS) !== 'red';
  const moving = (scanNumber(body, INITIALIZING) ?? 0) + (scanNumber(body, RELOCATING) ?? 0);
  return isUp && moving === 0 ? { state: 'done', value: null } : { state: 'going on', seen: healthState(body) };
}

/**
 * `shrink-index`: one sample moves a copy of each shard of the source to one node, blocks writing, shrinks, and waits
 * for the new shards. `source-index` may be a pattern; each target then has what distinguishes its source at the end of
 * its name. The weight is the number of sources.
 */
export const shrinkIndex: OperationType = defineOperation({
  name: 'shrink-index',
  isAdmin: true,
  runsOnServerless: false,
  read: readShrink,
  limit: () => waitLimit,
  create: (params, { random }) => scriptOperation(retrying(params.retries, shrinkScript(params, random))),
});
