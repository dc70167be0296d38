// Holds the tree to the rules of the house, and each rule to a tree in which it is broken.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PICTURE_FILE, WALLS_FILE, wallsText, withPicture } from '../../scripts/house/generated.ts';
import {
  brokenTable,
  danglingReferences,
  deadFiles,
  forbiddenImports,
  importCircles,
  longLines,
  openSwitches,
  undocumentedExports,
} from '../../scripts/house/rules.ts';
import { readTree, type SourceFile, sourceFile } from '../../scripts/house/source-tree.ts';
import { packageRoot } from '../../src/package.ts';

const tree = readTree(packageRoot);
const inTree = (path: string): string => readFileSync(join(packageRoot, path), 'utf8');

/** Apart from what follows it, so that the planted references are none of this file. */
const docs = 'docs';

interface Rule {
  readonly name: string;
  readonly check: (files: readonly SourceFile[]) => readonly string[];
  /** Files that break the rule, as path and text. */
  readonly broken: Readonly<Record<string, string>>;
  /** What the rule says of them. */
  readonly says: RegExp;
}

const rules: readonly Rule[] = [
  {
    name: 'a folder imports only from those that the table gives it',
    check: forbiddenImports,
    broken: {
      'src/schedule/pacer.ts': "import { x } from '../http/wire.ts';\n",
      'src/http/wire.ts': 'export const x = 1;\n',
    },
    says: /schedule\/ may not import http\//,
  },
  {
    name: 'each file of src is in a folder that the table knows',
    check: forbiddenImports,
    broken: { 'src/attic/box.ts': '' },
    says: /src\/attic\/box\.ts is in no room/,
  },
  {
    name: 'no file imports itself by way of others',
    check: importCircles,
    broken: {
      'src/a.ts': "import type { B } from './b.ts';\n",
      'src/b.ts': "export const a = await import('./a.ts');\n",
    },
    says: /src\/a\.ts → src\/b\.ts → src\/a\.ts/,
  },
  {
    name: 'a switch over kinds says what happens to others',
    check: openSwitches,
    broken: { 'src/a.ts': "  switch (event.kind) {\n    case 'a':\n      break;\n  }\n" },
    says: /src\/a\.ts:1: the switch has no default/,
  },
  {
    name: 'an exported name has a doc comment',
    check: undocumentedExports,
    broken: { 'src/a.ts': '// Head.\n\nexport interface Thing {\n  readonly a: string;\n}\n' },
    says: /src\/a\.ts:3: Thing/,
  },
  {
    name: 'references lead to what is in the tree',
    check: danglingReferences,
    broken: {
      [`${docs}/a.md`]: 'See [there](b.md).\n',
      'src/a.ts': `// As in ${docs}/b.md and in ${'spec'}/3.\n`,
    },
    says: /docs\/a\.md:1 refers to docs\/b\.md.*src\/a\.ts:1 cites a page.*src\/a\.ts:1 refers to docs\/b\.md/s,
  },
  {
    name: 'lines have at most 120 columns',
    check: longLines,
    broken: { 'src/a.ts': `// ${'a'.repeat(118)}\n` },
    says: /src\/a\.ts:1 has 121/,
  },
  {
    name: 'each file of src is used by another',
    check: deadFiles,
    broken: { 'src/a.ts': '', 'src/b.ts': '', 'src/cli/program.ts': "import '../b.ts';\n" },
    says: /^Nothing imports src\/a\.ts\.$/,
  },
];

for (const { name, check, broken, says } of rules) {
  test(`${name}`, () => {
    assert.deepEqual(check(tree), []);
  });

  test(`it is noticed where this is broken: ${name}`, () => {
    const files = Object.entries(broken).map(([path, text]) => sourceFile(path, text));
    assert.match(check(files).join('\n'), says);
  });
}

test('the table of folders has no circle and no folder without files', () => {
  assert.deepEqual(brokenTable(tree), []);
  const files = [sourceFile('src/http/wire.ts', ''), sourceFile('src/worker/client.ts', '')];
  const table = [
    { folder: 'http', holds: '', imports: ['worker'] },
    { folder: 'worker', holds: '', imports: ['http'] },
    { folder: 'store', holds: '', imports: [] },
  ];
  assert.deepEqual(brokenTable(files, table), [
    'The table lets http/ import worker/, which does not stand before it.',
    'The table names store/, which has no files.',
  ]);
});

test('the walls of the linter are those of the table; `npm run house` writes them', () => {
  assert.equal(inTree(WALLS_FILE), wallsText());
});

test('the picture of the architecture is that of the table; `npm run house` draws it', () => {
  assert.equal(inTree(PICTURE_FILE), withPicture(inTree(PICTURE_FILE)));
});
