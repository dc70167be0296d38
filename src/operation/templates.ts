// Index templates of all kinds: legacy, composable and component ones.
import type { Json } from '../json.ts';
import type { ComponentTemplateDefinition, TemplateDefinition } from '../workload/model.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import type { OperationType } from './operation.ts';
import type { ParamReader } from './params.ts';
import { encodeName, readRequestOptions } from './request-options.ts';
import {
  createAll,
  deleteAll,
  mergeSettings,
  mergeTemplateSettings,
  type NewResource,
  type OldResource,
} from './resources.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { type Script, scriptOperation } from './script.ts';
import { bodyText } from './search-params.ts';
import { joinNames, selectDefinitions } from './target.ts';

type AnyTemplate = TemplateDefinition | ComponentTemplateDefinition;

interface TemplateKind {
  /** Where the server keeps templates of this kind. */
  readonly endpoint: string;
  /** The templates of this kind that the workload defines. */
  known(facts: ParameterFacts): readonly AnyTemplate[];
  /** The body of a template with the `settings` of the operation in their place. */
  merge(body: Json, settings: ReadonlyMap<string, Json> | null): Json;
  /** Whether a missing template is no failure when it is deleted. */
  readonly ignoreMissing: boolean;
}

const LEGACY: TemplateKind = {
  endpoint: '/_template',
  known: (facts) => facts.templates,
  merge: mergeSettings,
  ignoreMissing: false,
};
const COMPOSABLE: TemplateKind = {
  endpoint: '/_index_template',
  known: (facts) => facts.composableTemplates,
  merge: mergeTemplateSettings,
  ignoreMissing: false,
};
const COMPONENT: TemplateKind = {
  endpoint: '/_component_template',
  known: (facts) => facts.componentTemplates,
  merge: mergeTemplateSettings,
  ignoreMissing: true,
};

function readCreate(reader: ParamReader, facts: ParameterFacts, kind: TemplateKind): Script {
  return retrying(
    readRetryPolicy(reader),
    createAll(readNewTemplates(reader, facts, kind), readRequestOptions(reader)),
  );
}

function readNewTemplates(reader: ParamReader, facts: ParameterFacts, kind: TemplateKind): readonly NewResource[] {
  const settings = reader.object('settings', null);
  const known = kind.known(facts);
  const make = (name: string, body: Json): NewResource => ({
    path: pathOf(kind, name),
    body: bodyText(kind.merge(body, settings)),
  });
  if (known.length > 0 && !reader.has('body'))
    return selectDefinitions(reader, 'template', known).map((template) => make(template.name, template.body));
  reader.require('body');
  const name = reader.requiredString('template');
  return [make(name, reader.value('body'))];
}

function readDelete(reader: ParamReader, facts: ParameterFacts, kind: TemplateKind): Script {
  const policy = { onlyIfExists: reader.boolean('only-if-exists', true), ignoreMissing: kind.ignoreMissing };
  return retrying(
    readRetryPolicy(reader),
    deleteAll(readOldTemplates(reader, facts, kind), readRequestOptions(reader), policy),
  );
}

function readOldTemplates(reader: ParamReader, facts: ParameterFacts, kind: TemplateKind): readonly OldResource[] {
  const known = kind.known(facts);
  if (known.length > 0) {
    return selectDefinitions(reader, 'template', known).map((template) => ({
      path: pathOf(kind, template.name),
      pattern: patternOf(template),
    }));
  }
  const deletesMatching = reader.boolean('delete-matching-indices', false);
  if (deletesMatching) reader.require('index-pattern');
  const patterns = reader.names('index-pattern', null);
  const pattern = deletesMatching && patterns !== null ? `/${joinNames(patterns)}` : null;
  return [{ path: pathOf(kind, reader.requiredString('template')), pattern }];
}

const pathOf = (kind: TemplateKind, name: string): string => `${kind.endpoint}/${encodeName(name)}`;

function patternOf(template: AnyTemplate): string | null {
  if (!('pattern' in template) || !template.deleteMatchingIndices || template.pattern === '') return null;
  return `/${encodeName(template.pattern)}`;
}

const creating = (name: string, kind: TemplateKind): OperationType =>
  defineOperation({
    name,
    isAdmin: true,
    runsOnServerless: false,
    read: (reader, facts) => readCreate(reader, facts, kind),
    create: scriptOperation,
  });
const deleting = (name: string, kind: TemplateKind): OperationType =>
  defineOperation({
    name,
    isAdmin: true,
    runsOnServerless: false,
    read: (reader, facts) => readDelete(reader, facts, kind),
    create: scriptOperation,
  });

/** `create-index-template`: one sample creates all chosen legacy templates, and its weight is their number. */
export const createIndexTemplate = creating('create-index-template', LEGACY);
/**
 * `delete-index-template`: one sample deletes all chosen legacy templates and, if the workload says so, the indices
 * that match them.
 */
export const deleteIndexTemplate = deleting('delete-index-template', LEGACY);
/** `create-composable-template`: one sample creates all chosen composable templates, and its weight is their number. */
export const createComposableTemplate = creating('create-composable-template', COMPOSABLE);
/**
 * `delete-composable-template`: one sample deletes all chosen composable templates and, if the workload says so, the
 * indices that match them.
 */
export const deleteComposableTemplate = deleting('delete-composable-template', COMPOSABLE);
/** `create-component-template`: one sample creates all chosen component templates, and its weight is their number. */
export const createComponentTemplate = creating('create-component-template', COMPONENT);
/**
 * `delete-component-template`: one sample deletes all chosen component templates, and its weight is how many were
 * deleted.
 */
export const deleteComponentTemplate = deleting('delete-component-template', COMPONENT);
