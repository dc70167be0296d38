// Vespa over its document and search interfaces. A document type stands for an index. Schemas are deployed with an
// application, which is no part of these interfaces, so `create-index` only makes sure that they are there.
import { BulkReader } from '../../corpus/bulk-reader.ts';
import { clientSlices } from '../../corpus/client-slices.ts';
import { DocumentNumbers } from '../../corpus/document-numbers.ts';
import { documentLines } from '../../corpus/document-writer.ts';
import { writeJson } from '../../json.ts';
import type { Answer } from '../../transport/answer.ts';
import { decodeBody } from '../body.ts';
import { type BulkParams, selectCorpora } from '../bulk-params.ts';
import { defineOperation } from '../define.ts';
import { describeFailure, oneLine } from '../http-error.ts';
import { member, parseAnswer } from '../json-answer.ts';
import {
  type DocumentFailure,
  type OperationContext,
  type OperationType,
  type Outcome,
  RequestFailure,
  type ScriptOperation,
  type Session,
} from '../operation.ts';
import { encodeName, type RequestOptions, readRequestOptions, scriptRequest } from '../request-options.ts';
import { scriptOperation } from '../script.ts';
import { constantOperation } from './constant-operation.ts';
import type { Database } from './database.ts';
import { readDocuments } from './documents.ts';

/** Where the documents of a type are: its namespace has its name. */
const documentsPath = (type: string): string => `/document/v1/${encodeName(type)}/${encodeName(type)}/docid`;

const NEWLINE = 10;
const HEAD = Buffer.from('{"fields":');
const TAIL = Buffer.from('}');

/** `bulk`: puts the documents of one bulk one after another, each with its number as id. */
class VespaBulk implements ScriptOperation {
  readonly kind = 'script';
  readonly isFinite: boolean;
  readonly expectedWeight: { readonly weight: number; readonly unit: string };
  private readonly reader: BulkReader;
  private readonly numbers: DocumentNumbers;
  private readonly options: RequestOptions;

  constructor(params: BulkParams, context: OperationContext) {
    const corpora = selectCorpora(context.workload.corpora, params.selection);
    const slices = clientSlices(corpora, context.clientIndex, context.clientCount, params.amount);
    this.options = params.options;
    this.isFinite = !params.looped;
    this.expectedWeight = { weight: params.bulkSize, unit: 'docs' };
    this.numbers = new DocumentNumbers(corpora, slices);
    this.reader = new BulkReader(slices, {
      bulkSize: params.bulkSize,
      headRoom: 0,
      looped: params.looped,
      conflicts: null,
      writerOf: documentLines,
      random: context.random,
    });
  }

  progress(): number | null {
    return this.reader.progress();
  }

  ready(): Promise<void> | null {
    return this.reader.ready();
  }

  next(): boolean {
    return this.reader.next();
  }

  async run(session: Session, outcome: Outcome): Promise<void> {
    const { documents, documentSet } = this.reader;
    outcome.unit = 'docs';
    outcome.weight = documents;
    outcome.documents = documents;
    const path = documentsPath(documentSet?.targetIndex ?? documentSet?.targetDataStream ?? '');
    const failures = new FailureCounts();
    await this.put(session, path, failures);
    outcome.failedDocuments = failures.list();
    const [first] = outcome.failedDocuments;
    if (first !== undefined) outcome.fail(first.kind, first.example);
  }

  close(): void {
    void this.reader.close();
  }

  /** Puts each document. One that is refused does not keep others away; a connection that fails does. */
  private async put(session: Session, path: string, failures: FailureCounts): Promise<void> {
    const { buffer, length, documents } = this.reader;
    const first = this.numbers.take(documents);
    let start = 0;
    for (let index = 0; index < documents && start < length; index++) {
      const end = buffer.indexOf(NEWLINE, start);
      const body = Buffer.concat([HEAD, buffer.subarray(start, end), TAIL]);
      start = end + 1;
      try {
        const request = scriptRequest(this.options, 'POST', `${path}/${first + index}`);
        await session.request({ ...request, body, isRepeatable: true });
      } catch (error) {
        if (!(error instanceof RequestFailure)) throw error;
        const isRefusal = error.kind === 'status';
        failures.count(error, isRefusal ? 1 : documents - index);
        if (!isRefusal) return;
      }
    }
  }
}

/** Documents that were not taken, by kind of failure. */
class FailureCounts {
  private readonly kinds = new Map<string, { count: number; readonly example: string }>();

  count(failure: RequestFailure, documents: number): void {
    const { kind, description } = describeFailure(failure);
    const known = this.kinds.get(kind);
    if (known === undefined) this.kinds.set(kind, { count: documents, example: description });
    else known.count += documents;
  }

  list(): readonly DocumentFailure[] {
    return [...this.kinds].map(([kind, found]) => ({ kind, ...found }));
  }
}

const bulk: OperationType = defineOperation({
  name: 'bulk',
  isAdmin: false,
  runsOnServerless: false,
  read: (reader, facts) => readDocuments(reader, facts, 'Vespa'),
  unit: () => 'docs',
  corpora: (params) => params.selection.corpora,
  create: (params, context) => new VespaBulk(params, context),
});

/** A search that ran into an error may have status 200 and say so in its body. */
function readSearch(answer: Answer, outcome: Outcome): void {
  const root = member(parseAnswer(decodeBody(answer)), 'root');
  const errors = member(root, 'errors');
  const [first] = Array.isArray(errors) ? errors : [];
  if (root === undefined) outcome.fail('search', 'The answer to a search is not one of Vespa: it has no "root".');
  else if (first !== undefined) {
    const message = member(first, 'message') ?? member(first, 'summary');
    outcome.fail(`Vespa ${String(member(first, 'code'))}`, oneLine(String(message)));
  }
}

/** `search`: the body is that of the search interface, with `yql`. */
const search: OperationType = defineOperation({
  name: 'search',
  isAdmin: false,
  runsOnServerless: false,
  read(reader) {
    const body = reader.object('body', null) ?? new Map();
    if (!body.has('yql'))
      reader.problem('body', 'The body must have "yql", as the search interface of Vespa wants it.');
    return { body, options: readRequestOptions(reader) };
  },
  unit: () => 'ops',
  create({ body, options: { headers } }, context) {
    const bytes = Buffer.from(writeJson(body));
    const parts = { method: 'POST', path: '/search/', body: bytes, headers, isRepeatable: true };
    return constantOperation(context.requests.prepare(parts), readSearch);
  },
});

/** `create-index`: fails for a document type that the application of the cluster does not have. */
const createIndex: OperationType = defineOperation({
  name: 'create-index',
  isAdmin: true,
  runsOnServerless: false,
  read(reader, facts) {
    const names = reader.names('index', null) ?? facts.indices.map(({ name }) => name);
    return { names, options: readRequestOptions(reader) };
  },
  unit: () => 'ops',
  create: ({ names, options }) =>
    scriptOperation(async (session, outcome) => {
      for (const name of names)
        await session.request(scriptRequest(options, 'GET', `${documentsPath(name)}?wantedDocumentCount=1`));
      outcome.weight = names.length;
    }),
});

/** `delete-index`: removes all documents of a type, in as many requests as the cluster wants. */
const deleteIndex: OperationType = defineOperation({
  name: 'delete-index',
  isAdmin: true,
  runsOnServerless: false,
  read(reader, facts) {
    const names = reader.names('index', null) ?? facts.indices.map(({ name }) => name);
    return { names, cluster: reader.string('cluster', 'content'), options: readRequestOptions(reader) };
  },
  unit: () => 'ops',
  create: ({ names, cluster, options }) =>
    scriptOperation(async (session, outcome) => {
      for (const name of names) await removeAll(session, options, name, cluster);
      outcome.weight = names.length;
    }),
});

async function removeAll(session: Session, options: RequestOptions, name: string, cluster: string): Promise<void> {
  let continuation: string | null = null;
  do {
    const more = continuation === null ? '' : `&continuation=${encodeURIComponent(continuation)}`;
    const path = `${documentsPath(name)}?selection=true&cluster=${encodeURIComponent(cluster)}${more}`;
    const reply = await session.request(scriptRequest(options, 'DELETE', path));
    const next = member(parseAnswer(reply.body), 'continuation');
    continuation = typeof next === 'string' ? next : null;
  } while (continuation !== null);
}

/** Vespa 8. */
export const vespa: Database = {
  name: 'vespa',
  title: 'Vespa',
  operations: [bulk, search, createIndex, deleteIndex],
  probe: {
    method: 'GET',
    path: '/state/v1/health',
    accepts: (body) => typeof body === 'object' && body !== null && 'status' in body,
  },
};
