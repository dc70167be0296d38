// The flags of opensearch-benchmarkd.
import { isAbsolute, resolve } from 'node:path';
import { defaultFleetPort } from '../../nats/fleet-port.ts';
import { type Flag, switchFlag, ValueProblem, type Values, valueFlag } from '../args/flag.ts';
import { readFilledText, readInteger, readNumber } from '../args/grammar.ts';
import { commonFlags, groups } from '../commands/shared-flags.ts';

const address = (long: string, description: string): Flag<string | null> =>
  valueFlag(long, {
    description,
    group: groups.command,
    placeholder: 'ADDRESS',
    isRequired: true,
    fallback: null,
    parse: readFilledText,
  });

const optionalText = (long: string, placeholder: string, description: string): Flag<string | null> =>
  valueFlag(long, { description, group: groups.command, placeholder, fallback: null, parse: readFilledText });

/** The flag `--token-key-file`: where the coordinator's part of the token lies. */
export const tokenKeyFlag = optionalText(
  'token-key-file',
  'PATH',
  "The coordinator's part of the token, as the command token has stored it. Default: in the configuration directory.",
);

/** Flags of start and restart. */
export const startFlags = {
  nodeIp: address('node-ip', 'Address of this machine, as --worker-ips names it.'),
  coordinatorIp: address(
    'coordinator-ip',
    'Address of the machine on which test runs are started. ' +
      'The same as --node-ip makes this machine the coordinator.',
  ),
  port: valueFlag('port', {
    description: 'Port of the coordinator, the only one that is opened; the same on all nodes.',
    group: groups.command,
    fallback: defaultFleetPort,
    parse: readPort,
  }),
  tokenFile: optionalText(
    'token-file',
    'PATH',
    'File that holds the token of the fleet; instead of the environment variable OSB_FLEET_TOKEN. ' +
      'With a token all is encrypted, and nobody joins without it.',
  ),
  tokenKeyFile: tokenKeyFlag,
  natsUrl: optionalText(
    'nats-url',
    'URL',
    'Use this NATS instead of a server on the coordinator; its owner decides who may connect. ' +
      'Or the environment variable OSB_NATS_URL.',
  ),
  natsCredentials: optionalText('nats-credentials', 'PATH', 'File with the credentials for --nats-url.'),
  wait: valueFlag('wait', {
    description: 'Seconds to wait until the node is admitted. 0: do not wait.',
    group: groups.command,
    placeholder: 'SECONDS',
    fallback: 10,
    parse: readWait,
  }),
  allowTypescriptPlugins: switchFlag('allow-typescript-plugins', {
    description:
      'Run plug-ins of workloads in TypeScript (workload.ts, workload.js) on this node. ' +
      'They may do whatever the user of the daemon may; those in Python need no permission.',
    group: groups.command,
  }),
  foreground: switchFlag('foreground', {
    description: 'Do not go to the background, and log to the console too: for containers and service managers.',
    group: groups.command,
  }),
  ...commonFlags,
};

/** The values of the flags of start and restart. */
export type StartOptions = Values<typeof startFlags>;

/** Limit of a wait in seconds, which timers can still count. */
const longestWait = 86_400;

function readWait(text: string): number {
  const seconds = readNumber(text, 0);
  if (seconds > longestWait) throw new ValueProblem(`${text} is too large, the longest wait is ${longestWait} seconds`);
  return seconds;
}

function readPort(text: string): number {
  const port = readInteger(text, 1);
  if (port > 65_535) throw new ValueProblem(`${text} is too large, the largest port is 65535`);
  return port;
}

/** The absolute form of a path that a user typed in the working directory. */
export const absolutePath = (path: string, workingDirectory: string): string =>
  isAbsolute(path) ? path : resolve(workingDirectory, path);
