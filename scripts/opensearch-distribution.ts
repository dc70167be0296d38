// Where an OpenSearch for tests comes from: finds a Java that can run one, and fetches the distribution once with
// Maven.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** A distribution on disk, and the Java that runs it. */
export interface Distribution {
  readonly version: string;
  /** The directory with `bin/opensearch`. Everybody can read it, and nothing writes to it. */
  readonly home: string;
  readonly javaHome: string;
}

/** The releases to test against, newest first, and the versions of Java that run them. */
const RELEASES: readonly { readonly version: string; readonly oldestJava: number; readonly newestJava: number }[] = [
  { version: '3.8.0', oldestJava: 21, newestJava: 25 },
  { version: '2.19.3', oldestJava: 17, newestJava: 23 },
];
const ARTIFACT = 'org.opensearch.distribution.integ-test-zip:opensearch';
/** The user who runs the server if this process is root, because OpenSearch refuses to run as root. */
export const UNPRIVILEGED_USER = 'nobody';

/** Whether this process is root. */
export const isRoot = (): boolean => process.getuid?.() === 0;

/** A command that runs another one as the user who runs the server. On Linux that one dies with this process. */
export function asServerUser(command: readonly string[]): readonly string[] {
  if (process.platform !== 'linux') return command;
  const user = isRoot() ? ['--reuid', UNPRIVILEGED_USER, '--regid', 'nogroup', '--clear-groups'] : [];
  return ['setpriv', ...user, '--pdeathsig', 'KILL', '--', ...command];
}

/**
 * Finds a Java and the newest OpenSearch that it runs, and fetches that if it is not in the cache. Throws an error that
 * says what is missing.
 */
export function provideDistribution(): Distribution {
  const javas = findJavas();
  for (const { version, oldestJava, newestJava } of RELEASES) {
    const java = javas.find(({ major }) => major >= oldestJava && major <= newestJava);
    if (java !== undefined) return { version, home: provideHome(version), javaHome: java.home };
  }
  const found = javas.map(({ home, major }) => `${major} in ${home}`).join(', ');
  throw new Error(
    `No Java that runs an OpenSearch was found (${found === '' ? 'none at all' : found}). ` +
      'Run scripts/setup, or set JAVA_HOME to a JDK 21 to 25.',
  );
}

interface Java {
  readonly home: string;
  readonly major: number;
}

/** All installations of Java that the user of the server may use, newest first. */
function findJavas(): readonly Java[] {
  const named = Object.entries(process.env).flatMap(([name, value]) =>
    /^(JAVA|JDK)_?\d*_HOME$/.test(name) && value !== undefined ? [value] : [],
  );
  const installed = existsSync('/usr/lib/jvm')
    ? readdirSync('/usr/lib/jvm').map((name) => join('/usr/lib/jvm', name))
    : [];
  const onPath = (process.env.PATH ?? '').split(':').flatMap((directory) => {
    const program = join(directory, 'java');
    return existsSync(program) ? [dirname(dirname(realpathSync(program)))] : [];
  });
  const homes = [
    ...new Set(
      [...named, ...installed, ...onPath]
        .filter((home) => existsSync(join(home, 'bin/java')))
        .map((home) => realpathSync(home)),
    ),
  ];
  return homes
    .flatMap((home) => {
      const major = majorVersion(home);
      return major !== undefined && isUsable(join(home, 'bin/java')) ? [{ home, major }] : [];
    })
    .sort((a, b) => b.major - a.major);
}

function majorVersion(home: string): number | undefined {
  const release = join(home, 'release');
  const text = existsSync(release)
    ? readFileSync(release, 'utf8')
    : spawnSync(join(home, 'bin/java'), ['-version'], { encoding: 'utf8' }).stderr;
  const match = /^JAVA_VERSION="(\d+)|version "(\d+)/m.exec(text);
  return match === null ? undefined : Number(match[1] ?? match[2]);
}

/** Whether the user of the server may execute a program, or enter a directory. */
function isUsable(path: string): boolean {
  const [program = '', ...args] = asServerUser(['test', '-x', path]);
  return spawnSync(program, args).status === 0;
}

function provideHome(version: string): string {
  const cache = cacheDirectory();
  const home = join(cache, `opensearch-${version}`);
  if (existsSync(join(home, 'bin/opensearch'))) return home;
  // It is unpacked under another name first, because several processes may do this at once, and each may be killed.
  const work = mkdtempSync(join(cache, 'unpacking-'));
  try {
    fetchArchive(version, work);
    run('unzip', ['-q', join(work, `opensearch-${version}.zip`), '-d', work], 'unpack the distribution');
    run('chmod', ['-R', 'a+rX', join(work, `opensearch-${version}`)], 'make the distribution readable');
    try {
      renameSync(join(work, `opensearch-${version}`), home);
    } catch (error) {
      if (!existsSync(join(home, 'bin/opensearch'))) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return home;
}

/** A directory that the user of the server can enter. The home directory of root is not one of these. */
function cacheDirectory(): string {
  const userCache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const candidates = [userCache, ...(isRoot() ? ['/var/cache'] : [])].map((base) =>
    join(base, 'opensearch-benchmark-test'),
  );
  for (const candidate of candidates) {
    mkdirSync(candidate, { recursive: true });
    if (isRoot()) chmodSync(candidate, 0o755);
    if (isUsable(candidate)) return candidate;
  }
  const tried = candidates.join(', ');
  const hint = 'Set XDG_CACHE_HOME to a directory that everybody may enter.';
  throw new Error(`The user ${UNPRIVILEGED_USER} can enter none of ${tried}. ${hint}`);
}

function fetchArchive(version: string, directory: string): void {
  const args = [
    '-B',
    '-q',
    'dependency:copy',
    `-Dartifact=${ARTIFACT}:${version}:zip`,
    `-DoutputDirectory=${directory}`,
  ];
  run('mvn', args, `fetch ${ARTIFACT}:${version}:zip`);
}

function run(program: string, args: readonly string[], what: string): void {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: '/' });
  if (status === 0) return;
  const reason = error === undefined ? `${stdout}${stderr}`.trim().split('\n').slice(-10).join('\n') : error.message;
  throw new Error(`Cannot ${what} with ${program}: ${reason}\nRun scripts/setup, which installs what is missing.`);
}
