// The main package: what package.json lists, with the platforms' packages as optional dependencies.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { type Platform, platformPackageName } from './package-platforms.ts';

/** Fields that are of no use to those who install it. */
const unpublished = new Set(['devDependencies', 'scripts']);

export interface MainPackageRequest {
  /** Root of the checkout. */
  readonly root: string;
  /** Where `tsc` has put the compiled tree: `src` lies in it. */
  readonly compiled: string;
  readonly platforms: readonly Platform[];
  /** An empty directory, filled with the files of the package. */
  readonly directory: string;
}

/** Reads name, version and the rest of package.json. */
export function readManifest(root: string): Readonly<Record<string, unknown>> & { readonly version: string } {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest) || typeof manifest.version !== 'string') {
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

/** `tsc` leaves what it compiled before a source was removed; and maps are of no use without the sources. */
function isWanted(root: string, path: string): boolean {
  if (/\.(js|d\.ts)$/.test(path)) return existsSync(join(root, 'src', ...path.replace(/\.(js|d\.ts)$/, '.ts').split(sep)));
  return !path.endsWith('.map');
}
