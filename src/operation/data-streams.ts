// `create-data-stream` and `delete-data-stream` (spec/2 §5.2, spec/3 §4.4).
import { defineOperation, type Facts } from './define.ts';
import type { OperationType } from './operation.ts';
import type { ParamReader } from './params.ts';
import { encodeName, readRequestOptions } from './request-options.ts';
import { createAll, deleteAll } from './resources.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { type Script, scriptOperation } from './script.ts';
import { selectDefinitions } from './target.ts';

function readNames(reader: ParamReader, facts: Facts): readonly string[] {
  const known = facts.dataStreams.map((name) => ({ name }));
  return known.length > 0 ? selectDefinitions(reader, 'data-stream', known).map((stream) => stream.name) : reader.requiredNames('data-stream');
}

function readCreate(reader: ParamReader, facts: Facts): Script {
  const resources = readNames(reader, facts).map((name) => ({ path: `/_data_stream/${encodeName(name)}`, body: null }));
  return retrying(readRetryPolicy(reader), createAll(resources, readRequestOptions(reader)));
}

function readDelete(reader: ParamReader, facts: Facts): Script {
  const resources = readNames(reader, facts).map((name) => ({
    path: `/_data_stream/${encodeName(name)}`,
    headPath: `/${encodeName(name)}`,
    pattern: null,
  }));
  const policy = { onlyIfExists: reader.boolean('only-if-exists', true), ignoreMissing: true };
  return retrying(readRetryPolicy(reader), deleteAll(resources, readRequestOptions(reader), policy));
}

export const createDataStream: OperationType = defineOperation({ name: 'create-data-stream', read: readCreate, create: scriptOperation });
export const deleteDataStream: OperationType = defineOperation({ name: 'delete-data-stream', read: readDelete, create: scriptOperation });
