// Makes the main package: the files that package.json lists, with the packages of the platforms as optional
// dependencies.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { type Platform, platformPackageName } from './package-platforms.ts';

/** Fields of package.json that are of no use to those who install the package. */
const unpublished = new Set(['devDependencies', 'scripts']);

/** What the main package is made of, and where. */
export interface MainPackageRequest {
  /** Root of the checkout. */
  readonly root: string;
  /** The directory into which `tsc` has compiled the tree; `src` is in it. */
  readonly compiled: string;
  /** The platforms whose packages with a nats-server become optional dependencies. */
  readonly platforms: readonly Platform[];
  /** An empty directory, into which the files of the package are written. */
  readonly directory: string;
}

/** Reads package.json. Throws an error if it has no version. */
export function readManifest(root: string): Readonly<Record<string, unknown>> & { readonly version: string } {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (
    typeof manifest !== 'object' ||
    manifest === null ||
    !('version' in manifest) ||
    typeof manifest.version !== 'string'
  ) {
    throw new Error('package.json has no version.');
  }
  return { ...manifest, version: manifest.version };
}

/** Writes the files of the main package. Throws an error if something that package.json lists is missing. */
export function stageMainPackage({ root, compiled, platforms, directory }: MainPackageRequest): void {
  const manifest = readManifest(root);
  const files = Array.isArray(manifest.files) ? manifest.files.map(String) : [];
  for (const file of files) {
    const source = file === 'dist/src' ? join(compiled, 'src') : join(root, file);
    if (!existsSync(source)) throw new Error(`package.json lists ${file}, and ${source} does not exist.`);
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    const hasSource = (path: string): boolean => file !== 'dist/src' || isWanted(root, relative(source, path));
    cpSync(source, join(directory, file), { recursive: true, filter: hasSource });
  }
  const kept = Object.entries(manifest).filter(([name]) => !unpublished.has(name));
  const optional = typeof manifest.optionalDependencies === 'object' ? manifest.optionalDependencies : {};
  const servers = Object.fromEntries(platforms.map((platform) => [platformPackageName(platform), manifest.version]));
  const published = { ...Object.fromEntries(kept), optionalDependencies: { ...optional, ...servers } };
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
}

/**
 * Whether a compiled file belongs into the package. Those whose source was removed do not, and neither do source maps.
 */
function isWanted(root: string, path: string): boolean {
  // The script and the styles of pages are made from page/ as a whole.
  if (path.startsWith(join('page', 'assets') + sep)) return true;
  if (/\.(js|d\.ts)$/.test(path))
    return existsSync(join(root, 'src', ...path.replace(/\.(js|d\.ts)$/, '.ts').split(sep)));
  return !path.endsWith('.map');
}
