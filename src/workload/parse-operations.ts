// Parses operations: those of the block `operations`, those written in a task, and those of which a task gives only the
// type.
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Operation } from './model.ts';
import { describeJson, ObjectView, rejectDuplicates } from './object-view.ts';
import type { OperationCatalog } from './operation-catalog.ts';
import type { ProblemSink } from './problem-sink.ts';

/** The operations of a workload: the `operations` block, and what tasks say in its place. */
export class WorkloadOperations {
  private readonly catalog: OperationCatalog;
  private readonly block: ReadonlyMap<string, Operation>;

  /** Reads the block; its problems go to the sink of `root`. */
  constructor(root: ObjectView, catalog: OperationCatalog) {
    this.catalog = catalog;
    const views = root.objects('operations') ?? [];
    const operations = views.map((view) => {
      view.requiredName('name');
      return this.parse(view);
    });
    rejectDuplicates(
      views.map((view, index) => ({ name: operations[index]?.name ?? '', view })),
      'operation',
    );
    this.block = new Map(operations.map((operation) => [operation.name, operation]));
  }

  /** The operation that a task names or contains; `null` after a problem was reported. `value` lies at `path`. */
  resolve(value: Json, path: string, sink: ProblemSink): Operation | null {
    if (isJsonObject(value)) return this.parse(new ObjectView(value, path, sink));
    if (typeof value !== 'string' || value === '') {
      sink.add(path, `must be the name of an operation or an object, not ${describeJson(value)}`);
      return null;
    }
    const known = this.block.get(value);
    if (known !== undefined) return known;
    const params: JsonObject = new Map([
      ['name', value],
      ['operation-type', value],
    ]);
    const location = { file: sink.file, path };
    return {
      name: value,
      type: value,
      params,
      includeInReporting: this.isReportedByDefault(value),
      meta: new Map(),
      location,
    };
  }

  private parse(view: ObjectView): Operation {
    const type = view.requiredName('operation-type');
    return {
      name: view.has('name') ? view.requiredName('name') : type,
      type,
      params: view.json,
      includeInReporting: view.boolean('include-in-reporting', this.isReportedByDefault(type)),
      meta: view.jsonObject('meta'),
      location: { file: view.sink.file, path: view.path },
    };
  }

  private isReportedByDefault(type: string): boolean {
    return this.catalog.facts.get(type)?.isAdmin !== true;
  }
}
