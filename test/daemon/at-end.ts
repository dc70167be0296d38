// Cleaning up when all tests of a file have ended, last made first.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

const duties: (() => unknown)[] = [];

after(async () => {
  for (const duty of duties.reverse()) await duty();
});

/** May be called from hooks and tests. */
export function atEnd(duty: () => unknown): void {
  duties.push(duty);
}

/** A directory that is removed at the end. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'osb-daemon-')));
  atEnd(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
