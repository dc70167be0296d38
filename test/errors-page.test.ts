// The page about errors describes exactly the codes that exist.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { packageRoot } from '../src/package.ts';

it('docs/errors.md describes every error code, in the order of the code, and no other', () => {
  const source = readFileSync(join(packageRoot, 'src', 'errors.ts'), 'utf8');
  const union = /export type ErrorCode =([^;]*);/.exec(source)?.[1] ?? '';
  const codes = [...union.matchAll(/'([A-Z_]+)'/g)].map((match) => match[1]);
  const rows = [
    ...readFileSync(join(packageRoot, 'docs', 'errors.md'), 'utf8').matchAll(/^\| `([A-Z_]+)` \| (.*) \|$/gm),
  ];
  assert.ok(codes.length > 15);
  assert.deepEqual(
    rows.map((row) => row[1]),
    codes,
  );
  for (const row of rows) assert.ok((row[2] ?? '').split('|')[0]?.trim() !== '', `${row[1]} has no meaning`);
});
