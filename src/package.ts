// Where this package lies on disk, and its version.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(): { readonly root: string; readonly version: string } {
  for (
    let directory = dirname(fileURLToPath(import.meta.url));
    directory !== dirname(directory);
    directory = dirname(directory)
  ) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
      if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
        return { root: directory, version: String(manifest.version) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  throw new Error('No package.json above the program.');
}

const found = findRoot();

/** Absolute path of the directory that holds package.json and `workloads/`. */
export const packageRoot = found.root;
/** The version in package.json. */
export const packageVersion = found.version;
