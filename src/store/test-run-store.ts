// Keeps test runs as files below the root directory, one directory per run.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { BenchmarkError, messageOf } from '../errors.ts';
import { makeDirectories, systemReason } from '../files.ts';
import { parseJson } from '../json.ts';
import { knownSecrets } from '../secrets.ts';
import { indentedJson } from './json-text.ts';
import type { TestRun } from './test-run.ts';
import { testRunDocument } from './test-run-document.ts';
import { parseTestRun } from './test-run-reader.ts';
import { formatTimestamp } from './timestamp.ts';

/** Where versions of the program keep test runs: the current layout first, then that of OpenSearch Benchmark 1.x. */
const layouts = [
  { directory: 'test-runs', file: 'test_run.json' },
  { directory: 'test_executions', file: 'test_execution.json' },
] as const;
const [current] = layouts;

/** Where versions of the program keep several test runs taken together, in the same order. */
const aggregateLayouts = [
  { directory: 'aggregated_results', file: 'aggregated_test_run.json' },
  { directory: 'aggregated_results', file: 'aggregated_test_execution.json' },
] as const;
const [currentAggregate] = aggregateLayouts;

/** The path of a test run's file. Fails with `USAGE` if the id cannot name a directory. */
export function testRunFile(rootDirectory: string, id: string): string {
  checkId(id);
  return join(rootDirectory, current.directory, id, current.file);
}

function checkId(id: string): void {
  if (id === '' || id === '.' || id === '..' || /[/\\\0]/.test(id)) {
    throw new BenchmarkError('USAGE', `"${id}" cannot be the id of a test run.`, {
      hint: 'Use letters, digits, "-", "_" and ".".',
    });
  }
}

/** The path of the file of an aggregate of test runs. Fails with `USAGE` if the id cannot name a directory. */
export function aggregateFile(rootDirectory: string, id: string): string {
  checkId(id);
  return join(rootDirectory, currentAggregate.directory, id, currentAggregate.file);
}

/** Whether there is a file of a test run of this id. Fails with `USAGE` if the id cannot name a directory. */
export const isStored = (rootDirectory: string, id: string): boolean => existsSync(testRunFile(rootDirectory, id));

/**
 * Writes a test run, without the secrets of this process, and returns the path. A reader sees the old content or the
 * new one, never a part of it. The results of an earlier run of the same id stay beside it, under the time of their
 * start. Fails with `DISK` if the file cannot be written.
 */
export async function writeTestRun(rootDirectory: string, run: TestRun): Promise<string> {
  const path = testRunFile(rootDirectory, run.id);
  const draft = `${path}.${process.pid}.tmp`;
  const text = `${indentedJson(knownSecrets.maskJson(testRunDocument(run)))}\n`;
  try {
    makeDirectories(dirname(path));
    await writeFile(draft, text, { flush: true, mode: 0o644 });
    await keepEarlier(path, run);
    await rename(draft, path);
  } catch (error) {
    // The failure to write is what counts: whether the draft can be removed changes nothing.
    await Promise.allSettled([rm(draft, { force: true })]);
    const copy = run.results === null ? null : await saveElsewhere(run.id, text);
    const hint =
      copy === null
        ? 'Free some space, or let root.dir in the configuration name another directory.'
        : `They are in ${copy}.`;
    throw new BenchmarkError('DISK', `The results cannot be written to ${path}: ${systemReason(error)}.`, {
      cause: error,
      hint,
    });
  }
  return path;
}

async function keepEarlier(path: string, run: TestRun): Promise<void> {
  const earlier = await readOrNull(path);
  if (earlier === null || earlier.results === null) return;
  const start = formatTimestamp(earlier.timestamp);
  // Earlier states of the same run have the same start.
  if (start === formatTimestamp(run.timestamp)) return;
  const { name, ext } = parse(path);
  await rename(path, join(dirname(path), `${name}.${start}${ext}`));
}

/**
 * Writes the results into the directory for temporary files, so that they are not lost with a disk. Returns the path,
 * or `null` if that fails, too.
 */
async function saveElsewhere(id: string, text: string): Promise<string | null> {
  const directory = await mkdtemp(join(tmpdir(), 'opensearch-benchmark-')).catch(() => null);
  if (directory === null) return null;
  const path = join(directory, `${id}.json`);
  try {
    await writeFile(path, text, { mode: 0o600 });
    return path;
  } catch {
    // The first failure is told; the summary has the figures all the same.
    return null;
  }
}

/**
 * Reads a test run, or an aggregate of several, by its id. Fails with `TEST_RUN_NOT_FOUND` if there is none or its file
 * cannot be understood, with `DISK` if it cannot be read.
 */
export async function readTestRun(rootDirectory: string, id: string): Promise<TestRun> {
  checkId(id);
  for (const { directory, file } of [...layouts, ...aggregateLayouts]) {
    const path = join(rootDirectory, directory, id, file);
    const text = await readIfPresent(path);
    if (text !== null) return parseFile(path, text);
  }
  throw new BenchmarkError(
    'TEST_RUN_NOT_FOUND',
    `There is no test run "${id}" below ${join(rootDirectory, current.directory)}.`,
    {
      hint: 'The command "list test-runs" shows the ids of all test runs.',
    },
  );
}

/** The most recent test runs, newest first, at most `limit` of them. Files that cannot be read are left out. */
export async function listTestRuns(rootDirectory: string, limit: number): Promise<readonly TestRun[]> {
  return list(rootDirectory, layouts, limit);
}

/** All aggregates of test runs, newest first. Files that cannot be read are left out. */
export async function listAggregates(rootDirectory: string): Promise<readonly TestRun[]> {
  return list(rootDirectory, aggregateLayouts, Number.POSITIVE_INFINITY);
}

async function list(
  rootDirectory: string,
  places: readonly { readonly directory: string; readonly file: string }[],
  limit: number,
): Promise<readonly TestRun[]> {
  const runs: TestRun[] = [];
  for (const { directory, file } of places) {
    for (const name of await subdirectories(join(rootDirectory, directory))) {
      const run = await readOrNull(join(rootDirectory, directory, name, file));
      if (run !== null) runs.push(run);
    }
  }
  return runs.sort((left, right) => right.timestamp - left.timestamp || (left.id < right.id ? -1 : 1)).slice(0, limit);
}

function parseFile(path: string, text: string): TestRun {
  let run: TestRun | null;
  try {
    run = parseTestRun(parseJson(text));
  } catch (error) {
    throw new BenchmarkError('TEST_RUN_NOT_FOUND', `${path} is no JSON: ${messageOf(error)}`, { cause: error });
  }
  if (run === null)
    throw new BenchmarkError('TEST_RUN_NOT_FOUND', `${path} has no "test-run-id" or no valid "test-run-timestamp".`);
  return run;
}

async function readOrNull(path: string): Promise<TestRun | null> {
  try {
    return parseTestRun(parseJson(await readFile(path, 'utf8')));
  } catch {
    // A list shows what it can: a run that was killed while it wrote, or a stray directory, must not hide the others.
    return null;
  }
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw new BenchmarkError('DISK', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function subdirectories(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map((entry) => entry.name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw new BenchmarkError('DISK', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
