// The machines for which a nats-server is packaged, in the words of Node.js and of Go.

export interface Platform {
  /** `process.platform`. */
  readonly os: 'linux' | 'darwin' | 'win32';
  /** `process.arch`. */
  readonly cpu: 'x64' | 'arm64';
}

export const platforms: readonly Platform[] = [
  { os: 'linux', cpu: 'x64' },
  { os: 'linux', cpu: 'arm64' },
  { os: 'darwin', cpu: 'x64' },
  { os: 'darwin', cpu: 'arm64' },
  { os: 'win32', cpu: 'x64' },
];

/** `linux-x64`. */
export const platformName = ({ os, cpu }: Platform): string => `${os}-${cpu}`;

/** The package that the daemon looks for: `platformPackage` of src/daemon/nats-binary.ts. */
export const platformPackageName = (platform: Platform): string => `opensearch-benchmark-nats-${platformName(platform)}`;

/** Path of the server in that package. */
export const serverPath = ({ os }: Platform): string => (os === 'win32' ? 'bin/nats-server.exe' : 'bin/nats-server');

/** What Go calls the machine. */
export const goTarget = ({ os, cpu }: Platform): { readonly GOOS: string; readonly GOARCH: string } => ({
  GOOS: os === 'win32' ? 'windows' : os,
  GOARCH: cpu === 'x64' ? 'amd64' : cpu,
});

/** `all`, `this`, or names as in `linux-x64,darwin-arm64`. Throws an error that lists what there is. */
export function parsePlatforms(text: string): readonly Platform[] {
  if (text === 'all') return platforms;
  const names = text === 'this' ? [`${process.platform}-${process.arch}`] : text.split(',');
  return names.map((name) => {
    const found = platforms.find((platform) => platformName(platform) === name.trim());
    if (found === undefined) throw new Error(`There is no package for '${name}'. Platforms: all, this, ${platforms.map(platformName).join(', ')}.`);
    return found;
  });
}
