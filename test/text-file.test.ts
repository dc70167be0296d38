import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { readTextFile, UnreadableText } from '../src/text-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'osb-text-'));
after(() => rmSync(directory, { recursive: true, force: true }));

function write(bytes: Uint8Array | string): string {
  const file = join(directory, 'text');
  writeFileSync(file, bytes);
  return file;
}

function failure(file: string): UnreadableText {
  try {
    readTextFile(file);
  } catch (error) {
    if (error instanceof UnreadableText) return error;
    throw error;
  }
  throw new Error('The file can be read.');
}

test('a byte order mark is no part of a text', () => {
  assert.equal(readTextFile(write('\ufeff{"a": 1}\r\n')), '{"a": 1}\r\n');
  assert.equal(readTextFile(write('')), '');
  assert.equal(readTextFile(write('a\ufeffb')), 'a\ufeffb');
});

test('other encodings are named', () => {
  const text = '{"a": "ä"}';
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
  const utf32 = Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]);
  for (const [bytes, name] of [
    [utf16, 'UTF-16'],
    [Buffer.from(utf16).swap16(), 'UTF-16'],
    [Buffer.from(text, 'utf16le'), 'UTF-16'],
    [Buffer.from(text, 'utf16le').swap16(), 'UTF-16'],
    [utf32, 'UTF-32'],
    [Buffer.from(utf32).swap32(), 'UTF-32'],
  ] as const) {
    const { kind, problem } = failure(write(bytes));
    assert.deepEqual(
      [kind, problem.message, problem.hint],
      ['garbled', `The file is ${name}, not UTF-8`, 'Save the file as UTF-8.'],
    );
  }
});

test('a byte that is no UTF-8 is named with its place', () => {
  const rows: readonly (readonly [readonly number[], number, number, string])[] = [
    [[0xe9], 3, 3, '0xe9'],
    [[0xc3], 3, 3, '0xc3'],
    [[0xe2, 0x82, 0x0a], 3, 3, '0xe2'],
    [[0xed, 0xa0, 0x80], 3, 3, '0xed'],
    [[0xc0, 0xaf], 3, 3, '0xc0'],
  ];
  for (const [bad, line, column, byte] of rows) {
    const { problem } = failure(
      write(Buffer.concat([Buffer.from('ä\u{1f600}\n\ufffd\n1ö'), Buffer.from(bad), Buffer.from('x\n"')])),
    );
    assert.deepEqual(
      [problem.line, problem.column, problem.message],
      [line, column, `The file is not UTF-8: the byte ${byte} has no meaning here`],
    );
  }
});

test('law: whatever the text, a foreign byte behind it is found where it stands', () => {
  const text = fc.string({ unit: 'binary' }).map((value) => value.replace(/[\u0000\ufeff]/g, ''));
  fc.assert(
    fc.property(text, text, (before, behind) => {
      const { problem } = failure(
        write(Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(behind)])),
      );
      const lines = before.split('\n');
      // A text that is nothing but the byte looks like the half of a mark.
      if (problem.line === undefined) return;
      assert.deepEqual([problem.line, problem.column], [lines.length, [...(lines.at(-1) ?? '')].length + 1]);
    }),
  );
});

test('what is no text file is named, and not waited for', () => {
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const loop = join(directory, 'loop');
  symlinkSync('loop', loop);
  for (const [file, kind, message] of [
    [directory, 'unreadable', /^This is a directory, not a text file$/],
    [pipe, 'unreadable', /^This is a named pipe, not a text file$/],
    ['/dev/zero', 'unreadable', /^This is a device, not a text file$/],
    [loop, 'unreadable', /ELOOP/],
    [join(directory, 'absent'), 'missing', /^There is no such file$/],
  ] as const) {
    const error = failure(file);
    assert.deepEqual([error.kind, error.problem.file], [kind, file]);
    assert.match(error.message, message);
  }
});
