// A plug-in as it travels to the nodes of a fleet: all of its files.

import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import type { Corpus } from '../workload/model.ts';
import type { PluginLanguage, PluginPlace } from '../workload/plugin-place.ts';
import { type PluginFile, pluginFiles } from './plugin-files.ts';

/** What a plug-in may have in all its files, in bytes. */
const LARGEST = 32 << 20;

/** The files of a plug-in, and which of them is its entry. */
export interface PluginBundle {
  readonly language: PluginLanguage;
  /** Name of the test procedure that runs. */
  readonly procedure: string;
  /** Whether the plug-in wants to prepare data on each machine before the load. */
  readonly preparesData: boolean;
  /** Path of the entry among the files. */
  readonly entry: string;
  readonly files: readonly {
    /** Relative, with slashes; the first part is the name of a workload's directory. */
    readonly path: string;
    /** In Base64. */
    readonly content: string;
  }[];
}

/** What is packed: where the plug-in lies, and what nodes must know of it. */
export interface PackedPlugin extends Pick<PluginBundle, 'procedure' | 'preparesData'> {
  readonly place: PluginPlace;
}

/** Reads all files of a plug-in but the documents of the corpora. Throws `PLUGIN` if they are too large together. */
export function packPlugin({ place, procedure, preparesData }: PackedPlugin, corpora: readonly Corpus[]): PluginBundle {
  const files = pluginFiles(place, documentNames(corpora));
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (size > LARGEST) throw tooLarge(place, files, size);
  return {
    language: place.language,
    procedure,
    preparesData,
    entry: `${basename(place.directory)}/${basename(place.file)}`,
    files: files.map(({ path, absolute }) => ({ path, content: readFileSync(absolute).toString('base64') })),
  };
}

/** Writes the files of a bundle below a directory, which is made anew. Throws `FLEET` for paths that lead elsewhere. */
export async function unpackPlugin({ language, entry, files }: PluginBundle, directory: string): Promise<PluginPlace> {
  for (const path of [entry, ...files.map((file) => file.path)]) requireInside(path);
  await rm(directory, { recursive: true, force: true });
  for (const { path, content } of files) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, Buffer.from(content, 'base64'), { mode: 0o600 });
  }
  return { language, directory: join(directory, dirname(entry)), file: join(directory, entry) };
}

function requireInside(path: string): void {
  const parts = path.split('/');
  const isInside = parts.length > 1 && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isInside || path.includes('\\') || path.includes('\0'))
    throw new BenchmarkError('FLEET', `A file of the plug-in has a path that cannot be used: ${JSON.stringify(path)}.`);
}

/** The names under which documents of the corpora lie in the workload's directory. */
function documentNames(corpora: readonly Corpus[]): ReadonlySet<string> {
  const names = corpora.flatMap(({ documentSets }) =>
    documentSets.flatMap(({ documentFile, archiveFile }) => [
      documentFile,
      ...(archiveFile === null ? [] : [archiveFile]),
    ]),
  );
  return new Set(names.flatMap((name) => [basename(name), `${basename(name)}.offset`]));
}

function tooLarge({ file }: PluginPlace, files: readonly PluginFile[], size: number): BenchmarkError {
  const largest = [...files].sort((left, right) => right.size - left.size).slice(0, 5);
  const message =
    `Plug-in ${file}: the files of its directory have ${megabytes(size)}, ` +
    `and ${megabytes(LARGEST)} are the most that travels to other machines.`;
  return new BenchmarkError('PLUGIN', message, {
    problems: largest.map((each) => ({ file: each.absolute, message: `has ${megabytes(each.size)}` })),
    hint: 'Move files that the plug-in does not read out of the directory, or name documents as a corpus.',
  });
}

const megabytes = (bytes: number): string => `${Number((bytes / 1e6).toPrecision(3))} MB`;
