// Lines that the commands of the daemon print; scripts of the original look for some of them.
import type { Started } from './start-message.ts';

/**
 * Name of the log of the daemon of a node. Colons of an IPv6 address are replaced, as file names must not have them.
 */
export const daemonLogFile = (address: string): string => `daemon-${address.replaceAll(':', '-')}.log`;

/** The lines after a start. */
export function startedLines({ address, coordinator, link }: Started): readonly string[] {
  const node = `node [${address}] with coordinator node IP [${coordinator}]`;
  const started = `[INFO] Successfully started actor system on ${node}.`;
  if (link === 'joined') return [started];
  return [started, `[WARNING] The node is not in the fleet yet; it keeps trying. ${link}`];
}

/** The line while a daemon is stopped. */
export const stoppingLine = '[INFO] Shutting down actor system.';
