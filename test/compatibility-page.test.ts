// Keeps docs/compatibility.md in step with what the program knows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { rateFlags } from '../src/cli/commands/control-flags.ts';
import { executeTestFlags } from '../src/cli/commands/execute-test-flags.ts';
import { listCommand } from '../src/cli/commands/list.ts';
import { pipelinesNotBuilt } from '../src/cli/commands/not-built.ts';
import { groups } from '../src/cli/commands/shared-flags.ts';
import { benchmarkProgram, daemonProgram } from '../src/cli/program.ts';
import { isUnsupportedOption } from '../src/http/parse-client-options.ts';
import { executableTypes, operationCatalog } from '../src/operation/registry.ts';
import { packageRoot } from '../src/package.ts';
import { summaryFormatNames } from '../src/report/formats.ts';
import { alwaysOnDevices, deviceChoices } from '../src/telemetry/registry.ts';
import { runInMemory, temporaryDirectory } from './cli/run-in-memory.ts';

const page = readFileSync(join(packageRoot, 'docs', 'compatibility.md'), 'utf8');
const STATES = ['works', 'partly', 'not yet', 'not planned'];

/** What stands in backquotes in a cell. */
const namesIn = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

/** The cells of the table below a heading, its head left out. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const section = page.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`));
  assert.ok(section, `there is no section ${heading}`);
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The state of each name of a table, e.g. `refresh` → `works`. */
function statesBelow(heading: string): ReadonlyMap<string, string> {
  const pairs = rowsBelow(heading).flatMap(([cell = '', state = '']) =>
    namesIn(cell).map((name) => [name, state] as const),
  );
  assert.equal(new Map(pairs).size, pairs.length, `a name stands twice below ${heading}`);
  return new Map(pairs);
}

const sorted = (names: Iterable<string>): readonly string[] => [...names].sort();
const worksIf = (works: boolean): string => (works ? 'works' : 'a later state');
const coarse = (state: string | undefined): string => worksIf(state === 'works');

test('each row has one of the states', () => {
  for (const heading of [
    'Commands',
    'Flags of a test run',
    'Client options',
    'Pipelines',
    'Operation types',
    'Parameter sources',
    'Workloads',
    'Results',
  ]) {
    for (const [name, state] of rowsBelow(heading)) assert.ok(STATES.includes(state ?? ''), `${heading}: ${name}`);
  }
  for (const [name, , state] of rowsBelow('Telemetry')) assert.ok(STATES.includes(state ?? ''), name);
});

describe('commands', () => {
  const states = statesBelow('Commands');
  const own = ['fleet', 'trend', 'opensearch-benchmarkd token'];

  test('are those of the programs', () => {
    const lists =
      listCommand.positional?.choices.map(
        (what) => [`list ${what}`, states.get(`list ${what}`) === 'works'] as const,
      ) ?? [];
    const known = [
      ...benchmarkProgram.commands
        .filter(({ name }) => name !== 'list')
        .map(({ name, isBuilt }) => [name, isBuilt] as const),
      ...daemonProgram.commands.map(({ name, isBuilt }) => [`opensearch-benchmarkd ${name}`, isBuilt] as const),
      ...lists,
    ].filter(([name]) => !own.includes(name));
    assert.deepEqual(sorted(states.keys()), sorted(known.map(([name]) => name)));
    for (const [name, isBuilt] of known) assert.equal(coarse(states.get(name)), worksIf(isBuilt), name);
  });

  test('list what the page says', async () => {
    const home = temporaryDirectory();
    for (const what of listCommand.positional?.choices ?? []) {
      const { stderr } = await runInMemory(home, ['list', what, '--workload-repository=builtin']);
      assert.equal(coarse(states.get(`list ${what}`)), worksIf(!stderr.includes('is not in this version')), what);
    }
  });
});

test('flags are those of a test run', () => {
  const states = statesBelow('Flags of a test run');
  const own = ['worker-wait', 'on-worker-loss', 'summary', ...Object.values(rateFlags).map(({ long }) => long)];
  const known = Object.values(executeTestFlags).filter(({ long }) => !own.includes(long));
  assert.deepEqual(sorted(states.keys()), sorted(known.map(({ long }) => `--${long}`)));
  for (const { long, notBuilt, group, choices } of known) {
    const state = states.get(`--${long}`);
    assert.equal(coarse(state), worksIf(notBuilt === null && group !== groups.provisioning), long);
    if (state === 'partly') assert.ok(choices.length > 1, `${long} has no choices of which only some could work`);
  }
});

test('client options are refused as the page says', () => {
  for (const [option, state] of statesBelow('Client options'))
    assert.equal(coarse(state), worksIf(!isUnsupportedOption(option)), option);
});

test('pipelines are the choices of the flag', () => {
  const states = statesBelow('Pipelines');
  assert.deepEqual(sorted(states.keys()), sorted(executeTestFlags.pipeline.choices));
  for (const [name, state] of states) assert.equal(coarse(state), worksIf(!(name in pipelinesNotBuilt)), name);
});

test('operation types are those of the field, and work if the registry has them', () => {
  const states = statesBelow('Operation types');
  assert.deepEqual(sorted(states.keys()), sorted(operationCatalog.facts.keys()));
  const registry = new Set(executableTypes.map(({ name }) => name));
  for (const [name, state] of states) assert.equal(coarse(state), worksIf(registry.has(name)), name);
});

test('a parameter source works with its operation type', () => {
  // It is another name for the source of `bulk`.
  const registry = new Set([...executableTypes.map(({ name }) => name), 'file-reader']);
  for (const [name, state] of statesBelow('Parameter sources'))
    assert.equal(coarse(state), worksIf(registry.has(name)), name);
});

test('devices that work are those of the registry', () => {
  const rows = rowsBelow('Telemetry');
  assert.deepEqual(
    sorted(rows.flatMap(([, here = '']) => namesIn(here))),
    sorted([...alwaysOnDevices, ...deviceChoices].map(({ name }) => name)),
  );
  for (const [name, here = '', state] of rows) assert.equal(coarse(state), worksIf(here !== ''), name);
});

test('formats of the summary are the choices of the flag', () => {
  const formats = rowsBelow('Results').filter(([name]) => name?.startsWith('format '));
  assert.deepEqual(sorted(formats.flatMap(([name = '']) => namesIn(name))), sorted(summaryFormatNames));
});
