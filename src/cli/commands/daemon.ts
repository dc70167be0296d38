// start, stop, restart, status of opensearch-benchmarkd. Not in this version.

import { valueFlag } from '../args/flag.ts';
import { readText } from '../args/grammar.ts';
import { defineFutureCommand } from './not-built.ts';
import { commonFlags, groups } from './shared-flags.ts';

const address = (long: string, description: string) =>
  valueFlag(long, { description, group: groups.command, placeholder: 'ADDRESS', isRequired: true, fallback: null, parse: readText });

const nodeAddresses = {
  nodeIp: address('node-ip', 'Address of this machine.'),
  coordinatorIp: address('coordinator-ip', 'Address of the machine on which test runs are started.'),
};

/** Distributed mode: parsed and explained, and refused when run. */
export const daemonCommands = [
  defineFutureCommand({
    name: 'start',
    summary: 'Start the daemon.',
    description: 'Starts the daemon, which generates load for test runs that are started on the coordinator.',
    flags: { ...nodeAddresses, ...commonFlags },
  }),
  defineFutureCommand({ name: 'stop', summary: 'Stop the daemon.', description: 'Stops the daemon of this machine.', flags: commonFlags }),
  defineFutureCommand({
    name: 'restart',
    summary: 'Restart the daemon.',
    description: 'Stops the daemon, if it runs, and starts it.',
    flags: { ...nodeAddresses, ...commonFlags },
  }),
  defineFutureCommand({
    name: 'status',
    summary: 'Say whether the daemon runs.',
    description: 'Says whether the daemon of this machine runs.',
    flags: commonFlags,
  }),
];
