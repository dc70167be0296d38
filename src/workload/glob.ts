// File patterns as workloads use them: `*`, `?`, `[..]` and `..`; no dot-files, no recursion; sorted by name.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BenchmarkError, messageOf } from '../errors.ts';

const MAGIC = /[*?[]/;

/**
 * Paths below `base` that match, relative to it and with forward slashes, sorted. A directory that does not exist
 * matches nothing; throws `WORKLOAD_NOT_FOUND` for one that cannot be listed.
 */
export function globFiles(base: string, pattern: string): readonly string[] {
  const segments = pattern.split('/').filter((segment) => segment !== '' && segment !== '.');
  let found: readonly string[] = [''];
  for (const segment of segments) found = found.flatMap((prefix) => expand(base, prefix, segment));
  return segments.length === 0 ? [] : [...found].sort();
}

function expand(base: string, prefix: string, segment: string): readonly string[] {
  const below = (name: string): string => (prefix === '' ? name : `${prefix}/${name}`);
  if (!MAGIC.test(segment)) return existsSync(join(base, below(segment))) ? [below(segment)] : [];
  const matcher = segmentMatcher(segment);
  return listNames(join(base, prefix))
    .filter((name) => !name.startsWith('.') && matcher.test(name))
    .map(below);
}

function listNames(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw new BenchmarkError('WORKLOAD_NOT_FOUND', `Cannot list the directory ${directory}: ${messageOf(error)}.`);
  }
}

function segmentMatcher(segment: string): RegExp {
  let source = '';
  for (let index = 0; index < segment.length; index++) {
    const character = segment[index] ?? '';
    const set = character === '[' ? /^\[(?:(!)|(?!!))(\][^\]]*|[^\]]+)\]/.exec(segment.slice(index)) : null;
    if (set !== null) {
      source += `[${set[1] === '!' ? '^' : ''}${(set[2] ?? '').replace(/[\\\]^[]/g, '\\$&')}]`;
      index += set[0].length - 1;
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else source += character.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch (error) {
    // A set such as [z-a] matches nothing.
    if (error instanceof SyntaxError) return /(?!)/;
    throw error;
  }
}
