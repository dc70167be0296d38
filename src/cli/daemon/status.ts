// Says whether the daemon runs, as what, and who is in its fleet.

import { type DaemonState, findDaemon, silenceOf } from '../../daemon/daemon-state.ts';
import { exitCodes, messageOf } from '../../errors.ts';
import { type StatusAnswer, statusAnswerCodec } from '../../fleet/protocol/hub-messages.ts';
import { decodeBytes } from '../../fleet/protocol/json-codec.ts';
import { hubSubject } from '../../fleet/protocol/subjects.ts';
import { connectCoordinator } from '../../nats/connect.ts';
import { runDirectoryIn } from '../../nats/hub-access.ts';
import type { CommandContext } from '../context.ts';

/** The exit code for a daemon that does not run, as scripts of services have it. */
export const stoppedExitCode = 3;
const timeoutMillis = 2000;

/** Prints `Running` and what there is to know, or `Stopped`. Resolves with the exit code. */
export async function showStatus({ console, settings }: CommandContext): Promise<number> {
  const runDirectory = runDirectoryIn(settings.locations.directory);
  const daemon = findDaemon(runDirectory);
  if (daemon === null) {
    console.printResult('Stopped');
    return stoppedExitCode;
  }
  console.printResult(['Running', ...daemonLines(daemon, silenceOf(runDirectory))].join('\n'));
  if (daemon.role === 'coordinator') console.printResult((await hubLines(runDirectory)).join('\n'));
  return exitCodes.success;
}

function daemonLines(daemon: DaemonState, silence: number | null): readonly string[] {
  const { role, address, coordinator, port, version, process, link } = daemon;
  const standing =
    silence === null
      ? link
      : `without a sign of life for ${Math.round(silence / 1000)} seconds (before that: ${link}); is process ` +
        `${process.processId} stopped?`;
  const endpoint = port === 0 ? 'an existing NATS' : `port ${port}`;
  const place = role === 'coordinator' ? endpoint : `of ${coordinator}, ${endpoint}`;
  return [
    `Role: ${role} ${role === 'coordinator' ? 'on' : ''} ${place}`.replace(/ {2,}/g, ' '),
    `Node: ${address}, ${standing}`,
    `Version: ${version}, process ${process.processId}`,
  ];
}

async function hubLines(runDirectory: string): Promise<readonly string[]> {
  try {
    return describeHub(await askHub(runDirectory));
  } catch (error) {
    return [`The fleet cannot be asked: ${messageOf(error)}`];
  }
}

async function askHub(runDirectory: string): Promise<StatusAnswer> {
  const connection = await connectCoordinator(runDirectory);
  try {
    const { data } = await connection.request(hubSubject('status'), '', { timeout: timeoutMillis });
    return decodeBytes(statusAnswerCodec, data, 'the status of the fleet');
  } finally {
    await connection.close();
  }
}

function describeHub({ nodes, refused, natsVersion, run }: StatusAnswer): readonly string[] {
  return [
    `NATS: ${natsVersion}`,
    `Test run: ${run === null ? 'none' : `${run.testRunId}, process ${run.processId}`}`,
    `Nodes: ${nodes.length}`,
    ...nodes.map(({ hello }) => {
      const { address, hostName, role, version, cores, processId } = hello;
      return `  ${address} (${hostName}): ${role}, version ${version}, ${cores} cores, process ${processId}`;
    }),
    ...(refused.length === 0 ? [] : [`Refused: ${refused.length}`]),
    ...refused.map(({ address, hostName, reason }) => `  ${address} (${hostName}): ${reason}`),
  ];
}
