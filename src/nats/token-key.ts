// The coordinator's part of a token: the certificate of its server and the private key to it. It never leaves the
// coordinator's machine.
import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { createServerCertificate } from './certificate.ts';
import { writePrivateFile } from './private-files.ts';
import { type FleetToken, formatToken, parseToken, serverName } from './token.ts';

/** A token, and the certificate of the coordinator's server with its private key. */
export interface TokenKey {
  readonly token: FleetToken;
  /** Certificate of the server, signed by the token's authority, in PEM. */
  readonly certificate: string;
  /** Private key of the server, in PEM. */
  readonly privateKey: string;
}

/** Path of the file with the key, unless the user names another one. */
export const tokenKeyFileIn = (runDirectory: string): string => join(runDirectory, 'token-key.json');

/** Makes a new token and its key. `now` is in epoch ms. */
export function createTokenKey(now: number): TokenKey {
  const { certificateAuthority, certificate, privateKey } = createServerCertificate(serverName, now);
  return { token: { certificateAuthority, secret: randomBytes(32).toString('base64url') }, certificate, privateKey };
}

/** Stores the key for the coordinator's daemon, in a file that only its owner may read. Fails with DISK. */
export function writeTokenKey(path: string, key: TokenKey): void {
  const { certificate, privateKey } = key;
  writePrivateFile(path, `${JSON.stringify({ token: formatToken(key.token), certificate, privateKey })}\n`);
}

/** Reads a stored key; `null` = the file does not exist. Fails with CONFIG if it cannot be read or is damaged. */
export function readTokenKey(path: string): TokenKey | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new BenchmarkError('CONFIG', `Cannot read the key of the token, ${path}.`, { cause: error });
  }
  const key = parseTokenKey(text, path);
  if (key === null)
    throw new BenchmarkError('CONFIG', `The key of the token, ${path}, is damaged.`, {
      hint: 'Make a new one: opensearch-benchmarkd token --new',
    });
  return key;
}

/**
 * Reads the key of the token that the fleet uses. Fails with CONFIG if there is none, if it belongs to another token,
 * or if its certificate has expired.
 */
export function tokenKeyFor(token: FleetToken, path: string): TokenKey {
  const key = readTokenKey(path);
  const hint =
    'Make the token on the coordinator, with "opensearch-benchmarkd token", or name the key that belongs to it with ' +
    '--token-key-file.';
  if (key === null)
    throw new BenchmarkError('CONFIG', `The coordinator has no key for a token: ${path} does not exist.`, { hint });
  if (formatToken(key.token) !== formatToken(token))
    throw new BenchmarkError('CONFIG', `The token is not the one that ${path} belongs to.`, { hint });
  if (Date.parse(new X509Certificate(key.certificate).validTo) < Date.now()) {
    throw new BenchmarkError('CONFIG', 'The certificate of the token has expired.', {
      hint: 'Make a new token: opensearch-benchmarkd token --new',
    });
  }
  return key;
}

function parseTokenKey(text: string, path: string): TokenKey | null {
  try {
    const value: unknown = JSON.parse(text);
    if (
      typeof value !== 'object' ||
      value === null ||
      !('token' in value) ||
      !('certificate' in value) ||
      !('privateKey' in value)
    )
      return null;
    const { token, certificate, privateKey } = value;
    if (typeof token !== 'string' || typeof certificate !== 'string' || typeof privateKey !== 'string') return null;
    return { token: parseToken(token, path), certificate, privateKey };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
