// How commands reach the fleet of this machine's coordinator. Imported only by commands that do: the client of NATS takes its time to load.
import { resolveAddress } from '../../nats/addresses.ts';
import { connectCoordinator } from '../../nats/connect.ts';
import { runDirectoryIn } from '../../nats/hub-access.ts';
import type { Context } from '../context.ts';

export interface CoordinatorAccess {
  readonly connectCoordinator: typeof connectCoordinator;
  readonly resolveAddress: typeof resolveAddress;
  /** Where the coordinator's daemon of this configuration has left the way to it. */
  readonly runDirectory: string;
}

export const accessOf = ({ settings }: Context): CoordinatorAccess => ({
  connectCoordinator,
  resolveAddress,
  runDirectory: runDirectoryIn(settings.locations.directory),
});
