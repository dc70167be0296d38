// Finds the nats-server program: in the npm package for this platform, else on PATH, else where scripts/nats-server of
// a checkout puts it.
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { BenchmarkError, messageOf } from '../errors.ts';

/** The oldest version that can ask the coordinator about every connection, and begin connections with TLS. */
export const oldestNatsServer = '2.11.0';

/** A nats-server program: its path, and the version that it reports. */
export interface NatsBinary {
  readonly path: string;
  readonly version: string;
}

/** Where to look for the program: `PATH` and `XDG_CACHE_HOME` of the environment, and the user's home directory. */
export interface NatsBinaryRequest {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
}

/** Finds a server that is new enough. Fails with FLEET, naming what was found and how to get a newer one. */
export async function findNatsServer(request: NatsBinaryRequest): Promise<NatsBinary> {
  const refused: string[] = [];
  for (const path of candidates(request)) {
    const version = await versionOf(path);
    if (version.kind === 'known' && isNewEnough(version.version)) return { path, version: version.version };
    refused.push(
      version.kind === 'known' ? `${path} has version ${version.version}` : `${path} does not run: ${version.reason}`,
    );
  }
  const found = refused.length === 0 ? 'none was found' : refused.join('; ');
  throw new BenchmarkError('FLEET', `A nats-server of version ${oldestNatsServer} or later is needed; ${found}.`, {
    hint:
      `Install the package ${platformPackage()} with npm, put a nats-server on PATH ` +
      '(https://github.com/nats-io/nats-server/releases), in a checkout run scripts/nats-server, or use a NATS that ' +
      'runs already with --nats-url.',
  });
}

/** Name of the optional npm package that carries the server for this machine. */
export const platformPackage = (): string => `opensearch-benchmark-nats-${process.platform}-${process.arch}`;

function candidates({ variables, homeDirectory }: NatsBinaryRequest): readonly string[] {
  const program = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';
  const cache =
    variables.XDG_CACHE_HOME !== undefined && variables.XDG_CACHE_HOME !== ''
      ? variables.XDG_CACHE_HOME
      : join(homeDirectory, '.cache');
  const onPath = (variables.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  const paths = [
    ...onPath.map((directory) => join(directory, program)),
    join(cache, 'opensearch-benchmark-test', 'bin', program),
  ];
  return [...packaged(program), ...new Set(paths.filter(isProgram))];
}

function packaged(program: string): readonly string[] {
  try {
    return [createRequire(import.meta.url).resolve(`${platformPackage()}/bin/${program}`)];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return [];
    throw error;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

type Version =
  | { readonly kind: 'known'; readonly version: string }
  | { readonly kind: 'unknown'; readonly reason: string };

async function versionOf(path: string): Promise<Version> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 10_000 });
    const version = /v?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
    return version === undefined
      ? { kind: 'unknown', reason: 'it does not tell its version' }
      : { kind: 'known', version };
  } catch (error) {
    return { kind: 'unknown', reason: messageOf(error) };
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNatsServer.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
