// Where an OpenSearch for tests comes from: finds a Java that can run one, and fetches the distribution, and the
// plug-ins that a test asks for, once with Maven.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
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

/** The plug-ins that can be had, by the names by which they know each other. */
export const PLUGINS = ['opensearch-job-scheduler', 'opensearch-knn', 'opensearch-ml'] as const;

/** A plug-in that can be had. Those on which it builds come with it. */
export type PluginName = (typeof PLUGINS)[number];

/** A release, the versions of Java that run it, and the plug-ins of it that the Maven repository has. */
interface Release {
  readonly version: string;
  readonly oldestJava: number;
  readonly newestJava: number;
  readonly plugins: readonly PluginName[];
}

/**
 * The releases to test against, the preferred one first. The older ones with plug-ins are there because the repository
 * has plug-ins for few releases. The `opensearch-knn` there lacks its native libraries: of its engines only `lucene`
 * works.
 */
const RELEASES: readonly Release[] = [
  { version: '3.8.0', oldestJava: 21, newestJava: 25, plugins: [] },
  { version: '2.19.3', oldestJava: 17, newestJava: 23, plugins: [] },
  { version: '3.5.0', oldestJava: 21, newestJava: 25, plugins: ['opensearch-knn'] },
  { version: '2.19.1', oldestJava: 17, newestJava: 23, plugins: ['opensearch-job-scheduler', 'opensearch-ml'] },
];
const ARTIFACT = 'org.opensearch.distribution.integ-test-zip:opensearch';
/** The artifact of each plug-in, and the plug-ins that must be installed for it. */
const PLUGIN_ARTIFACTS: Readonly<
  Record<PluginName, { readonly artifact: string; readonly needs: readonly PluginName[] }>
> = {
  'opensearch-job-scheduler': { artifact: 'org.opensearch.plugin:opensearch-job-scheduler', needs: [] },
  'opensearch-knn': { artifact: 'org.opensearch.plugin:opensearch-knn', needs: [] },
  'opensearch-ml': { artifact: 'org.opensearch.plugin:opensearch-ml-plugin', needs: ['opensearch-job-scheduler'] },
};
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
 * Finds a Java and the first release that it runs and that has all `plugins`, and fetches what is not in the cache.
 * Throws an error that says what is missing.
 */
export function provideDistribution(plugins: readonly PluginName[] = []): Distribution {
  const wanted = [...new Set(plugins.flatMap((name) => [...PLUGIN_ARTIFACTS[name].needs, name]))].sort();
  const releases = RELEASES.filter((release) => wanted.every((name) => release.plugins.includes(name)));
  if (releases.length === 0) throw new Error(`No release of OpenSearch is known that has all of ${wanted.join(', ')}.`);
  const javas = findJavas();
  for (const { version, oldestJava, newestJava } of releases) {
    const java = javas.find(({ major }) => major >= oldestJava && major <= newestJava);
    if (java !== undefined) return { version, home: provideHome(version, wanted), javaHome: java.home };
  }
  const found = javas.map(({ home, major }) => `${major} in ${home}`).join(', ');
  const needed = releases.map(({ version, oldestJava, newestJava }) => `${version}: ${oldestJava} to ${newestJava}`);
  throw new Error(
    `No Java that runs an OpenSearch was found (${found === '' ? 'none at all' : found}). ` +
      `Run scripts/setup, or set JAVA_HOME to a fitting JDK (${needed.join('; ')}).`,
  );
}

/** Reads the name of a plug-in. Throws an error that lists those that can be had. */
export function pluginName(text: string): PluginName {
  const name = PLUGINS.find((candidate) => candidate === text);
  if (name === undefined) throw new Error(`There is no plug-in "${text}" for tests, only ${PLUGINS.join(', ')}.`);
  return name;
}

/** An installation of Java. */
export interface Java {
  readonly home: string;
  readonly major: number;
}

/** All installations of Java that the user of the server may use, newest first. */
export function findJavas(): readonly Java[] {
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

function provideHome(version: string, plugins: readonly PluginName[]): string {
  const cache = cacheDirectory();
  const plain = provideDirectory(cache, `opensearch-${version}`, (work) => {
    const archive = fetchArchive(`${ARTIFACT}:${version}:zip`, work);
    runTool('unzip', ['-q', archive, '-d', work], 'unpack the distribution');
    return join(work, `opensearch-${version}`);
  });
  if (plugins.length === 0) return plain;
  return provideDirectory(cache, [`opensearch-${version}`, ...plugins].join('-with-'), (work) => {
    const home = join(work, 'home');
    cpSync(plain, home, { recursive: true });
    for (const name of plugins) {
      const archive = fetchArchive(`${PLUGIN_ARTIFACTS[name].artifact}:${version}.0:zip`, work);
      runTool('unzip', ['-q', archive, '-d', join(home, 'plugins', name)], `unpack ${name}`);
      rmSync(archive);
    }
    return home;
  });
}

/**
 * A directory of the cache with what tests need. If it is not there, `make` makes it in a directory for work, because
 * several processes may do this at once, and each may be killed; then it gets its name.
 */
export function provideDirectory(cache: string, name: string, make: (work: string) => string): string {
  const home = join(cache, name);
  if (existsSync(home)) return home;
  const work = mkdtempSync(join(cache, 'unpacking-'));
  try {
    const made = make(work);
    runTool('chmod', ['-R', 'a+rX', made], 'make it readable');
    try {
      renameSync(made, home);
    } catch (error) {
      if (!existsSync(home)) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return home;
}

/** A directory that the user of the server can enter. The home directory of root is not one of these. */
export function cacheDirectory(): string {
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

/** Fetches an artifact into a directory, and returns the path of the file. */
function fetchArchive(artifact: string, directory: string): string {
  runTool(
    'mvn',
    ['-B', '-q', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${directory}`],
    `fetch ${artifact}`,
  );
  const [, name = '', version = '', type = ''] = artifact.split(':');
  return join(directory, `${name}-${version}.${type}`);
}

/** Runs a tool to its end. Throws an error with the end of what it printed if it fails. */
export function runTool(program: string, args: readonly string[], what: string): void {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: '/' });
  if (status === 0) return;
  const reason = error === undefined ? `${stdout}${stderr}`.trim().split('\n').slice(-10).join('\n') : error.message;
  throw new Error(`Cannot ${what} with ${program}: ${reason}\nRun scripts/setup, which installs what is missing.`);
}
