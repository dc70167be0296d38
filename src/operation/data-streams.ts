// `create-data-stream` and `delete-data-stream`.
import { defineOperation, type ParameterFacts } from './define.ts';
import type { OperationType } from './operation.ts';
import type { ParamReader } from './params.ts';
import { encodeName, readRequestOptions } from './request-options.ts';
import { createAll, deleteAll } from './resources.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { type Script, scriptOperation } from './script.ts';
import { selectDefinitions } from './target.ts';

function readNames(reader: ParamReader, facts: ParameterFacts): readonly string[] {
  const known = facts.dataStreams.map((name) => ({ name }));
  return known.length > 0
    ? selectDefinitions(reader, 'data-stream', known).map((stream) => stream.name)
    : reader.requiredNames('data-stream');
}

function readCreate(reader: ParamReader, facts: ParameterFacts): Script {
  const resources = readNames(reader, facts).map((name) => ({ path: `/_data_stream/${encodeName(name)}`, body: null }));
  return retrying(readRetryPolicy(reader), createAll(resources, readRequestOptions(reader)));
}

function readDelete(reader: ParamReader, facts: ParameterFacts): Script {
  const resources = readNames(reader, facts).map((name) => ({
    path: `/_data_stream/${encodeName(name)}`,
    headPath: `/${encodeName(name)}`,
    pattern: null,
  }));
  const policy = { onlyIfExists: reader.boolean('only-if-exists', true), ignoreMissing: true };
  return retrying(readRetryPolicy(reader), deleteAll(resources, readRequestOptions(reader), policy));
}

/** `create-data-stream`: one sample creates all chosen data streams, and its weight is their number. */
export const createDataStream: OperationType = defineOperation({
  name: 'create-data-stream',
  isAdmin: true,
  runsOnServerless: false,
  read: readCreate,
  create: scriptOperation,
});
/** `delete-data-stream`: one sample deletes all chosen data streams, and its weight is how many there were. */
export const deleteDataStream: OperationType = defineOperation({
  name: 'delete-data-stream',
  isAdmin: true,
  runsOnServerless: false,
  read: readDelete,
  create: scriptOperation,
});
