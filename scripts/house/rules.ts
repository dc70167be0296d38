// The rules of the house as functions: each takes the files of the tree and gives a sentence per breach.
import { dirname, join, normalize } from 'node:path';
import { type Room, roomOf, rooms } from './rooms.ts';
import type { SourceFile } from './source-tree.ts';

/** Longest line of a source file, in columns. */
export const MAX_COLUMNS = 120;

/** Files of `src/` that are entered from outside: by the launchers of `bin/`, or by those who use the library. */
const ENTRANCES: ReadonlySet<string> = new Set(['src/index.ts', 'src/cli/process.ts', 'src/cli/program.ts']);

const isSource = ({ path }: SourceFile): boolean => path.startsWith('src/') && path.endsWith('.ts');
const belowSource = (path: string): string => path.slice('src/'.length);

/**
 * A room of the table imports only from rooms that stand before it, and each name in the table is one of a room that
 * has files.
 */
export function brokenTable(files: readonly SourceFile[], table: readonly Room[] = rooms): readonly string[] {
  const inhabited = new Set(files.filter(isSource).map(({ path }) => roomOf(belowSource(path))?.folder));
  return table.flatMap(({ folder, imports }, position) => [
    ...(inhabited.has(folder) ? [] : [`The table names ${folder}/, which has no files.`]),
    ...imports
      .filter((name) => !table.slice(0, position).some((earlier) => earlier.folder === name))
      .map((name) => `The table lets ${folder}/ import ${name}/, which does not stand before it.`),
  ]);
}

/** A file imports only from the rooms that the table gives to its room. */
export function forbiddenImports(files: readonly SourceFile[]): readonly string[] {
  return files.filter(isSource).flatMap(({ path, imports }) => {
    const room = roomOf(belowSource(path));
    if (room === null) return [`${path} is in no room of scripts/house/rooms.ts.`];
    return imports
      .filter((imported) => imported.startsWith('src/'))
      .flatMap((imported) => {
        const other = roomOf(belowSource(imported));
        if (other === null || other.folder === room.folder || room.imports.includes(other.folder)) return [];
        return [`${path} imports ${imported}: ${room.folder}/ may not import ${other.folder}/.`];
      });
  });
}

const EXPORTED = /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|class|interface|type) ([\w$]+)/;

/** An exported name has a doc comment. */
export function undocumentedExports(files: readonly SourceFile[]): readonly string[] {
  return files.filter(isSource).flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => {
      const name = EXPORTED.exec(line)?.[1];
      if (name === undefined || isDocumented(lines, index)) return [];
      return [`${path}:${index + 1}: ${name} has no doc comment.`];
    }),
  );
}

/** Overloads share the comment of the first. */
function isDocumented(lines: readonly string[], index: number): boolean {
  const above = lines[index - 1] ?? '';
  if (above.endsWith('*/')) return true;
  const overloaded = /^export (?:async )?function ([\w$]+).*;$/.exec(above)?.[1];
  return (
    overloaded !== undefined &&
    (lines[index] ?? '').includes(`function ${overloaded}`) &&
    isDocumented(lines, index - 1)
  );
}

const CITATION = /\bspec\/\d|§\s?\d/;
const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g;
const DOCUMENT = /\b(docs\/[\w-]+\.md)\b/g;

/** What a file refers to is in the tree. Other documents are cited by nobody: the fact stands where it is needed. */
export function danglingReferences(files: readonly SourceFile[]): readonly string[] {
  const known = new Set(files.map(({ path }) => path));
  const isThere = (path: string): boolean =>
    known.has(path) || [...known].some((file) => file.startsWith(`${path.replace(/\/$/, '')}/`));
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => {
      const place = `${path}:${index + 1}`;
      const links = path.endsWith('.md')
        ? [...line.matchAll(LINK)].map(([, target = '']) => normalize(join(dirname(path), target)))
        : [];
      const documents = path.endsWith('.ts') ? [...line.matchAll(DOCUMENT)].map(([, target = '']) => target) : [];
      return [
        ...(CITATION.test(line) ? [`${place} cites a page that is not in the tree: ${line.trim()}`] : []),
        ...[...links, ...documents]
          .filter((target) => !isThere(target) && target !== 'LICENSE')
          .map((target) => `${place} refers to ${target}, which does not exist.`),
      ];
    }),
  );
}

/** No line is longer than {@link MAX_COLUMNS}; tests may hold texts that they compare as they are. */
export function longLines(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ path }) => path.endsWith('.ts') && !path.startsWith('test/'))
    .flatMap(({ path, lines }) =>
      lines.flatMap((line, index) =>
        [...line].length > MAX_COLUMNS ? [`${path}:${index + 1} has ${[...line].length} columns.`] : [],
      ),
    );
}

/** Each file of `src/` is imported, or started as a thread or a process, by another file of `src/`. */
export function deadFiles(files: readonly SourceFile[]): readonly string[] {
  const alive = new Set(files.filter(isSource).flatMap(({ imports, starts }) => [...imports, ...starts]));
  return files
    .filter((file) => isSource(file) && !alive.has(file.path) && !ENTRANCES.has(file.path))
    .map(({ path }) => `Nothing imports ${path}.`);
}

/** No file imports itself by way of others, types included. */
export function importCircles(files: readonly SourceFile[]): readonly string[] {
  const sources = new Map(files.filter(isSource).map((file) => [file.path, file.imports]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push(`${[...trail.slice(start), path].join(' → ')} is a circle.`);
    if (start >= 0 || done.has(path)) return;
    for (const imported of sources.get(path) ?? []) visit(imported, [...trail, path]);
    done.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return circles;
}

const KIND_SWITCH = /^(\s*)(?:.*\s)?switch \(.*\.kind\) \{$/;

/** A switch over the kinds of a union says what happens to a kind that it does not name: most end in `unreachable`. */
export function openSwitches(files: readonly SourceFile[]): readonly string[] {
  return files.filter(isSource).flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => {
      const indent = KIND_SWITCH.exec(line)?.[1];
      if (indent === undefined) return [];
      const body = lines.slice(index + 1, lines.indexOf(`${indent}}`, index));
      return body.some((inner) => inner.startsWith(`${indent}  default:`))
        ? []
        : [`${path}:${index + 1}: the switch has no default.`];
    }),
  );
}
