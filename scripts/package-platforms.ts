// The machines for which a nats-server is packaged, by their names in Node.js and in Go.

/** A kind of machine. */
export interface Platform {
  /** Its `process.platform`. */
  readonly os: 'linux' | 'darwin' | 'win32';
  /** Its `process.arch`. */
  readonly cpu: 'x64' | 'arm64';
}

/** All machines for which there is a package. */
export const platforms: readonly Platform[] = [
  { os: 'linux', cpu: 'x64' },
  { os: 'linux', cpu: 'arm64' },
  { os: 'darwin', cpu: 'x64' },
  { os: 'darwin', cpu: 'arm64' },
  { os: 'win32', cpu: 'x64' },
];

/** The name of a platform: `linux-x64`. */
export const platformName = ({ os, cpu }: Platform): string => `${os}-${cpu}`;

/** The name of the package for a platform. The daemon looks for the same one. */
export const platformPackageName = (platform: Platform): string =>
  `opensearch-benchmark-nats-${platformName(platform)}`;

/** The path of the server in the package. */
export const serverPath = ({ os }: Platform): string => (os === 'win32' ? 'bin/nats-server.exe' : 'bin/nats-server');

/** The variables by which Go builds for a platform. */
export const goTarget = ({ os, cpu }: Platform): { readonly GOOS: string; readonly GOARCH: string } => ({
  GOOS: os === 'win32' ? 'windows' : os,
  GOARCH: cpu === 'x64' ? 'amd64' : cpu,
});

/**
 * Platforms from a text: `all`, `this`, or names as in `linux-x64,darwin-arm64`. Throws an error that lists all names
 * for an unknown one.
 */
export function parsePlatforms(text: string): readonly Platform[] {
  if (text === 'all') return platforms;
  const names = text === 'this' ? [`${process.platform}-${process.arch}`] : text.split(',');
  return names.map((name) => {
    const found = platforms.find((platform) => platformName(platform) === name.trim());
    if (found === undefined)
      throw new Error(
        `There is no package for '${name}'. Platforms: all, this, ${platforms.map(platformName).join(', ')}.`,
      );
    return found;
  });
}
