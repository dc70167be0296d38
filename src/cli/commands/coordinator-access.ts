// How commands reach the fleet of this machine's coordinator. It is imported when it is needed, because the client of
// NATS takes its time to load.
import { resolveAddress } from '../../nats/addresses.ts';
import { connectCoordinator } from '../../nats/connect.ts';
import { runDirectoryIn } from '../../nats/hub-access.ts';
import type { CommandContext } from '../context.ts';

/** What a command needs to reach the fleet. */
export interface CoordinatorAccess {
  readonly connectCoordinator: typeof connectCoordinator;
  readonly resolveAddress: typeof resolveAddress;
  /** The directory in which the coordinator's daemon of this configuration has noted how it is reached. */
  readonly runDirectory: string;
}

/** The access for a command's configuration. */
export const accessOf = ({ settings }: CommandContext): CoordinatorAccess => ({
  connectCoordinator,
  resolveAddress,
  runDirectory: runDirectoryIn(settings.locations.directory),
});
