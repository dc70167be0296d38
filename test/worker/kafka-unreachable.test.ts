// Brokers that cannot be used: how the run ends, after the ten seconds for which it waits.
// Needs: time.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { BenchmarkError } from '../../src/errors.ts';
import { startMuteServer } from '../fakes/grpc-server.ts';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

describe('brokers that cannot be used', () => {
  const directory = mkdtempSync(join(tmpdir(), 'osb-kafka-'));
  const path = join(directory, 'documents.json');
  writeFileSync(path, '{"a":1}\n');
  after(() => rmSync(directory, { recursive: true }));
  const set = {
    path,
    size: 8,
    documentCount: 1,
    sourceFormat: 'bulk' as const,
    includesActionAndMetaData: false,
    targetIndex: 'idx',
    targetType: null,
    targetDataStream: null,
    offsets: [],
  };

  const ends = async (brokers: string): Promise<string> => {
    const source = { type: 'kafka', param: { topic: 't', 'bootstrap-servers': brokers } };
    const params = { 'bulk-size': 1, corpora: 'c', 'ingestion-source': source };
    const { error } = await drive({
      targetHosts: '127.0.0.1:9',
      corpora: [{ name: 'c', documentSets: [set] }],
      schedule: [task('stream', 'produce-stream-message', params)],
    });
    assert.ok(error instanceof BenchmarkError);
    assert.equal(error.code, 'TARGET_UNREACHABLE');
    assert.match(error.hint ?? '', /bootstrap-servers/);
    return error.message;
  };

  test('are named: nobody listens, silence, and something else than Kafka', async () => {
    const [mute, other] = [await startMuteServer(), await startMuteServer('HTTP/1.1 400 Bad Request\r\n\r\n')];
    const [refused, silent, foreign] = await Promise.all([
      ends('127.0.0.1:9,127.0.0.1:10'),
      ends(mute.host),
      ends(other.host),
    ]);
    mute.stop();
    other.stop();
    assert.match(refused, /127\.0\.0\.1:9,127\.0\.0\.1:10 refused the connection/);
    assert.match(silent, /no broker answered within 10 s/);
    assert.match(foreign, new RegExp(`accepted no connection for 10 s: ${other.host}`));
  });
});
