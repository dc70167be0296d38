// The commands of opensearch-benchmarkd: start, stop, restart, status and token.
import { defineCommand } from '../args/command.ts';
import { switchFlag } from '../args/flag.ts';
import { commonFlags, groups } from '../commands/shared-flags.ts';
import type { CommandContext } from '../context.ts';
import { type StartOptions, startFlags, tokenKeyFlag } from './flags.ts';

const plain = { hasPlainOutput: () => true } as const;

async function start(context: CommandContext, options: StartOptions): Promise<number> {
  if (options.foreground) return (await import('./foreground.ts')).runInForeground(context, options);
  return (await import('./background.ts')).startInBackground(context, options);
}

async function restart(context: CommandContext, options: StartOptions): Promise<number> {
  // A daemon that works is not stopped for one that cannot start.
  await (await import('./background.ts')).checkRestart(context, options);
  await (await import('./stop.ts')).endRunningDaemon(context);
  return start(context, options);
}

/** The commands of the daemon's program, in the order of the help. Their work is imported when it is wanted. */
export const daemonCommands = [
  defineCommand({
    name: 'start',
    summary: 'Start the daemon.',
    description: 'Starts the daemon, which generates load for test runs that are started on the coordinator.',
    flags: startFlags,
    endsItself: true,
    ...plain,
    execute: (context, { options }) => start(context, options),
  }),
  defineCommand({
    name: 'stop',
    summary: 'Stop the daemon.',
    description: 'Stops the daemon of this machine; load that it generates ends.',
    flags: commonFlags,
    ...plain,
    execute: async (context) => (await import('./stop.ts')).stopDaemon(context),
  }),
  defineCommand({
    name: 'restart',
    summary: 'Restart the daemon.',
    description: 'Stops the daemon, if it runs, and starts it.',
    flags: startFlags,
    endsItself: true,
    ...plain,
    execute: (context, { options }) => restart(context, options),
  }),
  defineCommand({
    name: 'status',
    summary: 'Say whether the daemon runs.',
    description:
      'Says whether the daemon of this machine runs, as what, and which nodes are in its fleet. ' +
      'The exit code is 3 if it does not run.',
    flags: commonFlags,
    ...plain,
    execute: async (context) => (await import('./status.ts')).showStatus(context),
  }),
  defineCommand({
    name: 'token',
    summary: 'Make a token for the fleet.',
    description:
      'To be run on the coordinator: prints the token of its fleet, and makes it first if there is none. ' +
      'Give it to start on all nodes, in OSB_FLEET_TOKEN or with --token-file.',
    flags: {
      new: switchFlag('new', {
        description: 'Make a new token; the one before is of no use any more once the coordinator is restarted.',
        group: groups.command,
      }),
      tokenKeyFile: tokenKeyFlag,
      ...commonFlags,
    },
    ...plain,
    execute: async (context, { options }) => (await import('./token.ts')).showToken(context, options),
  }),
];
