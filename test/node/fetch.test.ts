// What a node fetches from its test run, when the run is cancelled meanwhile. The network is a function here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeBinaryMessage } from '../../src/fleet/protocol/binary-message.ts';
import type { Bus, BusMessage } from '../../src/fleet/protocol/bus.ts';
import { fetchAnswerCodec } from '../../src/fleet/protocol/fetch-messages.ts';
import { type FetchContext, fetchPlan, findDocuments } from '../../src/node/fetch.ts';

/** A context whose requests are answered by a function, and the controller that cancels it. */
function cancellable(answer: () => Promise<Uint8Array>): { context: FetchContext; controller: AbortController } {
  const controller = new AbortController();
  const bus: Bus = {
    request: async (subject): Promise<BusMessage> => ({ subject, data: await answer(), respond: () => true }),
    subscribe: () => ({ unsubscribe: () => undefined }),
    status: async function* () {},
  };
  return { context: { bus, id: 'i', session: 's', signal: controller.signal }, controller };
}

test('the wait for documents that the coordinator is still getting ends with CANCELLED', async () => {
  const { context, controller } = cancellable(async () => {
    setImmediate(() => controller.abort());
    return writeBinaryMessage(fetchAnswerCodec, { kind: 'preparing' });
  });
  await assert.rejects(findDocuments(context, 'c', 0), { code: 'CANCELLED' });
});

test('the pause after a request without an answer ends with CANCELLED, at once', async () => {
  let asked = 0;
  const { context, controller } = cancellable(async () => {
    asked++;
    setImmediate(() => controller.abort());
    throw new Error('no responders');
  });
  await assert.rejects(findDocuments(context, 'c', 0), { code: 'CANCELLED' });
  assert.equal(asked, 1, 'nothing is asked again');
});

test('a request that is never answered ends with CANCELLED', async () => {
  const { context, controller } = cancellable(() => {
    setImmediate(() => controller.abort());
    return new Promise(() => undefined);
  });
  await assert.rejects(fetchPlan(context, { digest: 'd', bytes: 10 }), { code: 'CANCELLED' });
});
