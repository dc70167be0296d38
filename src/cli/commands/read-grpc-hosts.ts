// Reads `--grpc-target-hosts`: where the cluster is spoken to over gRPC.
import { BenchmarkError, exitCodes, type Problem } from '../../errors.ts';
import { GrammarProblem, readJsonText } from '../../http/key-value-text.ts';
import { isJsonArray, isJsonObject, type Json } from '../../json.ts';
import { readTextFile } from '../../text-file.ts';
import { parsePlace } from '../../transport/place.ts';

const FLAG = '--grpc-target-hosts';
const CLUSTER = 'default';

/**
 * The hosts, `host:port` each; `null` if the text is empty, so that the default holds. It has the forms of
 * `--target-hosts`: a list, JSON by cluster, or the path of a JSON file. Throws `CONFIG` with all problems.
 */
export function readGrpcHosts(text: string, home: string | undefined): readonly string[] | null {
  if (text.trim() === '') return null;
  const problems: Problem[] = [];
  const hosts: string[] = [];
  for (const entry of entriesOf(text, home)) {
    const place = placeText(entry);
    const isPlace = place !== null && parsePlace(place) !== null;
    if (isPlace) hosts.push(place);
    else problems.push({ file: FLAG, message: 'Each entry must be host:port; the port cannot be left out.' });
  }
  if (problems.length === 0 && hosts.length > 0) return hosts;
  throw wrong(problems);
}

const wrong = (problems: readonly Problem[]): BenchmarkError =>
  new BenchmarkError('CONFIG', `${FLAG} does not name hosts and ports.`, {
    exitCode: exitCodes.failure,
    problems,
    hint: `Give it as ${FLAG}=127.0.0.1:9400; gRPC is spoken without TLS and without a password.`,
  });

function entriesOf(text: string, home: string | undefined): readonly Json[] {
  const json = readJson(text, home);
  if (json === null) return text.split(',').filter((part) => part.trim() !== '');
  const { value } = json;
  if (isJsonArray(value)) return value;
  const entries = isJsonObject(value) ? value.get(CLUSTER) : undefined;
  if (entries === undefined || (isJsonObject(value) && value.size > 1))
    throw wrong([{ file: FLAG, message: `It must be an object with the one cluster "${CLUSTER}".` }]);
  return isJsonArray(entries) ? entries : [entries];
}

function readJson(text: string, home: string | undefined): ReturnType<typeof readJsonText> {
  try {
    return readJsonText(text, readTextFile, home);
  } catch (error) {
    if (error instanceof GrammarProblem) throw wrong([{ file: FLAG, message: error.message, hint: error.hint }]);
    throw error;
  }
}

function placeText(entry: Json): string | null {
  if (typeof entry === 'string') return entry.trim();
  if (!isJsonObject(entry)) return null;
  const [host, port] = [entry.get('host'), entry.get('port')];
  if (typeof host !== 'string') return null;
  return `${host.includes(':') ? `[${host}]` : host}:${typeof port === 'number' ? port : ''}`;
}
