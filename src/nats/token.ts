// The token of a fleet: the coordinator's certificate authority and a secret, as one printable line.
//
//   osb1.<certificate authority, DER in base64url>.<secret>
import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BenchmarkError } from '../errors.ts';

/** The DNS name in the certificate of every coordinator, whatever its address. */
export const serverName = 'osb-coordinator';
const prefix = 'osb1';
const secretPattern = /^[A-Za-z0-9_-]{43}$/;

/**
 * What every node of a fleet with a token has: it recognises the coordinator by it, and proves that it belongs there.
 */
export interface FleetToken {
  /** Certificate of the authority that signed the certificate of the coordinator's server, in PEM. */
  readonly certificateAuthority: string;
  /** What nodes send to be admitted: 256 random bits in base64url. */
  readonly secret: string;
}

/** The token as one line without spaces, for a file or an environment variable. */
export function formatToken({ certificateAuthority, secret }: FleetToken): string {
  return `${prefix}.${new X509Certificate(certificateAuthority).raw.toString('base64url')}.${secret}`;
}

/**
 * Reads the line that {@link formatToken} makes. `source` says in messages where it comes from; the line itself is
 * never shown. Fails with CONFIG.
 */
export function parseToken(text: string, source: string): FleetToken {
  const [kind, authority = '', secret = '', ...rest] = text.trim().split('.');
  const hint = 'Copy the whole line that "opensearch-benchmarkd token" printed on the coordinator.';
  if (kind !== prefix || rest.length > 0 || !secretPattern.test(secret)) {
    throw new BenchmarkError('CONFIG', `The token in ${source} is not one, or only a part of one.`, { hint });
  }
  try {
    const certificate = new X509Certificate(Buffer.from(authority, 'base64url'));
    return { certificateAuthority: certificate.toString(), secret };
  } catch (error) {
    throw new BenchmarkError('CONFIG', `The token in ${source} is damaged: its certificate cannot be read.`, {
      cause: error,
      hint,
    });
  }
}

/**
 * The token in the file that `--token-file` names, else in the environment variable `OSB_FLEET_TOKEN`; `null` = neither
 * is given. Fails with CONFIG.
 */
export function findToken(
  tokenFile: string | null,
  variables: Readonly<Record<string, string | undefined>>,
): FleetToken | null {
  if (tokenFile !== null) return parseToken(readTokenFile(tokenFile), tokenFile);
  const text = variables.OSB_FLEET_TOKEN?.trim() ?? '';
  return text === '' ? null : parseToken(text, 'OSB_FLEET_TOKEN');
}

function readTokenFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new BenchmarkError('CONFIG', `Cannot read the token file ${path}.`, { cause: error });
  }
}

/** Are the secrets equal? How long the answer takes does not tell where or how much they differ. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(expected).digest());
}
