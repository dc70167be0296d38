// Makes or shows the token of the fleet. A key that belongs to it stays on the coordinator.
import { exitCodes } from '../../errors.ts';
import { runDirectoryIn } from '../../nats/hub-access.ts';
import { providePrivateDirectory } from '../../nats/private-files.ts';
import { formatToken } from '../../nats/token.ts';
import { createTokenKey, readTokenKey, tokenKeyFileIn, writeTokenKey } from '../../nats/token-key.ts';
import type { CommandContext } from '../context.ts';
import { absolutePath } from './flags.ts';

/** The values of the flags of the command. */
export interface TokenOptions {
  /** Whether a new token is made although there is one. */
  readonly new: boolean;
  /** Where the key lies; `null` = in the configuration directory. */
  readonly tokenKeyFile: string | null;
}

/** Prints the token and nothing else, so that a script may store it. */
export async function showToken(
  { console, settings, environment }: CommandContext,
  options: TokenOptions,
): Promise<number> {
  const runDirectory = runDirectoryIn(settings.locations.directory);
  const path =
    options.tokenKeyFile === null
      ? tokenKeyFileIn(runDirectory)
      : absolutePath(options.tokenKeyFile, environment.workingDirectory);
  if (options.tokenKeyFile === null) providePrivateDirectory(runDirectory);
  const known = options.new ? null : readTokenKey(path);
  const key = known ?? createTokenKey(environment.clock.wall());
  if (known === null) writeTokenKey(path, key);
  console.printSecret(formatToken(key.token));
  return exitCodes.success;
}
