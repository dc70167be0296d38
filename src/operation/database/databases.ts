// The registry of databases other than OpenSearch. A new one is a file that describes it, and a word here.
import type { Database } from './database.ts';
import { milvus } from './milvus.ts';
import { vespa } from './vespa.ts';

/** The databases that this version can put load on, beside OpenSearch. */
export const databases: readonly Database[] = [milvus, vespa];

/** The database of a name; `null` for OpenSearch. */
export const databaseOf = (name: string): Database | null =>
  databases.find((database) => database.name === name) ?? null;
