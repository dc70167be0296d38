// What it costs to make bulk bodies: documents per CPU-second of the bulk reader alone, with files in the page cache.
// Run: node dist/bench/bulk-reader.js
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BulkReader, type BulkReaderOptions } from '../src/corpus/bulk-reader.ts';
import { clientSlices } from '../src/corpus/client-slices.ts';
import { buildOffsetTable } from '../src/corpus/offset-table.ts';
import type { PreparedDocumentSet } from '../src/corpus/prepared.ts';

const DOCUMENTS = 400_000;
const ROUNDS = 5;

interface Case {
  readonly name: string;
  readonly documentBytes: number;
  readonly withActions: boolean;
  readonly options: Partial<BulkReaderOptions>;
}

const cases: readonly Case[] = [
  { name: '740 B, action lines put between', documentBytes: 740, withActions: false, options: {} },
  { name: '740 B, bulks of 500', documentBytes: 740, withActions: false, options: { bulkSize: 500 } },
  { name: '740 B, bulks of 100', documentBytes: 740, withActions: false, options: { bulkSize: 100 } },
  { name: '740 B, verbatim', documentBytes: 740, withActions: true, options: {} },
  { name: '130 B, action lines put between', documentBytes: 130, withActions: false, options: {} },
  {
    name: '740 B, random ids, updates',
    documentBytes: 740,
    withActions: false,
    options: { conflicts: { order: 'random', probability: 25, onConflict: 'update', recency: 0.5 } },
  },
];

async function writeDocuments(path: string, documentBytes: number, withActions: boolean): Promise<number> {
  const handle = await open(path, 'w');
  let size = 0;
  for (let start = 0; start < DOCUMENTS; start += 1000) {
    let text = '';
    for (let id = start; id < start + 1000; id++) {
      const fill = 'x'.repeat(Math.max(0, Math.floor(documentBytes * (0.8 + 0.4 * ((id * 7919) % 1000) * 0.001)) - 30));
      text += `${withActions ? '{"index": {"_index": "bench"}}\n' : ''}{"id":${id},"text":"${fill}"}\n`;
    }
    size += (await handle.write(text)).bytesWritten;
  }
  await handle.close();
  return size;
}

async function readAll(
  documentSet: PreparedDocumentSet,
  options: Partial<BulkReaderOptions>,
): Promise<{ documents: number; bytes: number }> {
  const slices = clientSlices([{ name: 'bench', documentSets: [documentSet] }], 0, 1);
  const base = {
    bulkSize: 5000,
    headRoom: 1024,
    looped: false,
    conflicts: null,
    random: Math.random,
  };
  const reader = new BulkReader(slices, { ...base, ...options });
  let documents = 0;
  let bytes = 0;
  for (;;) {
    const wait = reader.ready();
    if (wait !== null) await wait;
    if (!reader.next()) break;
    documents += reader.documents;
    bytes += reader.length;
  }
  await reader.close();
  return { documents, bytes };
}

async function runCase(directory: string, { name, documentBytes, withActions, options }: Case): Promise<void> {
  const path = join(directory, 'documents.json');
  const size = await writeDocuments(path, documentBytes, withActions);
  const table = { path, size, documentCount: DOCUMENTS, includesActionAndMetaData: withActions };
  const indexStart = process.cpuUsage();
  const offsets = await buildOffsetTable(path, () => undefined, new AbortController().signal);
  const indexCpu = cpuSeconds(indexStart);
  const documentSet: PreparedDocumentSet = {
    sourceFormat: 'bulk',
    ...table,
    targetIndex: 'bench',
    targetType: null,
    targetDataStream: null,
    offsets: offsets.entries,
  };
  const rates: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    const result = await readAll(documentSet, options);
    rates.push(result.documents / cpuSeconds(start));
    bytes = result.bytes;
  }
  const median = rates.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
  const row = [
    name.padEnd(34),
    Math.round(median).toLocaleString('en').padStart(12),
    ((median * bytes) / DOCUMENTS / 1e9).toFixed(2).padStart(8),
  ];
  process.stdout.write(`${row.join(' | ')} | ${(size / indexCpu / 1e9).toFixed(2).padStart(10)}\n`);
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const used = process.cpuUsage(since);
  return (used.user + used.system) / 1e6;
}

const directory = await mkdtemp(join(tmpdir(), 'bulk-reader-'));
try {
  process.stdout.write(`${'case'.padEnd(34)} | docs/CPU-s    |   GB/s   | index GB/s\n`);
  for (const item of cases) await runCase(directory, item);
} finally {
  await rm(directory, { recursive: true });
}
