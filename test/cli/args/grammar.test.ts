// The grammars of values.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  readBoolean,
  readDictionaryText,
  readFilledList,
  readFilledText,
  readInteger,
  readJdk,
  readList,
  readNumber,
  readPercentiles,
  readTags,
  readTimestamp,
  readVersion,
} from '../../../src/cli/args/grammar.ts';

describe('values', () => {
  const accepted: readonly (readonly [name: string, actual: () => unknown, expected: unknown])[] = [
    ['an empty list', () => readList(''), []],
    ['a list is trimmed', () => readList(' a, b ,,c'), ['a', 'b', 'c']],
    ['a list without gaps', () => readFilledList(' a, b'), ['a', 'b']],
    ['a text that is there', () => readFilledText('a'), 'a'],
    ['an integer with separators', () => readInteger('1_000', 0), 1000],
    ['a negative integer', () => readInteger('-3', -5), -3],
    ['a number', () => readNumber('0.25', 0), 0.25],
    ['percentiles are sorted and each is there once', () => readPercentiles('99.9,50,99.9, 100'), [50, 99.9, 100]],
    ['no percentiles', () => readPercentiles(''), []],
    [
      'true in several words',
      () => ['true', 'True', '1', 'yes', 'y', 'no', 'false', '0'].map(readBoolean),
      [true, true, true, true, true, false, false, false],
    ],
    ['tags split at the first colon', () => readTags('intent:base, url:http://x'), { intent: 'base', url: 'http://x' }],
    ['no tags', () => readTags(''), {}],
    ['a dictionary as pairs', () => readDictionaryText('a:1,b:x'), 'a:1,b:x'],
    ['a dictionary as JSON', () => readDictionaryText('{"a": [1]}'), '{"a": [1]}'],
    ['a dictionary as a file', () => readDictionaryText('~/params.json'), '~/params.json'],
    ['a version', () => readVersion('3.0.0-beta1'), '3.0.0-beta1'],
    ['a JDK', () => readJdk('17'), '17'],
    ['the bundled JDK', () => readJdk('bundled'), 'bundled'],
    ['a time is UTC', () => readTimestamp('2026-11-23 01:14:23'), Date.UTC(2026, 10, 23, 1, 14, 23)],
  ];
  for (const [name, actual, expected] of accepted) it(name, () => assert.deepEqual(actual(), expected));

  const refused: readonly (readonly [name: string, actual: () => unknown, message: RegExp])[] = [
    ['a list that is empty', () => readFilledList(''), /nothing is listed; is a variable of the shell empty/],
    ['a list of nothing', () => readFilledList(' ,'), /nothing is listed/],
    ['a list with a gap', () => readFilledList('a,'), /'a,' has an empty item/],
    ['an empty text', () => readFilledText(' '), /it is empty; is a variable of the shell empty/],
    ['a fraction as integer', () => readInteger('1.5', 0), /not a whole number/],
    ['an integer that loses digits', () => readInteger('99999999999999999999', 0), /too large/],
    ['a word as number', () => readNumber('x', 0), /not a number/],
    ['the percentile 0', () => readPercentiles('0'), /not above 0/],
    ['the percentile 101', () => readPercentiles('50,101'), /the percentile 101/],
    ['a tag without colon', () => readTags('a'), /'a' is not a pair/],
    ['broken JSON', () => readDictionaryText('{"a": }'), /not JSON: .* at line 1, column 7/],
    ['two numbers as version', () => readVersion('2.11'), /not a version/],
    ['an old version', () => readVersion('0.9.0'), /oldest supported version is 1.0.0/],
    ['a JDK with a fraction', () => readJdk('1.8'), /neither/],
    ['a date without time', () => readTimestamp('2026-11-23'), /not a time/],
    ['a time that is none', () => readTimestamp('2026-13-23 00:00:00'), /not a time/],
  ];
  for (const [name, actual, message] of refused) it(name, () => assert.throws(actual, message));
});
