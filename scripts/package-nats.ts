// Makes the packages that carry nats-server. It is built with Go from pinned sources (packages/nats-server) and packed
// with all licences.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { goTarget, type Platform, platformName, platformPackageName, serverPath } from './package-platforms.ts';

const MODULE = 'github.com/nats-io/nats-server/v2';

/** Which package of a nats-server is made, and where. */
export interface NatsPackageRequest {
  readonly platform: Platform;
  /** The version of the main package, which this one has, too. */
  readonly version: string;
  /** Root of the checkout. */
  readonly root: string;
  /** An empty directory, into which the files of the package are written. */
  readonly directory: string;
}

/** Writes the files of the package of one platform. Throws an error with the output of Go if that fails. */
export function stageNatsPackage({ platform, version, root, directory }: NatsPackageRequest): void {
  const go = new GoModule(join(root, 'packages/nats-server'), platform);
  const server = join(directory, serverPath(platform));
  mkdirSync(dirname(server), { recursive: true });
  go.build(MODULE, server);
  chmodSync(server, 0o755);
  const modules = go.modulesOf(MODULE);
  const serverVersion = modules.find(({ path }) => path === MODULE)?.version ?? '';
  writeFileSync(
    join(directory, 'package.json'),
    `${JSON.stringify(manifest(platform, version, serverVersion), null, 2)}\n`,
  );
  writeFileSync(join(directory, 'THIRD-PARTY-NOTICES.txt'), notices(modules, go.root));
  writeFileSync(
    join(directory, 'LICENSE'),
    readFileSync(join(modules.find(({ path }) => path === MODULE)?.directory ?? '', 'LICENSE')),
  );
  writeFileSync(join(directory, 'README.md'), readme(platform, serverVersion));
}

function manifest(platform: Platform, version: string, serverVersion: string): Readonly<Record<string, unknown>> {
  const server = `nats-server ${serverVersion} for ${platformName(platform)}`;
  return {
    name: platformPackageName(platform),
    version,
    description: `${server}, which connects the nodes of opensearch-benchmark`,
    // The licences of the server and of everything that is linked into it, as THIRD-PARTY-NOTICES.txt lists them.
    license: '(Apache-2.0 AND BSD-3-Clause AND MIT)',
    os: [platform.os],
    cpu: [platform.cpu],
    // Without this, Yarn leaves the package in an archive, from which no program can be run.
    preferUnplugged: true,
    engines: { node: '>=20.19.0' },
    natsServer: serverVersion,
  };
}

const readme = (platform: Platform, serverVersion: string): string => `# ${platformPackageName(platform)}

The unmodified [nats-server](https://github.com/nats-io/nats-server) ${serverVersion} for ${platformName(platform)},
statically linked.
It is an optional dependency of \`opensearch-benchmark\`, whose daemon starts it on the coordinator of a fleet.
Licences: LICENSE and THIRD-PARTY-NOTICES.txt.
`;

interface GoModuleVersion {
  readonly path: string;
  readonly version: string;
  readonly directory: string;
  /** Directories of those packages of the module that are linked in. */
  readonly packages: readonly string[];
}

/** The text with the licences of everything that is linked in. Throws an error if a module has none. */
function notices(modules: readonly GoModuleVersion[], goRoot: string): string {
  const sections = modules.map((module) => {
    const files = licenceFiles(module);
    if (files.length === 0) throw new Error(`The module ${module.path} has no licence; it must not be shipped.`);
    return section(`${module.path} ${module.version}`, module.directory, files);
  });
  const head =
    'This package holds nats-server, which is built from the following modules and from the standard library of Go.\n';
  return [
    head,
    ...sections,
    section('The standard library and the runtime of Go', goRoot, [join(goRoot, 'LICENSE')]),
  ].join('\n');
}

const section = (title: string, directory: string, files: readonly string[]): string =>
  [
    '='.repeat(80),
    title,
    '='.repeat(80),
    ...files.map(
      (file) =>
        `\n--- ${relative(directory, file)}\n\n${readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trimEnd()}\n`,
    ),
  ].join('\n');

/** The files with licences in the directories of the linked packages, and in those above up to that of the module. */
function licenceFiles(module: GoModuleVersion): readonly string[] {
  const found = new Set<string>();
  for (const packageDirectory of module.packages) {
    for (let directory = packageDirectory; directory.startsWith(module.directory); directory = dirname(directory)) {
      for (const name of readdirSync(directory)) {
        if (/^(licen[cs]e|notice|copying|patents)/i.test(name) && !name.endsWith('.go'))
          found.add(join(directory, name));
      }
    }
  }
  return [...found].sort();
}

/** A Go module on disk, built for a platform. */
class GoModule {
  private readonly directory: string;
  private readonly program = findGo();
  private readonly variables: Readonly<Record<string, string | undefined>>;

  constructor(directory: string, platform: Platform) {
    this.directory = directory;
    // Go refuses sources other than those that go.sum describes.
    this.variables = {
      ...process.env,
      ...goTarget(platform),
      CGO_ENABLED: '0',
      GOFLAGS: '-mod=readonly',
      GOWORK: 'off',
      GOTOOLCHAIN: 'auto',
    };
  }

  get root(): string {
    return this.run('env', 'GOROOT').trim();
  }

  build(path: string, output: string): void {
    this.run('build', '-trimpath', '-ldflags=-s -w', '-o', output, path);
  }

  /** The modules from which the program of a path is built for the platform. */
  modulesOf(path: string): readonly GoModuleVersion[] {
    const lines = this.run(
      'list',
      '-deps',
      '-f',
      '{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}\t{{$.Dir}}{{end}}',
      path,
    ).split('\n');
    const modules = new Map<string, { version: string; directory: string; packages: string[] }>();
    for (const line of lines) {
      const [name, version, directory, packageDirectory] = line.split('\t');
      if (name === undefined || version === undefined || directory === undefined || packageDirectory === undefined)
        continue;
      const module = modules.get(name) ?? { version, directory, packages: [] };
      module.packages.push(packageDirectory);
      modules.set(name, module);
    }
    return [...modules].map(([name, module]) => ({ path: name, ...module })).sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  private run(...args: readonly string[]): string {
    return execFileSync(this.program, args, {
      cwd: this.directory,
      env: this.variables,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 64 * 1024 * 1024,
    });
  }
}

/**
 * The path of a Go that can build the server, or fetch a Go that can: 1.21 or later. Throws an error if there is none.
 */
export function findGo(): string {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'opensearch-benchmark-test');
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  const cached = existsSync(cache)
    ? readdirSync(cache).flatMap((name) => (name.startsWith('go-') ? [join(cache, name, 'bin')] : []))
    : [];
  for (const directory of [...onPath, '/usr/local/go/bin', ...cached]) {
    const program = join(directory, 'go');
    if (existsSync(program) && isRecent(program)) return program;
  }
  throw new Error(
    'Go 1.21 or later is needed to build nats-server: scripts/nats-server installs one, or see https://go.dev/dl/.',
  );
}

function isRecent(program: string): boolean {
  const version = execFileSync(program, ['version'], {
    encoding: 'utf8',
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  });
  return Number(/go1\.(\d+)/.exec(version)?.[1] ?? 0) >= 21;
}
