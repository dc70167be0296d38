// How fast one core makes documents of the built-in workload: node dist/bench/eventdata.js
import { createGenerator } from '../src/corpus/eventdata/generator.ts';

const ROUNDS = 8;
const DOCUMENTS = 50_000;

function measure(): void {
  const started = performance.now();
  const generator = createGenerator(1);
  const built = performance.now() - started;
  const target = Buffer.alloc(64 * 1024 * 1024);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const cpu = process.cpuUsage();
    const { bytes } = generator.fill(target, round * DOCUMENTS, (round + 1) * DOCUMENTS);
    const { user, system } = process.cpuUsage(cpu);
    rates.push(bytes / (user + system));
  }
  rates.sort((a, b) => a - b);
  const median = rates[ROUNDS / 2] ?? 0;
  process.stdout.write(
    `| figure | value |\n|---|--:|\n| tables built, ms | ${built.toFixed(0)} |\n` +
      `| documents, MB per CPU second, median of ${ROUNDS} | ${median.toFixed(0)} |\n` +
      `| slowest round | ${(rates[0] ?? 0).toFixed(0)} |\n| fastest round | ${(rates.at(-1) ?? 0).toFixed(0)} |\n`,
  );
}

measure();
