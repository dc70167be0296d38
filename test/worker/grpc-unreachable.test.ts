// Hosts that speak no gRPC: how the run ends, after the ten seconds for which it waits.
// Needs: time.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { BenchmarkError } from '../../src/errors.ts';
import { startMuteServer } from '../fakes/grpc-server.ts';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

describe('hosts that cannot be used', () => {
  const ends = async (host: string): Promise<BenchmarkError> => {
    const body = { query: { match_all: {} } };
    const schedule = [task('search', 'proto-search', { index: 'idx', body }, { iterations: 1 })];
    const { error } = await drive({ targetHosts: '127.0.0.1:9', grpcHosts: [host], schedule });
    assert.ok(error instanceof BenchmarkError);
    assert.equal(error.code, 'TARGET_UNREACHABLE');
    assert.match(error.hint ?? '', /--grpc-target-hosts/);
    return error;
  };

  test('are named: nobody listens, plain HTTP, and silence', async () => {
    const http = createServer((_request, response) => response.end());
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const mute = await startMuteServer();
    const [refused, wrong, silent] = await Promise.all([
      ends('127.0.0.1:9'),
      ends(`127.0.0.1:${(http.address() as AddressInfo).port}`),
      ends(mute.host),
    ]);
    http.closeAllConnections();
    http.close();
    mute.stop();
    assert.match(refused.message, /accepted no connection for 10 s: 127\.0\.0\.1:9 refused the connection/);
    assert.match(wrong.message, /accepts connections, but does not speak gRPC without TLS/);
    assert.match(silent.message, /did not open a gRPC connection within 10 s/);
  });
});
