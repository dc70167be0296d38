// Parses the indices, data streams and templates of a workload.

import type { Json } from '../json.ts';
import { findIdleKeys, INDEX_KEYS, TEMPLATE_KEYS } from './known-keys.ts';
import type { ComponentTemplateDefinition, IndexDefinition, IndexDefinitions, TemplateDefinition } from './model.ts';
import { type ObjectView, rejectDuplicates } from './object-view.ts';
import type { ParseContext } from './parse-context.ts';

/**
 * Reads what a workload says about indices, and the files with their bodies. A workload has indices or data streams.
 */
export function parseIndexDefinitions(root: ObjectView, context: ParseContext): IndexDefinitions {
  if (root.has('indices') && root.has('data-streams')) {
    root.complain('data-streams', 'indices and data-streams exclude each other', 'Keep one of them.');
  }
  return {
    indices: parseNamed(root, 'indices', 'index', (view) => parseIndex(view, context)),
    dataStreams: parseNamed(root, 'data-streams', 'data stream', (view) => view.requiredName('name')),
    templates: parseNamed(root, 'templates', 'template', (view) => parseTemplate(view, context)),
    composableTemplates: parseNamed(root, 'composable-templates', 'composable template', (view) =>
      parseTemplate(view, context),
    ),
    componentTemplates: parseNamed(root, 'component-templates', 'component template', (view) =>
      parseComponentTemplate(view, context),
    ),
  };
}

function parseNamed<T>(root: ObjectView, key: string, what: string, parse: (view: ObjectView) => T): readonly T[] {
  const views = root.objects(key) ?? [];
  const parsed = views.map(parse);
  rejectDuplicates(
    views.map((view) => ({ name: typeof view.raw('name') === 'string' ? String(view.raw('name')) : '', view })),
    what,
  );
  return parsed;
}

function parseIndex(view: ObjectView, context: ParseContext): IndexDefinition {
  const name = view.requiredName('name');
  findIdleKeys(view, INDEX_KEYS);
  const file = view.text('body');
  return {
    name,
    body: file === null || file === '' ? null : context.readBody(file, view.at('body'), `index ${name}`),
    types: view.texts('types'),
  };
}

function parseTemplate(view: ObjectView, context: ParseContext): TemplateDefinition {
  const name = view.requiredName('name');
  findIdleKeys(view, TEMPLATE_KEYS);
  return {
    name,
    pattern: view.requiredText('index-pattern'),
    body: requiredBody(view, `template ${name}`, context),
    deleteMatchingIndices: view.boolean('delete-matching-indices', true),
  };
}

function parseComponentTemplate(view: ObjectView, context: ParseContext): ComponentTemplateDefinition {
  const name = view.requiredName('name');
  findIdleKeys(view, TEMPLATE_KEYS);
  return { name, body: requiredBody(view, `component template ${name}`, context) };
}

function requiredBody(view: ObjectView, what: string, context: ParseContext): Json {
  const file = view.requiredName('template');
  return file === '' ? null : context.readBody(file, view.at('template'), what);
}
