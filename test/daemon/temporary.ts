// Directories of tests, removed when the tests of the file have ended.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'osb-daemon-')));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
