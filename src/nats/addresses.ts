// Addresses of nodes: names become IPs, and all of 127.0.0.0/8 is this machine.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { BenchmarkError } from '../errors.ts';

/**
 * The IP of what a user typed: an address as it is, a name by its first IPv4 address outside 127.0.0.0/8, else its first one.
 * Fails with FLEET.
 */
export async function resolveAddress(name: string): Promise<string> {
  const text = name.trim();
  if (isIP(text) !== 0) return plainAddress(text);
  try {
    const found = await lookup(text, { all: true });
    const v4 = found.filter(({ family }) => family === 4).map(({ address }) => address);
    const best = v4.find((address) => !isLoopback(address)) ?? v4[0] ?? found[0]?.address;
    if (best !== undefined) return best;
  } catch (error) {
    throw new BenchmarkError('FLEET', `The name '${text}' cannot be resolved to an address.`, { cause: error, hint: 'Use an IP address.' });
  }
  throw new BenchmarkError('FLEET', `The name '${text}' has no address.`, { hint: 'Use an IP address.' });
}

/** Without the prefix that IPv4 addresses get on sockets of IPv6. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase();

export const isLoopback = (address: string): boolean => /^127\./.test(plainAddress(address)) || address === '::1';

/** What limits count as one: an IPv4 address, or the 64 bits of an IPv6 address that one customer of a provider has. */
export function addressClass(address: string): string {
  const plain = plainAddress(address);
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':');
    while (groups.length + rest.length < 8) groups.push('0');
    groups.push(...rest);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/** May a server listen on it: is it loopback, or an address of an interface of this machine? */
export function isOwnAddress(address: string): boolean {
  const plain = plainAddress(address);
  return (
    isLoopback(plain) || Object.values(networkInterfaces()).some((list) => list?.some((entry) => plainAddress(entry.address) === plain) ?? false)
  );
}
