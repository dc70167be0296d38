// `create-index` and `delete-index`.
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import type { OperationType } from './operation.ts';
import type { ParamReader } from './params.ts';
import { encodeName, readRequestOptions } from './request-options.ts';
import { checkCodec, createAll, deleteAll, mergeSettings, type NewResource } from './resources.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { type Script, scriptOperation } from './script.ts';
import { bodyText } from './search-params.ts';
import { selectDefinitions } from './target.ts';

function readCreateIndex(reader: ParamReader, facts: ParameterFacts): Script {
  const settings = reader.object('settings', null);
  checkCodec(reader, settings);
  return retrying(
    readRetryPolicy(reader),
    createAll(readNewIndices(reader, facts, settings), readRequestOptions(reader)),
  );
}

function readNewIndices(
  reader: ParamReader,
  facts: ParameterFacts,
  settings: JsonObject | null,
): readonly NewResource[] {
  if (facts.indices.length === 0 || reader.has('body')) {
    if (facts.indices.length === 0) reader.require('index');
    const body = reader.value('body');
    if (isJsonObject(body) && isJsonObject(body.get('settings')))
      checkCodec(reader.nested(body, 'body'), settingsOf(body));
    const names = reader.names(
      'index',
      facts.indices.map((index) => index.name),
    );
    return names.map((name) => newIndex(name, mergeSettings(body, settings)));
  }
  return selectDefinitions(reader, 'index', facts.indices).map((index) =>
    newIndex(index.name, mergeSettings(index.body, settings)),
  );
}

function settingsOf(body: JsonObject): JsonObject | null {
  const settings = body.get('settings');
  return isJsonObject(settings) ? settings : null;
}

const newIndex = (name: string, body: Json): NewResource => ({ path: `/${encodeName(name)}`, body: bodyText(body) });

function readDeleteIndex(reader: ParamReader, facts: ParameterFacts): Script {
  const known = facts.indices.map((index) => index.name);
  const names = reader.names('index', known);
  if (names.length === 0 && !reader.has('index')) {
    reader.problem('index', '"index" is missing, and the workload has no indices that could be deleted.');
  }
  const policy = { onlyIfExists: reader.boolean('only-if-exists', true), ignoreMissing: false };
  const resources = names.map((name) => ({ path: `/${encodeName(name)}`, pattern: null }));
  return retrying(readRetryPolicy(reader), deleteAll(resources, readRequestOptions(reader), policy));
}

/** `create-index`: one sample creates all chosen indices, and its weight is their number. */
export const createIndex: OperationType = defineOperation({
  name: 'create-index',
  isAdmin: true,
  runsOnServerless: true,
  read: readCreateIndex,
  create: scriptOperation,
});
/** `delete-index`: one sample deletes all chosen indices, and its weight is how many were deleted. */
export const deleteIndex: OperationType = defineOperation({
  name: 'delete-index',
  isAdmin: true,
  runsOnServerless: true,
  read: readDeleteIndex,
  create: scriptOperation,
});
