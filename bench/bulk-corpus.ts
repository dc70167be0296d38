// A document file for the benchmark of bulk requests: lines of 740 bytes on average.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { PreparedCorpus, PreparedDocumentSet } from '../src/corpus/prepared.ts';

const DOCUMENTS = 200_000;
const FRAME = '{"id":0000000,"message":""}\n'.length;

/** Writes the file and describes it as a prepared corpus. */
export async function writeBenchCorpus(path: string): Promise<PreparedCorpus> {
  const stream = createWriteStream(path);
  let size = 0;
  for (let document = 0; document < DOCUMENTS; document += 1000) {
    let chunk = '';
    for (let line = document; line < document + 1000; line++) {
      const filling = 'x'.repeat(640 - FRAME + ((line * 7919) % 201));
      chunk += `{"id":${String(line).padStart(7, '0')},"message":"${filling}"}\n`;
    }
    size += chunk.length;
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
  const documentSet: PreparedDocumentSet = {
    sourceFormat: 'bulk',
    path,
    size,
    documentCount: DOCUMENTS,
    includesActionAndMetaData: false,
    targetIndex: 'bench',
    targetType: null,
    targetDataStream: null,
    offsets: [],
  };
  return { name: 'bench', documentSets: [documentSet] };
}
