// Parses the rendered document into a workload: the one place where untyped input becomes the model. All problems are
// found in one go.
import { isJsonObject, type Json, toNumber } from '../json.ts';
import { findIdleKeys, WORKLOAD_KEYS } from './known-keys.ts';
import type { Workload, WorkloadSource } from './model.ts';
import { describeJson, ObjectView } from './object-view.ts';
import type { ParseContext, WorkloadNotes } from './parse-context.ts';
import { parseCorpora } from './parse-corpora.ts';
import { parseIndexDefinitions } from './parse-indices.ts';
import { WorkloadOperations } from './parse-operations.ts';
import { parseProcedures } from './parse-procedures.ts';

const VERSION = 2;

/** What a document says. */
export interface ParsedWorkload {
  readonly workload: Workload;
  readonly notes: WorkloadNotes;
}

/** Reads the rendered document. The result is complete only if the sink of the context has no problem afterwards. */
export function parseWorkload(json: Json, name: string, source: WorkloadSource, context: ParseContext): ParsedWorkload {
  const notes: WorkloadNotes = { tasks: new Map() };
  if (!isJsonObject(json)) context.sink.add('', `A workload must be an object, not ${describeJson(json)}`);
  const root = new ObjectView(isJsonObject(json) ? json : new Map(), '', context.sink);
  if (context.sink.problems.length === 0) checkVersion(root);
  findIdleKeys(root, WORKLOAD_KEYS);
  const definitions = parseIndexDefinitions(root, context);
  const workload: Workload = {
    name,
    description: root.text('description') ?? '',
    source,
    directory: context.directory,
    meta: root.jsonObject('meta'),
    ...definitions,
    corpora: parseCorpora(root, definitions),
    testProcedures: parseProcedures(root, new WorkloadOperations(root, context.operations), notes),
  };
  return { workload, notes };
}

function checkVersion(root: ObjectView): void {
  const version = root.raw('version');
  if (version === undefined) return;
  if (typeof version !== 'number' && typeof version !== 'bigint') {
    root.complain('version', `must be the integer ${VERSION}, not ${describeJson(version)}`);
  } else if (toNumber(version) < VERSION) {
    root.complain(
      'version',
      `is ${version}, an outdated format of workloads; this program reads version ${VERSION}`,
      'Migrate the workload.',
    );
  } else if (toNumber(version) > VERSION) {
    root.complain(
      'version',
      `is ${version}, a newer format than this program reads (${VERSION})`,
      'Update this program.',
    );
  }
}
