// `produce-stream-message`: sends the documents of the corpora to a topic of Kafka, from which OpenSearch ingests them.
// One sample is `bulk-size` documents, which are sent one by one, each once the one before it was acknowledged.
import { BulkReader } from '../corpus/bulk-reader.ts';
import { clientSlices, type DocumentSlice } from '../corpus/client-slices.ts';
import { DocumentNumbers } from '../corpus/document-numbers.ts';
import { documentLines } from '../corpus/document-writer.ts';
import { isJsonObject } from '../json.ts';
import { KafkaMessage } from '../kafka/message.ts';
import { parsePlace } from '../transport/place.ts';
import { millis } from '../units.ts';
import { type BulkParams, readBulkParams, selectCorpora } from './bulk-params.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import { describeFailure } from './http-error.ts';
import {
  type OperationContext,
  type OperationType,
  type Outcome,
  RequestFailure,
  type ScriptOperation,
  type Session,
} from './operation.ts';
import { ParamReader } from './params.ts';

interface StreamSource {
  readonly topic: string;
  /** `host:port,host:port`; empty after a problem. */
  readonly brokers: string;
}

interface ProduceParams extends BulkParams {
  readonly source: StreamSource;
}

const DEFAULT_PORT = 9092;
const DEFAULT_TIMEOUT = millis(60_000);

/** Reads `ingestion-source`: `{"type": "kafka", "param": {"topic": …, "bootstrap-servers": …}}`. */
function readSource(reader: ParamReader): StreamSource {
  reader.require('ingestion-source');
  const given = reader.object('ingestion-source', null);
  if (given === null) return { topic: '', brokers: '' };
  const source = reader.nested(given, 'ingestion-source');
  source.require('type');
  source.choice('type', 'kafka', ['kafka']);
  const param = given.get('param');
  if (!isJsonObject(param)) source.require('param');
  const nested = reader.nested(isJsonObject(param) ? param : new Map(), 'ingestion-source.param');
  const topic = nested.requiredString('topic');
  const brokers = nested.requiredNames('bootstrap-servers').map((broker) => withPort(broker));
  for (const broker of brokers) {
    if (parsePlace(broker) === null)
      nested.problem('bootstrap-servers', `"${broker}" is no broker: write host:port, separated by commas.`);
  }
  return { topic, brokers: brokers.join(',') };
}

const withPort = (broker: string): string => (/:\d+$/.test(broker) ? broker : `${broker}:${DEFAULT_PORT}`);

function readProduceParams(reader: ParamReader, facts: ParameterFacts): ProduceParams {
  const params = readBulkParams(reader, facts);
  if (params.conflicts !== null)
    reader.problem('conflicts', 'Messages get ids of their own, so none can conflict.', 'Remove "conflicts".');
  return { ...params, source: readSource(reader) };
}

const NEWLINE = 10;
const TAIL = Buffer.from('}');

/** Makes messages of documents: `{"_id":"7","_source":{…}}`. */
class MessageWriter {
  private buffer: Buffer = Buffer.alloc(4096);

  /** The message for the document in `source[start .. end)`; its bytes are valid until the next call. */
  write(id: number, source: Buffer, start: number, end: number): Buffer {
    const head = `{"_id":"${id}","_source":`;
    const length = head.length + (end - start) + TAIL.length;
    if (length > this.buffer.length) this.buffer = Buffer.alloc(length * 2);
    const { buffer } = this;
    let at = buffer.write(head, 'latin1');
    at += source.copy(buffer, at, start, end);
    at += TAIL.copy(buffer, at);
    return buffer.subarray(0, at);
  }
}

class ProduceOperation implements ScriptOperation {
  readonly kind = 'script';
  readonly isFinite: boolean;
  readonly expectedWeight: { readonly weight: number; readonly unit: string };
  private readonly reader: BulkReader;
  private readonly numbers: DocumentNumbers;
  private readonly message: KafkaMessage;
  private readonly writer = new MessageWriter();

  constructor(params: ProduceParams, context: OperationContext) {
    const corpora = selectCorpora(context.workload.corpora, params.selection);
    const { clientIndex, clientCount } = context;
    const slices: readonly DocumentSlice[] = clientSlices(corpora, clientIndex, clientCount, params.amount);
    this.isFinite = !params.looped;
    this.expectedWeight = { weight: params.bulkSize, unit: 'ops' };
    this.message = new KafkaMessage(params.source.topic, context.timeout ?? DEFAULT_TIMEOUT);
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
    const { documents } = this.reader;
    outcome.documents = documents;
    outcome.unit = 'ops';
    outcome.weight = 0;
    const first = this.numbers.take(documents);
    try {
      await this.produce(session, first, outcome);
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      const { kind, description } = describeFailure(error);
      outcome.fail(kind, description);
      outcome.failedDocuments = [{ kind, count: documents - outcome.weight, example: description }];
    }
  }

  close(): void {
    void this.reader.close();
  }

  /** Sends all documents of the body that is current; the weight counts those that were acknowledged. */
  private async produce(session: Session, first: number, outcome: Outcome): Promise<void> {
    const { buffer, length } = this.reader;
    let start = 0;
    while (start < length) {
      const end = buffer.indexOf(NEWLINE, start);
      this.message.value = this.writer.write(first + outcome.weight, buffer, start, end);
      await session.send(this.message);
      outcome.weight++;
      start = end + 1;
    }
  }
}

/** `produce-stream-message`: one sample is `bulk-size` messages, and its weight is their number. */
export const produceStreamMessage: OperationType = defineOperation({
  name: 'produce-stream-message',
  isAdmin: false,
  runsOnServerless: false,
  read: readProduceParams,
  unit: () => 'ops',
  target: ({ params }) => ({ protocol: 'kafka', endpoints: [readSource(new ParamReader(params)).brokers] }),
  corpora: (params) => params.selection.corpora,
  create: (params, context) => new ProduceOperation(params, context),
});
