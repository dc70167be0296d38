// The course of a test run as `history.json`: one column per figure, so that it loads into a table as it is.
import { isJsonArray, isJsonNumber, type Json, type JsonObject, toJson, toNumber } from '../json.ts';
import type { NodeCell, NodeHistory, RunHistory, TaskCell, TaskHistory, TelemetrySeries } from '../metrics/history.ts';
import { numberField, objectField, objectsField, textField } from './fields.ts';

/** The figures of a task's cell that are plain numbers, by their names in the file. */
const taskColumns = {
  start: 'start',
  requests: 'requests',
  failed_requests: 'failedRequests',
  samples: 'samples',
  failed_samples: 'failedSamples',
  warmup_samples: 'warmupSamples',
  unsent: 'unsent',
  work: 'work',
} as const satisfies Readonly<Record<string, keyof TaskCell>>;

/** The figures of a machine's cell, by their names in the file. */
const nodeColumns = {
  start: 'start',
  requests: 'requests',
  failed_requests: 'failedRequests',
  cpu_ms: 'cpuMillis',
  utilisation: 'utilisation',
  send_lag_p99: 'sendLagP99',
} as const satisfies Readonly<Record<string, keyof NodeCell>>;

/** The course without its histograms. */
export function historyDocument(history: RunHistory): JsonObject {
  return new Map<string, Json>([
    ['started-at', Math.round(history.startedAt)],
    ['tasks', history.tasks.map(taskDocument)],
    ['nodes', history.nodes.map(nodeDocument)],
    ['telemetry', history.telemetry.map((series) => toJson(series))],
  ]);
}

function taskDocument({ task, unit, length, cells }: TaskHistory): JsonObject {
  return new Map<string, Json>([
    ['task', task],
    ['unit', unit],
    ['length', length],
    ['cells', columns(taskColumns, cells)],
    [
      'errors',
      cells.flatMap(({ start, errors }) =>
        errors.map(({ kind, count }) => toJson({ start: round(start), kind, count })),
      ),
    ],
  ]);
}

const nodeDocument = ({ node, length, cells }: NodeHistory): JsonObject =>
  new Map<string, Json>([
    ['node', node],
    ['length', length],
    ['cells', columns(nodeColumns, cells)],
  ]);

function columns<Cell>(names: Readonly<Record<string, keyof Cell>>, cells: readonly Cell[]): JsonObject {
  return new Map<string, Json>(
    Object.entries(names).map(([name, key]) => [
      name,
      cells.map((cell) => {
        const value = cell[key];
        return typeof value === 'number' && Number.isFinite(value) ? toJson(round(value)) : null;
      }),
    ]),
  );
}

/** Three decimals of a ms, or of anything else here, say all that was measured. */
const round = (value: number): number => Math.round(value * 1000) / 1000;

/** A course from its document; histograms are `null`. What is absent is empty, 0 or `null`. */
export function parseHistory(document: JsonObject): RunHistory {
  return {
    startedAt: numberField(document, 'started-at') ?? 0,
    tasks: objectsField(document, 'tasks').map(parseTask),
    nodes: objectsField(document, 'nodes').map(parseNode),
    telemetry: objectsField(document, 'telemetry').map(parseSeries),
  };
}

function parseTask(entry: JsonObject): TaskHistory {
  const errors = objectsField(entry, 'errors');
  return {
    task: textField(entry, 'task') ?? '',
    unit: textField(entry, 'unit'),
    length: numberField(entry, 'length') ?? 0,
    cells: rows(objectField(entry, 'cells'), (value) => {
      const start = value('start') ?? 0;
      return {
        start,
        requests: value('requests') ?? 0,
        failedRequests: value('failed_requests') ?? 0,
        samples: value('samples') ?? 0,
        failedSamples: value('failed_samples') ?? 0,
        warmupSamples: value('warmup_samples') ?? 0,
        unsent: value('unsent') ?? 0,
        work: value('work') ?? 0,
        latency: null,
        serviceTime: null,
        clientProcessingTime: null,
        processingTime: null,
        errors: errors
          .filter((error) => numberField(error, 'start') === start)
          .map((error) => ({ kind: textField(error, 'kind') ?? '', count: numberField(error, 'count') ?? 0 })),
      };
    }),
  };
}

const parseNode = (entry: JsonObject): NodeHistory => ({
  node: textField(entry, 'node') ?? '',
  length: numberField(entry, 'length') ?? 0,
  cells: rows(objectField(entry, 'cells'), (value) => ({
    start: value('start') ?? 0,
    requests: value('requests') ?? 0,
    failedRequests: value('failed_requests') ?? 0,
    cpuMillis: value('cpu_ms') ?? 0,
    utilisation: value('utilisation'),
    sendLagP99: value('send_lag_p99'),
  })),
});

const parseSeries = (entry: JsonObject): TelemetrySeries => ({
  device: textField(entry, 'device') ?? '',
  cluster: textField(entry, 'cluster') ?? '',
  subject: textField(entry, 'subject') ?? '',
  metric: textField(entry, 'metric') ?? '',
  unit: textField(entry, 'unit') ?? '',
  isCounter: entry.get('isCounter') === true,
  times: numbers(entry.get('times')).map((value) => value ?? 0),
  values: numbers(entry.get('values')).map((value) => value ?? 0),
});

function rows<Cell>(cells: JsonObject, make: (value: (column: string) => number | null) => Cell): readonly Cell[] {
  const values = new Map([...cells].map(([name, column]) => [name, numbers(column)]));
  return numbers(cells.get('start')).map((_, row) => make((column) => values.get(column)?.[row] ?? null));
}

const numbers = (column: Json | undefined): readonly (number | null)[] =>
  isJsonArray(column) ? column.map((value) => (isJsonNumber(value) ? toNumber(value) : null)) : [];
