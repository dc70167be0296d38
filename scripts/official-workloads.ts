// Runs every test procedure of a checkout of workloads against a real OpenSearch, in test mode, with small corpora that
// are made from the mappings and queries of each workload; prints what became of each.
//
//   npm run official -- PATH [--only workload,workload/procedure] [--server host:port] [--limit seconds] [--json]
//
// Without --server it starts servers by itself, one after the other, with the plug-ins that the procedures need, as far
// as they can be had. A procedure that no server can serve is left out, and the table says why. The exit code is 0 if
// all was rendered and no request of what was run has failed but those of which that was expected, else 1.
// Needs: a JDK.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exitCodes, messageOf } from '../src/errors.ts';
import { isGood, jsonText, type Row, reasonsOf, tableText } from './official/outcome.ts';
import { survey } from './official/survey.ts';
import { givenTarget, startTarget } from './official/target-server.ts';

const USAGE =
  'usage: npm run official -- PATH [--only workload,workload/procedure] [--server host:port] ' +
  '[--limit seconds] [--json]\n';
const DEFAULT_LIMIT_SECONDS = 180;

interface Options {
  readonly checkout: string;
  readonly only: readonly string[];
  readonly server: string | null;
  readonly limit: number;
  readonly isJson: boolean;
}

/** Throws an error whose message says what is wrong with the arguments. */
function readArguments(words: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      only: { type: 'string', default: '' },
      server: { type: 'string' },
      limit: { type: 'string', default: String(DEFAULT_LIMIT_SECONDS) },
      json: { type: 'boolean', default: false },
    },
  });
  const [checkout, ...others] = positionals;
  const limit = Number(values.limit);
  if (checkout === undefined || others.length > 0) throw new Error('Exactly one path of a checkout must be given.');
  if (!(limit > 0)) throw new Error(`--limit must be a number of seconds above 0, not ${values.limit}.`);
  return {
    checkout: resolve(checkout),
    only: values.only.split(',').filter((name) => name !== ''),
    server: values.server ?? null,
    limit,
    isJson: values.json,
  };
}

function tell({ workload, procedure, outcome }: Row): void {
  const [reason = ''] = reasonsOf(outcome);
  process.stderr.write(`${workload}/${procedure}: ${outcome.kind}${reason === '' ? '' : ` (${reason})`}\n`);
}

async function main(): Promise<void> {
  const { server, isJson, ...what } = readArguments(process.argv.slice(2));
  const home = mkdtempSync(join(tmpdir(), 'official-workloads-'));
  const cancelled = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => cancelled.abort(new Error(`Ended by ${name}.`)));
  try {
    const provideServer = server === null ? startTarget : () => givenTarget(server);
    const known: Row[] = [];
    const onRow = (row: Row): void => {
      known.push(row);
      tell(row);
    };
    const { signal } = cancelled;
    const rows = await survey({ ...what, home, provideServer, signal, onRow }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      process.stderr.write(`${messageOf(error)} The table has what is known so far.\n`);
      return known;
    });
    process.stdout.write(`${isJson ? jsonText(rows) : tableText(rows)}\n`);
    process.exitCode = signal.aborted ? exitCodes.cancelled : rows.every(isGood) ? 0 : 1;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n${USAGE}`);
  process.exitCode = 2;
});
