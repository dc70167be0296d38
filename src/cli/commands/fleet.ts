// The command `fleet`: shows the nodes that are there, and whether a distributed run could begin with them.
import { BenchmarkError, exitCodes, messageOf, type Problem } from '../../errors.ts';
import type { Bus } from '../../fleet/protocol/bus.ts';
import type { ListedNode } from '../../fleet/run/node-directory.ts';
import type { NodeSurvey } from '../../fleet/run/survey.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { packageVersion } from '../../package.ts';
import { plainTable } from '../../report/plain-table.ts';
import { type Command, defineCommand } from '../args/command.ts';
import type { CommandContext } from '../context.ts';
import { readTargets } from './read-targets.ts';
import { commonFlags, targetFlags, workerFlags } from './shared-flags.ts';

const { workerIps, workerWait } = workerFlags;
const flags = { workerIps, workerWait, ...targetFlags, ...commonFlags };

/** A wall clock that differs by more is worth a warning, although results do not depend on it. */
const CLOCK_TOLERANCE_MILLIS = 1000;
const CLOCK_EFFECT = 'Results do not depend on it, but logs will not agree.';
/** Less free disk than this is worth a warning. */
const LITTLE_DISK_BYTES = 5 * 2 ** 30;
/** Less free memory than this is worth a warning. */
const LITTLE_MEMORY_BYTES = 2 ** 29;

/** The command `fleet`. */
export const fleetCommand: Command = defineCommand({
  name: 'fleet',
  summary: 'Show the machines that generate load, and check them before a run.',
  description:
    'Shows the nodes that have joined the coordinator of this machine. With --target-hosts, each tries to reach the ' +
    'cluster; with --worker-ips, those that are missing are named.',
  flags,
  execute: async (context, run) => {
    const { accessOf } = await import('./coordinator-access.ts');
    const { connectCoordinator, runDirectory, resolveAddress } = accessOf(context);
    const endpoints = run.given.has('targetHosts') ? (await readTargets(context, run.options)).default.endpoints : [];
    const bus = await connectCoordinator(runDirectory);
    try {
      const { findNodes, askNodes } = await import('../../fleet/run/node-directory.ts');
      const { workerWait: wait } = run.options;
      const names = run.given.has('workerIps') ? run.options.workerIps : null;
      const request = {
        bus,
        wait,
        version: packageVersion,
        resolve: resolveAddress,
        signal: context.environment.signal,
      };
      const known = await askNodes(bus);
      const listed =
        names === null
          ? known.nodes.map((node): ListedNode => ({ name: node.hello.address, node }))
          : await findNodes({ ...request, names });
      for (const { address, reason } of known.refused)
        context.console.warning(`${address} wants to join and is refused: ${reason}`);
      return await show(context, bus, listed, endpoints);
    } finally {
      await bus.close();
    }
  },
});

type Looked = { readonly node: ListedNode; readonly survey: NodeSurvey | null; readonly failure: string | null };

async function show(
  { console }: CommandContext,
  bus: Bus,
  listed: readonly ListedNode[],
  endpoints: readonly Endpoint[],
): Promise<number> {
  if (listed.length === 0) {
    const hint =
      'Start a daemon on each machine: opensearch-benchmarkd start --node-ip=ADDRESS --coordinator-ip=COORDINATOR';
    throw new BenchmarkError('FLEET', 'No node has joined the coordinator of this machine.', { hint });
  }
  const { surveyNode } = await import('../../fleet/run/survey.ts');
  const looked = await Promise.all(
    listed.map(
      (node): Promise<Looked> =>
        surveyNode(bus, node.node, endpoints).then(
          (survey) => ({ node, survey, failure: null }),
          (error: unknown) => ({ node, survey: null, failure: messageOf(error) }),
        ),
    ),
  );
  console.print(plainTable(headers, looked.map(rowOf)));
  const problems = looked.flatMap(problemsOf);
  for (const message of looked.flatMap(notesOf)) console.warning(message);
  if (problems.length === 0) return exitCodes.success;
  throw new BenchmarkError(
    'FLEET',
    `The fleet has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}.`,
    { problems },
  );
}

const headers = [
  'Node',
  'Host',
  'Role',
  'Version',
  'Cores',
  'Free memory',
  'Free disk',
  'Round trip',
  'Clock',
  'Target',
  'Test run',
  'Corpora',
];

function rowOf({ node: { name, node }, survey }: Looked): readonly (string | number | null)[] {
  const { hello } = node;
  const own = [name, hello.hostName, hello.role, hello.version, hello.cores];
  if (survey === null) return [...own, null, null, 'no answer', null, null, null, null];
  const { probe, roundTrip, wallOffset } = survey;
  const reached = probe.endpoints.filter(({ failure }) => failure === null);
  const slowest = reached.reduce((most, { millis }) => Math.max(most, millis ?? 0), 0);
  const target =
    probe.endpoints.length === 0
      ? null
      : reached.length === probe.endpoints.length
        ? `${slowest.toFixed(1)} ms`
        : 'unreachable';
  const shift = Math.round(wallOffset);
  const clock = `${shift >= 0 ? '+' : ''}${shift} ms`;
  const corpora = probe.corpora.map((corpus) => `${corpus.name} (${size(corpus.bytes)})`).join(', ');
  const free = [size(probe.freeMemoryBytes), size(probe.freeDiskBytes)];
  return [...own, ...free, `${roundTrip.toFixed(1)} ms`, clock, target, probe.testRunId, corpora];
}

function problemsOf({ node: { name, node }, survey, failure }: Looked): readonly Problem[] {
  const { version } = node.hello;
  const older =
    version === packageVersion
      ? []
      : [{ message: `Node ${name} runs version ${version}, the coordinator runs version ${packageVersion}.` }];
  if (survey === null) return [...older, { message: `Node ${name} does not answer: ${failure ?? ''}` }];
  const unreachable = survey.probe.endpoints.flatMap(({ host, port, failure: reason }) =>
    reason === null ? [] : [{ message: `Node ${name} cannot reach ${host}:${port}: ${reason}` }],
  );
  return [...older, ...unreachable];
}

function notesOf({ node: { name }, survey }: Looked): readonly string[] {
  if (survey === null) return [];
  const { probe, wallOffset } = survey;
  return [
    ...(Math.abs(wallOffset) < CLOCK_TOLERANCE_MILLIS
      ? []
      : [`The wall clock of ${name} is off by ${(wallOffset / 1000).toFixed(1)} seconds. ${CLOCK_EFFECT}`]),
    ...(probe.freeDiskBytes < LITTLE_DISK_BYTES
      ? [`Node ${name} has only ${size(probe.freeDiskBytes)} of free disk for ${probe.dataDirectory}.`]
      : []),
    ...(probe.freeMemoryBytes < LITTLE_MEMORY_BYTES
      ? [`Node ${name} has only ${size(probe.freeMemoryBytes)} of free memory.`]
      : []),
  ];
}

const size = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;
