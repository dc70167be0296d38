// Keeps aggregates of test runs as files below the root directory, one directory per aggregate.
import type { JsonObject } from '../json.ts';
import { knownSecrets } from '../secrets.ts';
import { indentedJson } from './json-text.ts';
import { replaceFile } from './replace-file.ts';
import { aggregateFile } from './test-run-store.ts';

/** Writes the document of an aggregate and returns its path. Fails with `DISK`, or with `USAGE` if the id is wrong. */
export async function writeAggregate(rootDirectory: string, id: string, document: JsonObject): Promise<string> {
  const path = aggregateFile(rootDirectory, id);
  await replaceFile(path, `${indentedJson(knownSecrets.maskJson(document))}\n`, 'The aggregate');
  return path;
}
