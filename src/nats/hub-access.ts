// What the coordinator's daemon leaves in its run directory for the test runs of the same user: where its NATS server
// is, and the key to it.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { writePrivateFile } from './private-files.ts';

/**
 * How a test run reaches the coordinator's NATS: a `server` that the daemon runs itself, or the `url` of one that
 * somebody else runs.
 */
export type HubAccess =
  | {
      readonly kind: 'server';
      /** Address at which this machine reaches the server. */
      readonly host: string;
      readonly port: number;
      /** Certificate of the authority that signed the server's certificate, in PEM; `null` = no TLS. */
      readonly certificateAuthority: string | null;
      /** Nkey seed of the coordinator's user, a secret. */
      readonly seed: string;
    }
  | { readonly kind: 'url'; readonly url: string; readonly credentialsFile: string | null };

/**
 * The run directory: where the daemon of a configuration directory keeps its state, keys and the files of its server.
 */
export const runDirectoryIn = (configurationDirectory: string): string => join(configurationDirectory, 'daemon');

const fileIn = (runDirectory: string): string => join(runDirectory, 'hub.json');

/** Writes the access to a file of the run directory that only its owner may read. Fails with DISK. */
export function writeHubAccess(runDirectory: string, access: HubAccess): void {
  writePrivateFile(fileIn(runDirectory), `${JSON.stringify(access)}\n`);
}

/** Removes the file with the access, if there is one, because there is no coordinator any more. */
export function removeHubAccess(runDirectory: string): void {
  rmSync(fileIn(runDirectory), { force: true });
}

/**
 * Reads the access. Fails with FLEET if no daemon of this configuration is a coordinator, or if the file is damaged.
 */
export function readHubAccess(runDirectory: string): HubAccess {
  const path = fileIn(runDirectory);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = isMissing
      ? 'No coordinator daemon runs on this machine with this configuration.'
      : `Cannot read ${path}.`;
    throw new BenchmarkError('FLEET', why, {
      cause: isMissing ? undefined : error,
      hint:
        'Start it here with "opensearch-benchmarkd start --node-ip=ADDRESS --coordinator-ip=ADDRESS", the same ' +
        'address twice.',
    });
  }
  const access = parseAccess(text);
  if (access === null)
    throw new BenchmarkError('FLEET', `The file ${path} is damaged.`, { hint: 'Run "opensearch-benchmarkd restart".' });
  return access;
}

function parseAccess(text: string): HubAccess | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  if (value.kind === 'url' && 'url' in value && typeof value.url === 'string') {
    const file = 'credentialsFile' in value && typeof value.credentialsFile === 'string' ? value.credentialsFile : null;
    return { kind: 'url', url: value.url, credentialsFile: file };
  }
  if (!('host' in value && typeof value.host === 'string') || !('port' in value && typeof value.port === 'number'))
    return null;
  if (!('seed' in value && typeof value.seed === 'string')) return null;
  const authority =
    'certificateAuthority' in value && typeof value.certificateAuthority === 'string'
      ? value.certificateAuthority
      : null;
  return { kind: 'server', host: value.host, port: value.port, certificateAuthority: authority, seed: value.seed };
}
