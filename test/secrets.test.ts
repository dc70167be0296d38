// Secrets are recognised by their value, however it is written.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { redact } from '../src/cli/redact.ts';
import { toJson, writeJson } from '../src/json.ts';
import { isSecretName, Secrets } from '../src/secrets.ts';

const characters = [...'abcXYZ0189-_.~!@:/%#?&+="\'\\ ,;{}[]()<>|$^*üßé€'];
const secret = fc
  .string({ unit: fc.constantFrom(...characters), minLength: 4, maxLength: 24 })
  .filter((text) => text.trim() === text && /[^\d ]{4}/.test(text) && !/^[*.…]/.test(text));

const knowing = (...values: readonly string[]): Secrets => {
  const secrets = new Secrets();
  secrets.register(...values);
  return secrets;
};
const percentEncoded = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const unicodeEscaped = (text: string): string =>
  [...text].map((unit) => (/\w/.test(unit) ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)).join('');
const forms: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'percent-encoded': encodeURIComponent,
  'in a form': (text) => new URLSearchParams({ text }).toString().slice(5),
  'percent-encoded where it must be': encodeURI,
  'percent-encoded signs': (text) => text.replace(/[^A-Za-z0-9]+/g, (part) => percentEncoded(part)),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  'escaped in JSON': unicodeEscaped,
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
};

describe('a known secret is masked', () => {
  for (const [name, form] of Object.entries(forms)) {
    it(name, () => {
      fc.assert(
        fc.property(secret, (value) => {
          const written = form(value);
          const masked = knowing(value).mask(`before (${written}) behind`);
          assert.ok(!masked.includes(written), `${written} in ${masked}`);
          assert.match(masked, /^before \(\*{5}/);
        }),
      );
    });
  }

  it('in base64 amid other bytes', () => {
    fc.assert(
      fc.property(
        secret.filter((text) => Buffer.byteLength(text) >= 8),
        fc.string({ maxLength: 7 }),
        fc.string({ maxLength: 7 }),
        (value, before, behind) => {
          const written = Buffer.from(`${before}:${value}${behind}`).toString('base64');
          const masked = knowing(value).mask(`Basic ${written}`);
          assert.match(masked, /\*{5}/);
          assert.ok(
            !Buffer.from(masked.replaceAll('*', ''), 'base64').toString().includes(value.slice(0, 4)) ||
              value.slice(0, 4) === 'Basi',
          );
        },
      ),
    );
  });

  it('when it is cut off', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom('…', '...', '', '\n'), fc.nat(), (value, end, seed) => {
        const length = 4 + (seed % (value.length - 3));
        const masked = knowing(value).mask(`before ${value.slice(0, length)}${end}`);
        assert.match(masked, /^before \*{5}/);
      }),
    );
  });

  it('beside others, of which it may be a part', () => {
    assert.equal(knowing('abcd', 'abcdefgh').mask('abcdefgh abcd'), '***** *****');
  });

  it('as lines of a key', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n';
    assert.equal(knowing(key).mask('line hkiG9w0BAQEFAASC.'), 'line *****.');
  });
});

it('other texts stay as they are', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ghijkl mno|0123456789.,'), maxLength: 200 }), (text) => {
      assert.equal(knowing('S3CR€T/abc', 'zzzz1').mask(text), text);
    }),
  );
});

it('what would mutilate texts is not replaced: less than four characters, less than eight digits, ordinary words', () => {
  assert.equal(knowing('abc', '1234567', 'true', 'None', '').mask('abc 1234567 true none'), 'abc 1234567 true none');
  assert.equal(knowing('12345678').mask('12345678'), '*****');
});

it('addresses hold secrets in their user part and in their query', () => {
  const table: readonly (readonly [address: string, masked: string])[] = [
    ['https://user:pass/wo@rd@host:9200/x', 'https://user:*****@host:9200/x'],
    ['http://u:p%40ss%2Fword@host', 'http://u:*****@host'],
    ['git clone https://ghp_abcdefgh1234@github.com/o/r', 'git clone https://*****@github.com/o/r'],
    [
      'https://b.s3.amazonaws.com/c.json?X-Amz-Signature=0123abcd9876&X-Amz-Date=1',
      'https://b.s3.amazonaws.com/c.json?X-Amz-Signature=*****&X-Amz-Date=1',
    ],
    ['http://host:9200/a@b', 'http://host:9200/a@b'],
    ['ssh://git@github.com/o/r', 'ssh://git@github.com/o/r'],
  ];
  for (const [address, masked] of table) {
    const secrets = new Secrets();
    secrets.registerAddresses(address);
    assert.equal(secrets.mask(address), masked);
  }
});

it('long texts are read in time that grows with their length', () => {
  const secrets = new Secrets();
  const start = process.cpuUsage();
  const long = 'a1b2c3d4'.repeat(50_000);
  secrets.register('S3CR€T/abc');
  secrets.registerAddresses(long);
  assert.equal(secrets.mask(redact(long)), long);
  const { user } = process.cpuUsage(start);
  assert.ok(user < 3e6, `${user} us of CPU`);
});

it('names promise secrets', () => {
  for (const name of ['OSB_DATASTORE_PASSWORD', 'sessionToken', 's3_secret', 'AWS_ACCESS_KEY_ID', 'api-key', 'Cookie'])
    assert.ok(isSecretName(name), name);
  for (const name of ['PWD', 'tokenizer', 'token_count', 'key_field', 'bulk_size', 'PATH', 'author'])
    assert.ok(!isSecretName(name), name);
});

it('values by secret names are masked in JSON, whose shape stays', () => {
  const secrets = new Secrets();
  secrets.registerNamed(toJson({ s3: { secret_key: 'hidden-1' }, size: 'hidden-2' }));
  const masked = secrets.maskJson(toJson({ 'hidden-1': ['hidden-1', 'hidden-2', 5] }));
  assert.equal(writeJson(masked), '{"hidden-1":["*****","hidden-2",5]}');
});
