// Signatures of requests of every shape, judged by the signer of the AWS SDK.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { formatAmzDate, sha256Hex, signRequest } from '../../src/http/sigv4.ts';
import { Sha256 } from './aws-sha256.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const requests = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD'),
  segments: fc.array(text, { maxLength: 4 }),
  isDirectory: fc.boolean(),
  query: fc.dictionary(text, text, { maxKeys: 4 }),
  body: fc.string({ unit: 'grapheme', maxLength: 40 }),
  token: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,40}$/), { nil: null }),
  wall: fc.integer({ min: 0, max: 4_102_444_800_000 }),
});

test('a request is signed as by the SDK of AWS, whatever its path, query, body, time and credentials', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, segments, isDirectory, query, body, token, wall }) => {
      const path = `/${segments.map(encodeURIComponent).join('/')}${isDirectory ? '/' : ''}`;
      const pairs = Object.entries(query).map(
        ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
      );
      const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
      const signer = new SignatureV4({
        service: 'es',
        region: 'eu-west-1',
        credentials: token === null ? credentials : { ...credentials, sessionToken: token },
        sha256: Sha256,
      });
      const request = {
        method,
        protocol: 'https:',
        hostname: 'search.example.org',
        path,
        query,
        headers: { host: 'search.example.org' },
        body,
      };
      const judged = await signer.sign(request, { signingDate: new Date(wall) });
      const target = pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
      const signed = signRequest(
        { method, target, headers: new Map([['host', 'search.example.org']]), bodyHash: sha256Hex(body) },
        {
          credentials: { ...credentials, sessionToken: token },
          region: 'eu-west-1',
          service: 'es',
          time: formatAmzDate(wall),
        },
      );
      assert.equal(signed.get('authorization'), judged.headers.authorization, target);
    }),
    { numRuns: 500 },
  );
});
