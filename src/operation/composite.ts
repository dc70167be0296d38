// `composite`: runs its parts in order and its streams of parts side by side; all of it is one sample.
//
//   requests: [ A, {stream: [B, C]}, {stream: [D]}, E ]
//
//   session  ── A ──┬────────────────┬── E ──▶
//   fork 1          ├── B ── C ──────┤
//   fork 2          └── D ───────────┘
import { isJsonObject, type JsonArray, type JsonObject } from '../json.ts';
import { millis } from '../units.ts';
import { readDeletePart as readDeleteSearchPart, readGetPart, readSubmitPart } from './async-search.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import { type OperationType, Outcome, RequestFailure, type Session } from './operation.ts';
import { paginatedScript, readPaginatedParams } from './paginated-search.ts';
import { type ParamReader, shown } from './params.ts';
import type { CompositePart, PartIds } from './part-ids.ts';
import { readPlainSearch } from './plain-search.ts';
import { PIT_REFERENCE, readCreatePart, readDeletePart, readListPart } from './point-in-time.ts';
import { readRawRequest } from './raw-request.ts';
import { scriptRequest } from './request-options.ts';
import { type Script, scriptOperation } from './script.ts';
import { readScrollParams, scrollScript } from './scroll-search.ts';
import { nameDetails, scanSearchDetails } from './search-details.ts';
import { bodyText, readPages } from './search-params.ts';
import { readSleep, sleepScript } from './sleep.ts';

type Element =
  | { readonly kind: 'part'; readonly operation: string; readonly type: string; readonly part: CompositePart }
  | Stream;

interface Stream {
  readonly kind: 'stream';
  readonly elements: readonly Element[];
}

interface CompositeParams {
  readonly elements: readonly Element[];
  /** How many parts of all streams may run at the same time. */
  readonly maxConnections: number;
}

type PartReader = (reader: ParamReader, facts: ParameterFacts, name: string) => CompositePart;

const PART_TYPES: ReadonlyMap<string, PartReader> = new Map<string, PartReader>([
  ['create-point-in-time', (reader, _facts, name) => readCreatePart(reader, name)],
  ['delete-point-in-time', (reader) => readDeletePart(reader)],
  ['list-all-point-in-time', (reader) => readListPart(reader)],
  ['search', (reader, facts) => searchPart(reader, facts)],
  ['paginated-search', (reader, facts) => paginatedPart(reader, facts)],
  ['submit-async-search', (reader, _facts, name) => readSubmitPart(reader, name)],
  ['get-async-search', (reader) => readGetPart(reader)],
  ['delete-async-search', (reader) => readDeleteSearchPart(reader)],
  ['raw-request', (reader) => rawRequestPart(reader)],
  ['sleep', (reader) => sleepPart(reader)],
]);

function searchPart(reader: ParamReader, facts: ParameterFacts): CompositePart {
  if (reader.has(PIT_REFERENCE)) return paginatedPart(reader, facts);
  if (reader.has('pages')) {
    const script = scrollScript(readScrollParams(reader, facts, readPages(reader) ?? 1), false);
    return () => script;
  }
  const params = readPlainSearch(reader, facts);
  const request = scriptRequest(params.options, 'GET', params.path, { body: bodyText(params.body) });
  return () => async (session, outcome) => {
    const reply = await session.request(request);
    if (params.detailed) outcome.details = nameDetails(scanSearchDetails(reply.body));
  };
}

function paginatedPart(reader: ParamReader, facts: ParameterFacts): CompositePart {
  const params = readPaginatedParams(reader, facts);
  return (pointsInTime) => paginatedScript(params, false, pointsInTime);
}

function rawRequestPart(reader: ParamReader): CompositePart {
  const { method, path, body, options, ignoredStatus } = readRawRequest(reader);
  const request = scriptRequest(options, method, path, { body, ignoredStatus });
  return () => async (session) => {
    await session.request(request);
  };
}

function sleepPart(reader: ParamReader): CompositePart {
  const script = sleepScript(readSleep(reader));
  return () => script;
}

function readComposite(reader: ParamReader, facts: ParameterFacts): CompositeParams {
  reader.require('requests');
  return {
    elements: readElements(reader, 'requests', reader.list('requests', []), facts),
    maxConnections: reader.integer('max-connections', Number.POSITIVE_INFINITY, { min: 1 }),
  };
}

function readElements(reader: ParamReader, path: string, list: JsonArray, facts: ParameterFacts): readonly Element[] {
  return list.flatMap((item, index): readonly Element[] => {
    const itemPath = `${path}[${index}]`;
    if (!isJsonObject(item)) {
      reader.problem(itemPath, `A part must be an object with "operation-type" or "stream", but is ${shown(item)}.`);
      return [];
    }
    const nested = reader.nested(item, itemPath);
    if (item.has('stream'))
      return [{ kind: 'stream', elements: readElements(nested, 'stream', nested.list('stream', []), facts) }];
    return readPart(nested, item, facts);
  });
}

function readPart(reader: ParamReader, item: JsonObject, facts: ParameterFacts): readonly Element[] {
  if (!item.has('operation-type')) {
    reader.problem('operation-type', '"operation-type" is missing; a part has it, or else "stream".');
    return [];
  }
  const type = reader.choice('operation-type', null, [...PART_TYPES.keys()]);
  const read = type === null ? undefined : PART_TYPES.get(type);
  if (type === null || read === undefined) return [];
  const operation = reader.string('name', type);
  return [{ kind: 'part', operation, type, part: read(reader, facts, operation) }];
}

/** What the parts of one execution share. */
interface Execution {
  readonly ids: PartIds;
  readonly slots: Slots;
  /** Set when a part has failed. From then on no part starts, and the streams that run are ended. */
  failure: { readonly error: unknown } | null;
  readonly forks: Set<Session>;
}

/** Hands out a limited number of turns, first come, first served. */
class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  async acquire(): Promise<void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  release(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free++;
    else next();
  }
}

function compositeScript(params: CompositeParams): Script {
  return async (session) => {
    const execution: Execution = {
      ids: new Map(),
      slots: new Slots(params.maxConnections),
      failure: null,
      forks: new Set(),
    };
    await runElements(params.elements, session, execution);
    if (execution.failure !== null) throw execution.failure.error;
  };
}

/** How many parts run at the same time at most: those of the streams that stand side by side. */
function concurrencyOf(elements: readonly Element[]): number {
  let most = 0;
  let beside = 0;
  for (const element of elements) {
    beside = element.kind === 'stream' ? beside + concurrencyOf(element.elements) : 0;
    most = Math.max(most, element.kind === 'stream' ? beside : 1);
  }
  return most;
}

/** Resolves when all elements have ended. Never rejects: the first failure is noted in the execution. */
async function runElements(elements: readonly Element[], session: Session, execution: Execution): Promise<void> {
  let streams: Promise<void>[] = [];
  for (const element of elements) {
    if (execution.failure !== null) break;
    if (element.kind === 'stream') {
      streams.push(runStream(element, session, execution));
      continue;
    }
    await Promise.all(streams);
    streams = [];
    await runPart(element, session, execution);
  }
  await Promise.all(streams);
}

async function runStream(stream: Stream, parent: Session, execution: Execution): Promise<void> {
  const session = parent.fork();
  execution.forks.add(session);
  try {
    await runElements(stream.elements, session, execution);
  } finally {
    execution.forks.delete(session);
    session.release();
  }
}

async function runPart(
  element: Extract<Element, { kind: 'part' }>,
  session: Session,
  execution: Execution,
): Promise<void> {
  await execution.slots.acquire();
  try {
    if (execution.failure === null) await measurePart(element, session, execution);
  } catch (error) {
    noteFailure(execution, error);
  } finally {
    execution.slots.release();
  }
}

async function measurePart(
  element: Extract<Element, { kind: 'part' }>,
  session: Session,
  execution: Execution,
): Promise<void> {
  const outcome = new Outcome();
  const start = session.now();
  await element.part(execution.ids)(session, outcome);
  session.reportPart({ operation: element.operation, type: element.type, serviceTime: millis(session.now() - start) });
  if (!outcome.success)
    throw new RequestFailure(
      'protocol',
      `Part "${element.operation}" failed: ${outcome.errorDescription ?? 'no reason given'}`,
    );
}

function noteFailure(execution: Execution, error: unknown): void {
  // Later failures do not count: ending the other streams causes them.
  execution.failure ??= { error };
  for (const fork of execution.forks) fork.release();
}

/**
 * `composite`: one sample is one run of all parts; each part also gives a sample of its own name, of service time only.
 */
export const composite: OperationType = defineOperation({
  name: 'composite',
  isAdmin: false,
  runsOnServerless: true,
  read: readComposite,
  unit: () => 'ops',
  concurrency: ({ elements, maxConnections }) => Math.min(maxConnections, concurrencyOf(elements)),
  create: (params) => scriptOperation(compositeScript(params)),
});
