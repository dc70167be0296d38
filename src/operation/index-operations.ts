// `create-index` and `delete-index` (spec/2 §5.2, spec/3 §4.4).
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { defineOperation, type Facts } from './define.ts';
import type { OperationType } from './operation.ts';
import type { ParamReader } from './params.ts';
import { encodeName, readRequestOptions } from './request-options.ts';
import { checkCodec, createAll, deleteAll, mergeSettings, type NewResource } from './resources.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { type Script, scriptOperation } from './script.ts';
import { bodyText } from './search-params.ts';
import { selectDefinitions } from './target.ts';

function readCreateIndex(reader: ParamReader, facts: Facts): Script {
  const settings = reader.object('settings', null);
  checkCodec(reader, settings);
  return retrying(readRetryPolicy(reader), createAll(readNewIndices(reader, facts, settings), readRequestOptions(reader)));
}

function readNewIndices(reader: ParamReader, facts: Facts, settings: JsonObject | null): readonly NewResource[] {
  if (facts.indices.length === 0 || reader.has('body')) {
    if (facts.indices.length === 0) reader.require('index');
    const body = reader.value('body');
    if (isJsonObject(body) && isJsonObject(body.get('settings'))) checkCodec(reader.nested(body, 'body'), settingsOf(body));
    const names = reader.names(
      'index',
      facts.indices.map((index) => index.name),
    );
    return names.map((name) => newIndex(name, mergeSettings(body, settings)));
  }
  return selectDefinitions(reader, 'index', facts.indices).map((index) => newIndex(index.name, mergeSettings(index.body, settings)));
}

function settingsOf(body: JsonObject): JsonObject | null {
  const settings = body.get('settings');
  return isJsonObject(settings) ? settings : null;
}

const newIndex = (name: string, body: Json): NewResource => ({ path: `/${encodeName(name)}`, body: bodyText(body) });

function readDeleteIndex(reader: ParamReader, facts: Facts): Script {
  const known = facts.indices.map((index) => index.name);
  const names = reader.names('index', known);
  if (names.length === 0 && !reader.has('index')) {
    reader.problem('index', '"index" is missing, and the workload has no indices that could be deleted.');
  }
  const policy = { onlyIfExists: reader.boolean('only-if-exists', true), ignoreMissing: false };
  const resources = names.map((name) => ({ path: `/${encodeName(name)}`, pattern: null }));
  return retrying(readRetryPolicy(reader), deleteAll(resources, readRequestOptions(reader), policy));
}

export const createIndex: OperationType = defineOperation({ name: 'create-index', read: readCreateIndex, create: scriptOperation });
export const deleteIndex: OperationType = defineOperation({ name: 'delete-index', read: readDeleteIndex, create: scriptOperation });
