// The files of the tree as the rules of the house see them.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** One text file of the tree. */
export interface SourceFile {
  /** From the root of the checkout, with `/`. */
  readonly path: string;
  readonly lines: readonly string[];
  /** Paths of the files that it imports, names of packages excluded. */
  readonly imports: readonly string[];
  /** Paths of the files that it starts as a thread or a process, by `new URL(…)`. */
  readonly starts: readonly string[];
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;
const STARTED = /new URL\('(\.{1,2}\/[^']+)\.js', import\.meta\.url\)/g;

/** A file from its text. */
export function sourceFile(path: string, text: string): SourceFile {
  const resolve = (specifier: string): string => normalize(join(dirname(path), specifier));
  const found = (pattern: RegExp, ending: string): readonly string[] =>
    path.endsWith('.ts')
      ? [...new Set([...text.matchAll(pattern)].map(([, specifier = '']) => resolve(`${specifier}${ending}`)))]
      : [];
  return { path, lines: text.split('\n'), imports: found(IMPORT, ''), starts: found(STARTED, '.ts') };
}

/** Files whose lines the rules read; of others they only know that they exist. */
const TEXT = /\.(ts|md|json|sh|yaml|yml|js)$|^scripts\/[^.]+$|^bin\//;
const UNREAD = /^test\/fixtures\/|package-lock\.json$/;

/** All files of the checkout at `root` that git knows or would take. */
export function readTree(root: string): readonly SourceFile[] {
  const arguments_ = ['-C', root, 'ls-files', '--cached', '--others', '--exclude-standard'];
  return execFileSync('git', arguments_, { encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(root, path)))
    .map((path) =>
      sourceFile(path, TEXT.test(path) && !UNREAD.test(path) ? readFileSync(join(root, path), 'utf8') : ''),
    );
}
