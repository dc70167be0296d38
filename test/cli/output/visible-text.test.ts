// What others wrote may not act on a terminal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Console } from '../../../src/cli/output/console.ts';
import { visibleText } from '../../../src/cli/output/visible-text.ts';

/** Everything that a terminal obeys, but tabulators and the ends of lines. */
const acting = /\r(?!\n)|[^\P{Cc}\t\n\r]|\p{Bidi_Control}/u;

const anyText = fc.string({ unit: 'binary', maxLength: 20 });
/** Texts with far more of what acts than chance would give. */
const nasty = fc
  .array(
    fc.oneof(
      anyText,
      fc.constantFrom('\u001b[2J', '\u001b]0;title\u0007', '\u009b31m', '\r', '\r\n', '\u202e', '\u2066'),
    ),
  )
  .map((parts) => parts.join(''));

function consoleOn(isTTY: boolean): { readonly console: Console; readonly written: string[] } {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text), isTTY, columns: 80 };
  return { console: new Console({ stdout: stream, stderr: stream, variables: {} }, false), written };
}

test('characters that act are shown instead, and all others stay', () => {
  assert.equal(
    visibleText('\u001b[31mred\u0007 \u009b1m \u007f \u202eltr\u2069'),
    '␛[31mred␇ \\u009b1m ␡ \\u202eltr\\u2069',
  );
  assert.equal(visibleText('a\tb\r\nc\rd\n'), 'a\tb\r\nc␍d\n');
  assert.equal(visibleText('Grüße, 世界 👩\u200d💻'), 'Grüße, 世界 👩\u200d💻');
  fc.assert(fc.property(nasty, (text) => assert.doesNotMatch(visibleText(text), acting)));
});

test('nothing that is printed acts, whichever way it is printed', () => {
  fc.assert(
    fc.property(nasty, fc.boolean(), (text, isTTY) => {
      const { console, written } = consoleOn(isTTY);
      console.print(text);
      console.info(text);
      console.warning(text);
      console.error(text);
      console.complain(text);
      console.printResult(text);
      console.printSecret(text);
      assert.doesNotMatch(written.join(''), acting);
    }),
  );
});

test('of a line that is rewritten in place only the rewriting acts', () => {
  const { console, written } = consoleOn(true);
  console.showStatus('task\u001b[2J');
  assert.deepEqual(written, ['\r\u001b[2Ktask␛[2J']);
});

test('a complaint about a long text is bearable, and keeps both of its ends', () => {
  const { console, written } = consoleOn(false);
  console.error(`begin ${'x'.repeat(100_000)} end\nnext line`);
  const [line = '', next] = written.join('').split('\n');
  assert.match(line, /^\[ERROR\] begin x+ … \(98018 characters more\) … x+ end$/);
  assert.equal(line.replace(/ … .* … /, '').length, 2000);
  assert.equal(next, 'next line');
});

test('the colours of this program still are colours', () => {
  const { console, written } = consoleOn(true);
  console.print(`${console.red('bad\u001b[2J')} ${console.bold('b')}`);
  assert.deepEqual(written, ['\u001b[31;1mbad␛[2J\u001b[0m \u001b[1mb\u001b[0m\n']);
});
