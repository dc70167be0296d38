// Signatures against the vectors that AWS publishes for Signature Version 4.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorization, canonicalRequest, formatAmzDate, sha256Hex, signRequest } from '../../src/http/sigv4.ts';

/** The credentials of AWS's examples. */
const scope = {
  credentials: {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    sessionToken: null,
  },
  region: 'us-east-1',
  service: 'service',
  time: '20150830T123600Z',
};
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const base = { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' };

interface Vector {
  readonly name: string;
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signedHeaders?: string;
  readonly signature: string;
}

const vectors: readonly Vector[] = [
  { name: 'get-vanilla', signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31' },
  { name: 'get-vanilla-query', signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31' },
  {
    name: 'get-vanilla-query-order-key-case',
    target: '/?Param2=value2&Param1=value1',
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  {
    name: 'get-vanilla-empty-query-key',
    target: '/?Param1=value1',
    signature: 'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
  },
  {
    name: 'post-vanilla',
    method: 'POST',
    signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  },
  {
    name: 'post-x-www-form-urlencoded',
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Param1=value1',
    signedHeaders: 'content-type;host;x-amz-date',
    signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  },
  {
    name: 'get-relative',
    target: '/example/..',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  { name: 'get-slash', target: '//', signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31' },
  {
    name: 'get-slash-dot-slash',
    target: '/./',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    name: 'get-utf8',
    target: '/\u1234',
    signature: '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
  },
];

for (const {
  name,
  method = 'GET',
  target = '/',
  headers = {},
  body = '',
  signedHeaders = 'host;x-amz-date',
  signature,
} of vectors) {
  test(`the published vector ${name}`, () => {
    const parts = {
      method,
      target,
      headers: new Map(Object.entries({ ...base, ...headers })),
      bodyHash: sha256Hex(body),
    };
    const credential = 'Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';
    assert.equal(
      authorization(parts, scope),
      `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    );
  });
}

test('the example of the documentation of IAM', () => {
  const headers = new Map([
    ['content-type', 'application/x-www-form-urlencoded; charset=utf-8'],
    ['host', 'iam.amazonaws.com'],
    ['x-amz-date', '20150830T123600Z'],
  ]);
  const parts = { method: 'GET', target: '/?Action=ListUsers&Version=2010-05-08', headers, bodyHash: EMPTY };
  assert.equal(
    sha256Hex(canonicalRequest(parts, [...headers.keys()], 'es')),
    'f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59',
  );
  assert.match(
    authorization(parts, { ...scope, service: 'iam' }),
    /Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7$/,
  );
});

test('paths are encoded once more than they are sent, queries once', () => {
  const parts = {
    method: 'GET',
    target: '/logs-*/%2A/_search?q=a%20b&filter_path=took,hits&flag&a=%',
    headers: new Map(),
    bodyHash: EMPTY,
  };
  assert.deepEqual(canonicalRequest(parts, [], 'es').split('\n').slice(0, 3), [
    'GET',
    '/logs-%2A/%252A/_search',
    'a=%25&filter_path=took%2Chits&flag=&q=a%20b',
  ]);
});

test('a signed request states date, hash and session', () => {
  const credentials = { ...scope.credentials, sessionToken: 'TOKEN' };
  const parts = { method: 'GET', target: '/', headers: new Map([['host', 'example.amazonaws.com']]), bodyHash: EMPTY };
  const headers = signRequest(parts, { ...scope, credentials, service: 'aoss' });
  assert.deepEqual(
    [...headers.keys()],
    ['x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token', 'authorization'],
  );
  assert.match(
    headers.get('authorization') ?? '',
    /aoss\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, /,
  );
});

test('dates', () => assert.equal(formatAmzDate(Date.UTC(2015, 7, 30, 12, 36, 0, 999)), '20150830T123600Z'));
