// Laws of the ordered queues, on a network that loses, repeats and delays whatever it likes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BenchmarkError } from '../../src/errors.ts';
import { Inbox } from '../../src/fleet/protocol/inbox.ts';
import { type Batch, Outbox } from '../../src/fleet/protocol/outbox.ts';

/** What becomes of one request: its way there and its answer's way back. */
type Fate = 'arrives' | 'request lost' | 'answer lost' | 'arrives twice' | 'arrives late';

const fate = fc.constantFrom<Fate>(
  'arrives',
  'arrives',
  'request lost',
  'answer lost',
  'arrives twice',
  'arrives late',
);

/**
 * A network with a fate for each request; after the last one it is well behaved. Requests that are late arrive when
 * others have overtaken them.
 */
function network(inbox: Inbox, fates: readonly Fate[]): (batch: Batch) => Promise<number> {
  const left = [...fates];
  const late: Batch[] = [];
  return async (batch) => {
    await Promise.resolve();
    const own = left.shift() ?? 'arrives';
    if (own === 'request lost') throw new Error('timeout');
    if (own === 'arrives late') {
      late.push(batch);
      throw new Error('timeout');
    }
    const answer = inbox.accept(batch);
    for (const old of late.splice(0)) inbox.accept(old);
    if (own === 'arrives twice') inbox.accept(batch);
    if (own === 'answer lost') throw new Error('timeout');
    return answer;
  };
}

test('nothing is lost, nothing comes twice, and the order is kept', async () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      messages,
      fc.array(fate, { maxLength: 40 }),
      fc.array(fc.nat(3), { maxLength: 40 }),
      async (sent, fates, gaps) => {
        const taken: Uint8Array[] = [];
        const send = network(new Inbox((message) => taken.push(message.slice())), fates);
        const pauses: number[] = [];
        const pause = async (millis: number): Promise<void> => void pauses.push(millis);
        const outbox = new Outbox({ send, bound: 600, onFailure: assert.fail, pause, random: () => 0.5 });
        for (const [index, message] of sent.entries()) {
          outbox.push(message);
          for (let turn = 0; turn < (gaps[index] ?? 0); turn++) await Promise.resolve();
        }
        await outbox.flush();
        assert.deepEqual(
          taken.map((message) => [...message]),
          sent.map((message) => [...message]),
        );
        assert.equal(outbox.length, 0);
        assert.ok(pauses.every((millis) => millis === 300));
      },
    ),
    { numRuns: 300 },
  );
});

test('long messages travel in pieces, in batches that a server takes', async () => {
  const taken: number[] = [];
  const inbox = new Inbox((message) => taken.push(message.length, message[0] ?? -1, message.at(-1) ?? -1));
  const sizes: number[] = [];
  const send = async (batch: Batch): Promise<number> => {
    sizes.push(batch.pieces.reduce((sum, piece) => sum + piece.length, 0));
    return inbox.accept(batch);
  };
  const outbox = new Outbox({
    send,
    bound: 600,
    onFailure: assert.fail,
    pause: async () => undefined,
    random: () => 0,
  });
  const long = new Uint8Array(3_000_000).fill(7);
  long[0] = 1;
  long[long.length - 1] = 9;
  outbox.push(new Uint8Array([5]));
  outbox.push(long);
  outbox.push(new Uint8Array([6]));
  await outbox.flush();
  assert.deepEqual(taken, [1, 5, 5, 3_000_000, 1, 9, 1, 6, 6]);
  assert.ok(Math.max(...sizes) < 1_000_000);
});

test('an overflow is an error, never silence', async () => {
  const failures: BenchmarkError[] = [];
  const never = new Promise<number>(() => undefined);
  const outbox = new Outbox({
    send: () => never,
    bound: 3,
    onFailure: (error) => failures.push(error),
    pause: () => Promise.resolve(),
    random: () => 0,
  });
  for (let count = 0; count < 10; count++) outbox.push(new Uint8Array([count]));
  await outbox.flush();
  assert.deepEqual(
    failures.map(({ message }) => message),
    ['More than 3 messages wait for an answer: the other side takes none.'],
  );
});

test('a receiver that has forgotten what it took ends the queue', async () => {
  const failures: BenchmarkError[] = [];
  let last = 0;
  const send = async ({ first, pieces }: Batch): Promise<number> => {
    last = first === 1 ? first + pieces.length - 1 : 0;
    return last;
  };
  const outbox = new Outbox({
    send,
    bound: 600,
    onFailure: (error) => failures.push(error),
    pause: () => Promise.resolve(),
    random: () => 0,
  });
  outbox.push(new Uint8Array([1]));
  await outbox.flush();
  outbox.push(new Uint8Array([2]));
  await outbox.flush();
  assert.deepEqual(
    failures.map(({ message }) => message),
    ['The other side says that it took 0 messages, where 1 were taken.'],
  );
});
