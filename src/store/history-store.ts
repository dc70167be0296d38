// Keeps the course of a test run beside its test_run.json: the figures in `history.json`, the times of all samples in
// interval logs of HdrHistogram.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BenchmarkError, messageOf } from '../errors.ts';
import { isJsonObject, parseJson, writeJson } from '../json.ts';
import { Histogram } from '../metrics/histogram.ts';
import type { RunHistory, TaskCell } from '../metrics/history.ts';
import { knownSecrets } from '../secrets.ts';
import { type HdrInterval, readHdrLog, writeHdrLog } from './hdr-log.ts';
import { historyDocument, parseHistory } from './history-document.ts';
import { replaceFile } from './replace-file.ts';
import { testRunFile } from './test-run-store.ts';

type TimeColumn = 'latency' | 'serviceTime' | 'clientProcessingTime' | 'processingTime';

/** The file of each kind of time. */
const logs: readonly (readonly [column: TimeColumn, file: string])[] = [
  ['latency', 'latency.hlog'],
  ['serviceTime', 'service_time.hlog'],
  ['clientProcessingTime', 'client_processing_time.hlog'],
  ['processingTime', 'processing_time.hlog'],
];
const FIGURES = 'history.json';
/** What the files hold, for the message if one cannot be written. */
const WHAT = 'The course of the test run';
const NANOS_PER_MILLI = 1e6;

/**
 * Writes the course of a test run. A reader sees each file as it was or as it is, never a part of it. Fails with `DISK`
 * if one cannot be written.
 */
export async function writeHistory(rootDirectory: string, id: string, history: RunHistory): Promise<void> {
  const directory = dirname(testRunFile(rootDirectory, id));
  const figures = `${writeJson(knownSecrets.maskJson(historyDocument(history)))}\n`;
  await replaceFile(join(directory, FIGURES), figures, WHAT);
  for (const [column, file] of logs)
    await replaceFile(join(directory, file), writeHdrLog(history.startedAt, intervalsOf(history, column)), WHAT);
}

/**
 * The course of a test run; `null` if none is stored with it, as with runs of OpenSearch Benchmark. Fails with
 * `TEST_RUN_NOT_FOUND` if its files cannot be understood.
 */
export async function readHistory(rootDirectory: string, id: string): Promise<RunHistory | null> {
  const directory = dirname(testRunFile(rootDirectory, id));
  const path = join(directory, FIGURES);
  const text = await readOptional(path);
  if (text === null) return null;
  const history = parseFigures(text, path);
  const columns = await Promise.all(
    logs.map(async ([column, file]) => {
      const log = join(directory, file);
      const intervals = readHdrLog((await readOptional(log)) ?? '', log);
      return [column, new Map(intervals.map(({ tag, start, payload }) => [key(tag, start), payload]))] as const;
    }),
  );
  const payloads = new Map(columns);
  const payloadOf = (column: TimeColumn, task: string, { start }: TaskCell): Uint8Array | null =>
    payloads.get(column)?.get(key(task, start)) ?? null;
  const withTimes = (task: string, cell: TaskCell): TaskCell => ({
    ...cell,
    latency: payloadOf('latency', task, cell),
    serviceTime: payloadOf('serviceTime', task, cell),
    clientProcessingTime: payloadOf('clientProcessingTime', task, cell),
    processingTime: payloadOf('processingTime', task, cell),
  });
  return {
    ...history,
    tasks: history.tasks.map((task) => ({ ...task, cells: task.cells.map((cell) => withTimes(task.task, cell)) })),
  };
}

const key = (task: string, start: number): string => `${Math.round(start)} ${task}`;

function intervalsOf({ tasks }: RunHistory, column: TimeColumn): readonly HdrInterval[] {
  const histogram = new Histogram();
  return tasks
    .flatMap(({ task, length, cells }) =>
      cells.flatMap((cell): readonly HdrInterval[] => {
        const payload = cell[column];
        if (payload === null) return [];
        histogram.addEncoded(payload);
        const max = histogram.max / NANOS_PER_MILLI;
        histogram.reset();
        return [{ tag: task, start: cell.start, length, max, payload }];
      }),
    )
    .sort((left, right) => left.start - right.start);
}

function parseFigures(text: string, path: string): RunHistory {
  try {
    const document = parseJson(text);
    if (isJsonObject(document)) return parseHistory(document);
  } catch (error) {
    throw new BenchmarkError('TEST_RUN_NOT_FOUND', `${path} is no JSON: ${messageOf(error)}`, { cause: error });
  }
  throw new BenchmarkError('TEST_RUN_NOT_FOUND', `${path} is not the course of a test run.`);
}

async function readOptional(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new BenchmarkError('DISK', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
