// What is said of answers that cannot be read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { decodeBody, whyUnreadable } from '../../src/operation/body.ts';
import { Answer } from '../../src/transport/answer.ts';

function answerWith(facts: Partial<Answer>): Answer {
  const answer = new Answer();
  answer.status = 200;
  answer.isWhole = true;
  return Object.assign(answer, { bodyLength: facts.body?.length ?? 0 }, facts);
}

const table: readonly (readonly [facts: Partial<Answer>, why: RegExp])[] = [
  [{ status: 204 }, /^it has no body \(HTTP 204\)$/],
  [{ encoding: 'other', body: Buffer.from([1]) }, /not asked for.*brotli/],
  [{ encoding: 'gzip', body: Buffer.from('no gzip') }, /^its gzip data is damaged, or/],
  [{ encoding: 'gzip', body: gzipSync('plain text') }, /^it is not the JSON that was expected$/],
  [{ body: Buffer.from('\ufeff{"took":1}') }, /byte order mark/],
  [{ encoding: 'gzip', body: gzipSync('\ufeff{"took":1}') }, /byte order mark/],
  [{ body: Buffer.from('<html>'), isOtherThanJson: true }, /content-type is not JSON/],
  [{ body: Buffer.from('{"too'), isWhole: false }, /too large, or was cut off/],
];

for (const [facts, why] of table)
  test(`an answer is unreadable: ${why.source}`, () => assert.match(whyUnreadable(answerWith(facts)), why));

test('a body that unpacks to more than there is room for is not unpacked', () => {
  const members = Array.from({ length: 5 }, () => gzipSync(Buffer.alloc(64 * 1_048_576)));
  const answer = answerWith({ encoding: 'gzip', body: Buffer.concat(members) });
  assert.equal(decodeBody(answer).length, 0);
  assert.match(whyUnreadable(answer), /unpacks to more than 256 MiB/);
});
