// Starts a compiled program, or says why it cannot be started. Plain JavaScript without recent syntax: it must run on an old Node.js to refuse it.
import { existsSync } from 'node:fs';

const oldest = [20, 19];

/** Imports the compiled entry of a program (`benchmarkProgram` or `daemonProgram`) and runs it. */
export function launch(name) {
  const version = process.versions.node.split('.').map(Number);
  if (version[0] < oldest[0] || (version[0] === oldest[0] && version[1] < oldest[1])) {
    refuse('Node.js ' + oldest.join('.') + ' or later is needed; this is ' + process.versions.node + '.');
    return;
  }
  const entry = new URL('../dist/src/cli/', import.meta.url);
  if (!existsSync(new URL('process.js', entry))) {
    refuse('The program is not built. Run: npm ci && npm run build');
    return;
  }
  Promise.all([import(new URL('process.js', entry).href), import(new URL('program.js', entry).href)])
    .then(([{ runProcess }, programs]) => runProcess(programs[name]))
    .catch((error) => refuse('The program cannot be started: ' + (error && error.message)));
}

function refuse(message) {
  process.stderr.write('[ERROR] ' + message + '\n');
  process.exitCode = 64;
}
