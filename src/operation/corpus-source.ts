// The documents of corpora as a source of parameters, for operations that borrow it by `param-source`.
import { BulkReader } from '../corpus/bulk-reader.ts';
import { clientSlices } from '../corpus/client-slices.ts';
import type { Json, JsonObject } from '../json.ts';
import { readBulkParams, selectCorpora } from './bulk-params.ts';
import type { OperationContext, OperationSpec } from './operation.ts';
import type { ParameterSource, SourceParams } from './parameter-source.ts';
import { ParamReader } from './params.ts';
import { wrongParams } from './target-cache.ts';

/** The names under which the source can be borrowed; operations of these types have it anyway. */
const NAMES: ReadonlySet<string> = new Set(['bulk', 'file-reader', 'proto-bulk', 'produce-stream-message']);

/** Whether an operation of another type gets the documents of corpora from the source of `bulk`. */
export function borrowsDocuments({ type, params }: Pick<OperationSpec, 'type' | 'params'>): boolean {
  const name = params.get('param-source');
  return typeof name === 'string' && NAMES.has(name) && !NAMES.has(type);
}

/**
 * Gives one client its slice of the documents, as bodies of bulk requests: the operation's parameters, with the number
 * of documents as `bulk-size`.
 */
export class CorpusSource implements ParameterSource {
  readonly isFinite: boolean;
  private readonly reader: BulkReader;
  private readonly headRoom: number;
  private readonly base: JsonObject;
  private readonly bySize = new Map<number, JsonObject>();

  /** Throws `PLUGIN` if the operation's parameters are not those of a bulk operation. */
  constructor(context: OperationContext) {
    const { spec, workload, clientIndex, clientCount, requests, random } = context;
    const reader = new ParamReader(spec.params);
    const params = readBulkParams(reader, workload);
    if (reader.problems.length > 0) throw wrongParams(spec, reader.problems);
    this.isFinite = !params.looped;
    this.headRoom = requests.headRoom;
    this.base = spec.params;
    this.reader = new BulkReader(
      clientSlices(selectCorpora(workload.corpora, params.selection), clientIndex, clientCount, params.amount),
      {
        bulkSize: params.bulkSize,
        headRoom: requests.headRoom,
        looped: params.looped,
        conflicts: params.conflicts,
        random,
      },
    );
  }

  ready(): Promise<void> | null {
    return this.reader.ready();
  }

  next(): SourceParams | null {
    const { reader, headRoom } = this;
    if (!reader.next()) return null;
    return {
      params: this.paramsOf(reader.documents),
      body: reader.buffer.subarray(headRoom, headRoom + reader.length),
    };
  }

  progress(): number | null {
    return this.reader.progress();
  }

  close(): void {
    void this.reader.close();
  }

  private paramsOf(documents: number): JsonObject {
    const known = this.bySize.get(documents);
    if (known !== undefined) return known;
    const params: JsonObject = new Map<string, Json>([
      ...this.base,
      ['bulk-size', documents],
      ['unit', 'docs'],
      ['action-metadata-present', true],
    ]);
    this.bySize.set(documents, params);
    return params;
  }
}
