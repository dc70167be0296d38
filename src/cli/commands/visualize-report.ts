// Writes the report of a stored test run, and shows it if there is a desktop.
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { BenchmarkError } from '../../errors.ts';
import { runPage } from '../../page/run-page.ts';
import { readHistory } from '../../store/history-store.ts';
import { replaceFile } from '../../store/replace-file.ts';
import { readTestRun, testRunFile } from '../../store/test-run-store.ts';
import type { CommandContext } from '../context.ts';
import type { ProcessEnvironment } from '../environment.ts';

const FILE = 'test_run_report.html';
const WHAT = 'The report';

/**
 * Makes the report of a test run beside its results, and a copy at `outputPath` if that is given. Rejects with
 * `TEST_RUN_NOT_FOUND` or `DISK`.
 */
export async function visualize(context: CommandContext, id: string, outputPath: string | null): Promise<void> {
  const { settings, console, environment } = context;
  const run = await readTestRun(settings.rootDirectory, id);
  const { results } = run;
  if (results === null)
    throw new BenchmarkError('TEST_RUN_NOT_FOUND', `The test run "${id}" has no results yet.`, {
      hint: 'It is still under way, or it was ended by force.',
    });
  const page = runPage({ run, results, history: await readHistory(settings.rootDirectory, id) });
  const path = join(dirname(testRunFile(settings.rootDirectory, id)), FILE);
  await replaceFile(path, page, WHAT);
  const copy = outputPath === null ? null : copyPath(resolve(environment.workingDirectory, outputPath));
  if (copy !== null) await replaceFile(copy, page, WHAT);
  const shown = copy ?? path;
  console.info(`HTML report saved to: ${shown}`);
  if (console.isInteractive && hasDesktop(environment)) openInBrowser(shown);
}

function copyPath(path: string): string {
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isDirectory || basename(path) === '' ? join(path, FILE) : path;
}

const hasDesktop = ({ variables }: ProcessEnvironment): boolean =>
  process.platform === 'darwin' || (variables.DISPLAY ?? '') !== '' || (variables.WAYLAND_DISPLAY ?? '') !== '';

/** Asks the desktop to show a file. Whether it does is its own affair: the path was told. */
function openInBrowser(path: string): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(opener, [path], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}
