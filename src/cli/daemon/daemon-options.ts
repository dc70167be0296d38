// Makes the options of the daemon from flags, environment and settings.
import type { DaemonOptions } from '../../daemon/daemon.ts';
import { runDirectoryIn } from '../../nats/hub-access.ts';
import { findToken } from '../../nats/token.ts';
import { tokenKeyFileIn } from '../../nats/token-key.ts';
import { knownSecrets } from '../../secrets.ts';
import { contradiction } from '../args/command.ts';
import type { CommandContext } from '../context.ts';
import { absolutePath, type StartOptions } from './flags.ts';

/** Reads what the daemon needs. The token is registered as a secret. Throws `CONFIG` or `USAGE`. */
export function daemonOptions(
  { environment, settings }: CommandContext,
  options: StartOptions,
  log: DaemonOptions['log'],
): DaemonOptions {
  const inPlace = (path: string): string => absolutePath(path, environment.workingDirectory);
  const { natsCredentials } = options;
  const natsUrl = options.natsUrl ?? (environment.variables.OSB_NATS_URL || null);
  if (natsUrl === null && natsCredentials !== null) throw contradiction('--nats-credentials is for --nats-url.');
  if (natsUrl !== null && options.tokenFile !== null) {
    throw contradiction(
      '--nats-url and --token-file exclude each other.',
      'The owner of that NATS decides who may connect: use --nats-credentials.',
    );
  }
  const token = findToken(options.tokenFile === null ? null : inPlace(options.tokenFile), environment.variables);
  knownSecrets.register(token?.secret);
  if (natsUrl !== null) knownSecrets.registerAddresses(natsUrl);
  const runDirectory = runDirectoryIn(settings.locations.directory);
  return {
    runDirectory,
    rootDirectory: settings.rootDirectory,
    dataDirectory: settings.dataDirectory,
    homeDirectory: environment.homeDirectory,
    variables: environment.variables,
    cores: settings.cores ?? environment.cores,
    allowsTypeScriptPlugins: options.allowTypescriptPlugins,
    nodeIp: options.nodeIp ?? '',
    coordinatorIp: options.coordinatorIp ?? '',
    port: options.port,
    token: natsUrl === null ? token : null,
    tokenKeyFile: options.tokenKeyFile === null ? tokenKeyFileIn(runDirectory) : inPlace(options.tokenKeyFile),
    nats:
      natsUrl === null
        ? null
        : { url: natsUrl, credentialsFile: natsCredentials === null ? null : inPlace(natsCredentials) },
    wait: options.wait * 1000,
    log,
  };
}
