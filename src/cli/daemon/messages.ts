// Lines that the commands of the daemon print; scripts of the original look for some of them.
import type { Started } from './start-message.ts';

/** Name of the log of the daemon of a node. Colons of IPv6 have no place in the name of a file. */
export const daemonLogFile = (address: string): string => `daemon-${address.replaceAll(':', '-')}.log`;

/** After a start. */
export function startedLines({ address, coordinator, link }: Started): readonly string[] {
  const started = `[INFO] Successfully started actor system on node [${address}] with coordinator node IP [${coordinator}].`;
  if (link === 'joined') return [started];
  return [started, `[WARNING] The node is not in the fleet yet; it keeps trying. ${link}`];
}

export const stoppingLine = '[INFO] Shutting down actor system.';
