// Addresses of nodes: resolves names, and knows that all of 127.0.0.0/8 is this machine.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { BenchmarkError } from '../errors.ts';

/**
 * The IP address of the host that a user named. An address is returned as it is. Of a name, the first IPv4 address
 * outside 127.0.0.0/8 is taken, else the first IPv4 address, else the first address at all. Fails with FLEET if the
 * name has no address.
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
    throw new BenchmarkError('FLEET', `The name '${text}' cannot be resolved to an address.`, {
      cause: error,
      hint: 'Use an IP address.',
    });
  }
  throw new BenchmarkError('FLEET', `The name '${text}' has no address.`, { hint: 'Use an IP address.' });
}

/** The address in lower case, without the prefix `::ffff:` that IPv4 addresses have on IPv6 sockets. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase();

/** Is this an address of the loopback interface: in 127.0.0.0/8, or `::1`? */
export const isLoopback = (address: string): boolean => /^127\./.test(plainAddress(address)) || address === '::1';

/**
 * What rate limits count as one client: an IPv4 address, or the /64 network of an IPv6 address, because providers give
 * each customer at least a whole /64.
 */
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

/** Can a server on this machine listen on the address: is it a loopback address, or that of one of its interfaces? */
export function isOwnAddress(address: string): boolean {
  const plain = plainAddress(address);
  return (
    isLoopback(plain) ||
    Object.values(networkInterfaces()).some(
      (list) => list?.some((entry) => plainAddress(entry.address) === plain) ?? false,
    )
  );
}
