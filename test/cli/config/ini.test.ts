// Ini files as Python reads them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseIni } from '../../../src/cli/config/ini.ts';

const text = `# a comment
; another
[meta]
config.version = 17

[Reporting]
Datastore.Password: a%b=c;d # not a comment
doubled = 50%%
empty =
many = one
    two

[workloads]
default.url=https://host/path
`;

describe('parseIni', () => {
  const { sections, problems } = parseIni('f.ini', text);
  const value = (section: string, key: string) => sections.get(section)?.get(key);

  it('reads sections, both separators, comments and lines', () => {
    assert.deepEqual(problems, []);
    assert.deepEqual([...sections.keys()], ['meta', 'Reporting', 'workloads']);
    assert.deepEqual(value('meta', 'config.version'), { value: '17', line: 4 });
    assert.equal(value('workloads', 'default.url')?.value, 'https://host/path');
    assert.equal(value('Reporting', 'empty')?.value, '');
  });

  it('knows no case in keys and leaves values raw', () => {
    assert.equal(value('Reporting', 'datastore.password')?.value, 'a%b=c;d # not a comment');
  });

  it('reads a doubled percent sign as one, for files that were written for the original', () => {
    assert.equal(value('Reporting', 'doubled')?.value, '50%');
  });

  it('joins continuation lines', () => {
    assert.equal(value('Reporting', 'many')?.value, 'one\ntwo');
  });

  it('names file and line of all problems', () => {
    const broken = parseIni('f.ini', 'x = 1\n[a]\nnonsense\nk = 1\nK = 2\n[a]\n').problems;
    assert.deepEqual(broken, [
      { file: 'f.ini', line: 1, message: 'a key before the first [section]' },
      { file: 'f.ini', line: 3, message: "'nonsense' is neither a section nor a line of the form key = value" },
      { file: 'f.ini', line: 5, message: 'the key k is there twice in its section' },
      { file: 'f.ini', line: 6, message: 'section [a] is there twice' },
    ]);
  });
});
