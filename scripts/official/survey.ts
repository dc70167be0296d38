// Runs the test procedures of a checkout of workloads, one after the other, on servers that have what they need.
import { randomUUID } from 'node:crypto';
import type { PluginName } from '../opensearch-distribution.ts';
import { writeCorpora } from './corpora.ts';
import type { Outcome, Row } from './outcome.ts';
import { loadProcedure, type Procedure, proceduresOf, reasonOf, workloadsIn } from './procedures.ts';
import {
  dataDirectoryOf,
  type RunFigures,
  type RunPlace,
  runProcedure,
  surroundingsOf,
  type TaskFailure,
} from './run-procedure.ts';
import { installable, type TargetServer } from './target.ts';

/** What is to be run, and how. */
export interface SurveyOptions {
  readonly checkout: string;
  /** `workload` or `workload/procedure`; empty = all. */
  readonly only: readonly string[];
  /** A directory for configuration, corpora and results. */
  readonly home: string;
  /** Seconds for each procedure. */
  readonly limit: number;
  /** Provides a server with the plug-ins, as far as it can. It is stopped before the next one is asked for. */
  readonly provideServer: (plugins: readonly PluginName[]) => Promise<TargetServer>;
  /** Ends what is under way; the survey then rejects. */
  readonly signal: AbortSignal;
  /** Is told each row as soon as it is known. */
  readonly onRow: (row: Row) => void;
}

/** One row per test procedure, in the order of the workloads. Rejects for a name in `only` that there is not. */
export async function survey(options: SurveyOptions): Promise<readonly Row[]> {
  const { procedures, broken } = await findProcedures(options);
  const rows = new Map<Procedure, Row>();
  const rowOf = (procedure: Procedure, isRendered: boolean, outcome: Outcome): void => {
    const row = { workload: procedure.workload, procedure: procedure.name, isRendered, outcome };
    rows.set(procedure, row);
    options.onRow(row);
  };
  const runnable: Procedure[] = [];
  for (const procedure of procedures) {
    const obstacle = await obstacleOf(procedure);
    if (obstacle === null) runnable.push(procedure);
    else rowOf(procedure, false, { kind: 'failed', why: obstacle, figures: null, seconds: 0 });
  }
  for (const group of groupsOf(runnable))
    await runGroup(group, options, (procedure, outcome) => rowOf(procedure, true, outcome));
  return [...broken, ...procedures.flatMap((procedure) => rows.get(procedure) ?? [])];
}

async function findProcedures({ checkout, only, onRow }: SurveyOptions): Promise<{
  readonly procedures: readonly Procedure[];
  readonly broken: readonly Row[];
}> {
  const names = workloadsIn(checkout);
  if (names.length === 0) throw new Error(`No directory in ${checkout} holds a workload.json.`);
  const isWanted = (workload: string, procedure: string | null): boolean =>
    only.length === 0 || only.includes(workload) || only.includes(`${workload}/${procedure}`);
  const procedures: Procedure[] = [];
  const broken: Row[] = [];
  for (const workload of names.filter(
    (name) => only.length === 0 || only.some((wish) => wish.split('/')[0] === name),
  )) {
    const found = await proceduresOf(checkout, workload);
    if ('why' in found) {
      const outcome = { kind: 'failed', why: found.why, figures: null, seconds: 0 } as const;
      const row = { workload, procedure: '', isRendered: false, outcome };
      broken.push(row);
      onRow(row);
    } else {
      procedures.push(...found.filter(({ name }) => isWanted(workload, name)));
    }
  }
  const missing = only.filter(
    (wish) =>
      !broken.some(({ workload }) => workload === wish.split('/')[0]) &&
      !procedures.some(({ workload, name }) => wish === workload || wish === `${workload}/${name}`),
  );
  if (missing.length > 0)
    throw new Error(`There is no workload or test procedure ${missing.join(', ')} in ${checkout}.`);
  return { procedures, broken };
}

/** Why a procedure does not render; `null` if it does. */
async function obstacleOf(procedure: Procedure): Promise<string | null> {
  try {
    await loadProcedure(procedure);
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/** The procedures that can run on the same server, with the plug-ins that it should have. */
function groupsOf(procedures: readonly Procedure[]): readonly (readonly Procedure[])[] {
  const groups = new Map<string, Procedure[]>();
  for (const procedure of procedures) {
    const key = installable(procedure.needs.parts).join();
    groups.set(key, [...(groups.get(key) ?? []), procedure]);
  }
  return [...groups].sort(([left], [right]) => left.localeCompare(right)).map(([, group]) => group);
}

async function runGroup(
  group: readonly Procedure[],
  options: SurveyOptions,
  onOutcome: (procedure: Procedure, outcome: Outcome) => void,
): Promise<void> {
  const server = await options.provideServer(installable(group[0]?.needs.parts ?? []));
  let previous: Procedure | null = null;
  try {
    for (const procedure of group) {
      const missing = procedure.needs.parts.filter((part) => !server.parts.has(part));
      if (missing.length > 0) {
        onOutcome(procedure, { kind: 'left-out', why: `the server has no ${missing.join(' and no ')}` });
        continue;
      }
      if (procedure.workload !== previous?.workload) await server.clean();
      for (const name of procedure.needs.after)
        if (previous?.name !== name) await runOn(server, await siblingOf(procedure, name, options), options);
      onOutcome(procedure, await runOn(server, procedure, options));
      previous = procedure;
    }
  } finally {
    await server.stop();
  }
}

async function siblingOf(procedure: Procedure, name: string, { checkout }: SurveyOptions): Promise<Procedure> {
  const all = await proceduresOf(checkout, procedure.workload);
  const sibling = 'why' in all ? undefined : all.find((other) => other.name === name);
  if (sibling === undefined)
    throw new Error(`${procedure.workload}/${procedure.name} needs ${name}, which the workload does not have.`);
  return sibling;
}

async function runOn(server: TargetServer, procedure: Procedure, options: SurveyOptions): Promise<Outcome> {
  const { home, limit, signal } = options;
  const broker = procedure.needs.parts.includes('kafka') ? await server.startKafka?.(procedure.workload) : undefined;
  try {
    const kafka = broker?.host ?? null;
    const place = { home, limit, signal, server: server.address, grpcServer: server.grpcAddress, kafka };
    const { workload, testProcedure } = await loadProcedure(procedure, surroundingsOf(place));
    await writeCorpora(workload, testProcedure, dataDirectoryOf(home));
    return await outcomeOf(procedure, place);
  } finally {
    await broker?.stop();
  }
}

async function outcomeOf(procedure: Procedure, place: RunPlace): Promise<Outcome> {
  const { figures, failure, isUnsupported, seconds } = await runProcedure(procedure, randomUUID(), place);
  place.signal.throwIfAborted();
  if (isUnsupported) return { kind: 'left-out', why: failure ?? '' };
  return failure === null && figures !== null
    ? { kind: 'run', seconds, ...judged(procedure, figures) }
    : { kind: 'failed', why: failure ?? 'has stored no results', figures, seconds };
}

/** The figures of a run, with those failures apart that are expected. */
function judged({ needs }: Procedure, figures: RunFigures): { figures: RunFigures; known: readonly string[] } {
  const knownOf = ({ task }: TaskFailure): string | undefined =>
    needs.knownFailures.find(({ tasks }) => tasks.test(task))?.why;
  const unexplained: readonly TaskFailure[] =
    figures.errors > 0 && figures.failures.length === 0
      ? [{ task: 'no task of the results', count: figures.errors, what: 'requests that failed' }]
      : [];
  return {
    figures: {
      ...figures,
      failures: [...figures.failures.filter((failure) => knownOf(failure) === undefined), ...unexplained],
    },
    known: [...new Set(figures.failures.flatMap((failure) => knownOf(failure) ?? []))],
  };
}
