// Documents to a topic of a real Kafka broker, and what is said when the broker fails.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Admin, Consumer } from '@platformatic/kafka';
import { type KafkaBroker, startKafka } from '../../scripts/kafka.ts';
import type { PreparedCorpus } from '../../src/corpus/prepared.ts';
import { BenchmarkError } from '../../src/errors.ts';
import { drive, type LoadSettings } from '../support/load.ts';
import { task } from '../support/small-model.ts';
import { Home, taskOf } from './benchmark-process.ts';
import { startFakeOpenSearch } from './fake-opensearch.ts';
import { numberedDocuments, workloadJson } from './small-workloads.ts';

const DOCUMENTS = 300;
const PARTITIONS = 3;

const sourceOf = (broker: string, topic: string) => ({
  type: 'kafka',
  param: { topic, 'bootstrap-servers': broker },
});

async function createTopics(broker: string, ...topics: string[]): Promise<void> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker], retries: 20, retryDelay: 250 });
  await admin.createTopics({ topics, partitions: PARTITIONS, replicas: 1 });
  await admin.close();
}

interface Received {
  readonly value: string;
  readonly partition: number;
}

async function receive(broker: string, topic: string, count: number): Promise<readonly Received[]> {
  const consumer = new Consumer({ clientId: 'test', groupId: `test-${topic}`, bootstrapBrokers: [broker] });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false, maxWaitTime: 100 });
  const received: Received[] = [];
  for await (const { value, partition } of stream) {
    received.push({ value: value.toString(), partition });
    if (received.length === count) break;
  }
  await consumer.close(true);
  return received;
}

describe('produce-stream-message', { timeout: 300_000 }, () => {
  const home = new Home();
  let broker: KafkaBroker;
  let corpus: PreparedCorpus;

  before(async () => {
    broker = await startKafka();
    await createTopics(broker.host, 'documents', 'killed', 'frozen');
    const text = numberedDocuments(DOCUMENTS);
    const path = home.path('documents.json');
    writeFileSync(path, text);
    const set = {
      path,
      size: text.length,
      documentCount: DOCUMENTS,
      sourceFormat: 'bulk' as const,
      includesActionAndMetaData: false,
      targetIndex: 'idx',
      targetType: null,
      targetDataStream: null,
      offsets: [],
    };
    corpus = { name: 'documents', documentSets: [set] };
  });

  after(async () => {
    await broker.stop();
    home.dispose();
  });

  test('sends each document once, with an id of its own, and names a topic that is not there', async () => {
    const cluster = await startFakeOpenSearch(() => false);
    const sending = (topic: string) => ({
      name: topic,
      operation: {
        name: topic,
        'operation-type': 'produce-stream-message',
        'bulk-size': 40,
        'ingestion-source': sourceOf(broker.host, topic),
      },
      clients: 3,
    });
    const path = home.workload('stream', {
      'workload.json': workloadJson({
        corpora: [
          {
            name: 'documents',
            'target-index': 'idx',
            documents: [{ 'source-file': 'documents.json', 'document-count': DOCUMENTS }],
          },
        ],
        schedule: [sending('documents'), sending('nowhere')],
      }),
      'documents.json': numberedDocuments(DOCUMENTS),
    });
    const ended = await home.run(['run', `--workload-path=${path}`, `--target-hosts=${cluster.host}`]);
    await cluster.close();
    assert.equal(ended.code, 0, ended.stderr);
    const received = await receive(broker.host, 'documents', DOCUMENTS);
    const expected = Array.from({ length: DOCUMENTS }, (_, number) => ({
      _id: String(number + 1),
      _source: { number },
    }));
    const byNumber = received.map(({ value }): (typeof expected)[number] => JSON.parse(value));
    assert.deepEqual(
      byNumber.sort((left, right) => left._source.number - right._source.number),
      expected,
    );
    assert.equal(new Set(received.map(({ partition }) => partition)).size, 1, 'the empty key chooses the partition');
    const { requests, errors, documents, samples, throughput } = taskOf(home.testRun(), 'documents');
    // Each of the three clients sends 100 documents in samples of 40.
    assert.deepEqual([requests, errors, samples, throughput.unit], [DOCUMENTS, 0, 9, 'ops/s']);
    assert.deepEqual([documents?.total, documents?.failed], [DOCUMENTS, 0]);
    assert.equal(taskOf(home.testRun(), 'nowhere').documents?.failed, DOCUMENTS);
    assert.match(ended.stdout, /nowhere +Kafka UNKNOWN_TOPIC_OR_PARTITION +9 /);
  });

  const load = (topic: string, params: object, more: Partial<LoadSettings>) => {
    const own = {
      'bulk-size': 5,
      looped: true,
      corpora: 'documents',
      'ingestion-source': sourceOf(broker.host, topic),
    };
    return drive({
      targetHosts: '127.0.0.1:9',
      corpora: [corpus],
      schedule: [task('stream', 'produce-stream-message', { ...own, ...params }, { iterations: 1_000_000 })],
      ...more,
    });
  };

  test('ends messages with their time limit while a broker stands still', async () => {
    let reports = 0;
    const { tasks, error } = await load(
      'frozen',
      { 'request-timeout': 0.5 },
      {
        onReport: (_report, cancel) => {
          reports++;
          if (reports === 1) process.kill(broker.pid, 'SIGSTOP');
          if (reports === 4) cancel();
        },
      },
    );
    process.kill(broker.pid, 'SIGCONT');
    assert.equal(error, null);
    const results = tasks.get('stream');
    assert.ok((results?.requests ?? 0) > 5);
    assert.deepEqual([...new Set(results?.errors.map(({ kind }) => kind))], ['timeout']);
  });

  test('is told of a broker that dies, and gives up once none has answered for ten seconds', async () => {
    let reports = 0;
    const { tasks, error, endpoints } = await load(
      'killed',
      {},
      {
        onReport: () => {
          reports++;
          if (reports === 1) process.kill(broker.pid, 'SIGKILL');
        },
      },
    );
    assert.ok(error instanceof BenchmarkError);
    assert.equal(error.code, 'TARGET_UNREACHABLE');
    assert.match(error.message, new RegExp(`answered no request for 10 s: ${broker.host} refused the connection`));
    assert.match(error.hint ?? '', /bootstrap-servers/);
    const kinds = tasks.get('stream')?.errors.map(({ kind }) => kind) ?? [];
    assert.ok(kinds.includes('connection refused'), kinds.join());
    assert.deepEqual(
      endpoints.map(({ protocol, outages }) => [protocol, outages.length]),
      [
        ['http', 0],
        ['kafka', 1],
      ],
    );
  });
});
