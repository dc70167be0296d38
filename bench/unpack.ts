// How fast a `.bz2` corpus is unpacked here, beside lbzip2 on the same cores: `npm run bench -- --only unpack`.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { unbzip2 } from '../src/corpus/bzip2/unbzip2.ts';
import { createGenerator } from '../src/corpus/eventdata/generator.ts';
import { median } from './processes.ts';

const DOCUMENTS = 150_000;
const DOCUMENTS_AT_ONCE = 50_000;

/** Megabytes of documents per second of wall time. */
export interface UnpackFigures {
  readonly own: number;
  /** `null` = lbzip2 is not installed. */
  readonly lbzip2: number | null;
  /** Median over the rounds of own / lbzip2. */
  readonly ratio: number | null;
}

/** Unpacks the same corpus by turns. */
export async function measureUnpack(rounds: number): Promise<UnpackFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'osb-bench-'));
  try {
    const bytes = writeCorpus(join(directory, 'documents.json'));
    execFileSync('bzip2', ['-9', join(directory, 'documents.json')]);
    const path = join(directory, 'documents.json.bz2');
    const rate = (millis: number): number => bytes / millis / 1000;
    const [own, other]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      own.push(rate(await timeOwn(path)));
      const millis = await timeLbzip2(path);
      if (millis !== null) other.push(rate(millis));
    }
    const ratios = other.map((value, round) => (own[round] ?? 0) / value);
    const [lbzip2, ratio] = other.length === 0 ? [null, null] : [median(other), median(ratios)];
    return { own: median(own), lbzip2, ratio };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function writeCorpus(path: string): number {
  const generator = createGenerator(1);
  const buffer = Buffer.alloc(64 << 20);
  const file = openSync(path, 'w');
  let size = 0;
  for (let first = 0; first < DOCUMENTS; first += DOCUMENTS_AT_ONCE) {
    const { bytes } = generator.fill(buffer, first, first + DOCUMENTS_AT_ONCE);
    size += writeSync(file, buffer, 0, bytes);
  }
  closeSync(file);
  return size;
}

async function timeOwn(path: string): Promise<number> {
  const start = performance.now();
  const options = { threads: availableParallelism(), signal: new AbortController().signal };
  let bytes = 0;
  for await (const chunk of unbzip2(path, options)) bytes += chunk.length;
  if (bytes === 0) throw new Error(`${path} is empty.`);
  return performance.now() - start;
}

/** `null` if it is not installed. */
async function timeLbzip2(path: string): Promise<number | null> {
  const start = performance.now();
  const child = spawn('lbzip2', ['-d', '-k', '-c', path], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'close');
  try {
    await once(child, 'spawn');
  } catch {
    return null;
  }
  await ended;
  return performance.now() - start;
}
