// Archives of every format, made by the system's programs, by libraries and by hand, read by programs and in this
// process. Needs: bzip2 and zstd.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { archiveContent } from '../../src/corpus/archive.ts';
import { defaultTools } from '../../src/corpus/preparation.ts';
import { unpack } from '../../src/corpus/unpack.ts';
import { crc32 } from './crc32.ts';
import { prepareOptions, temporaryDirectory } from './workspace.ts';

const signal = new AbortController().signal;
const text = Array.from(
  { length: 20_000 },
  (_, index) => `{"number":${index},"hash":${Math.imul(index, 2654435761) >>> 0}}\n`,
).join('');
const withTools: readonly (readonly string[])[] = [defaultTools, []];

async function contentOf(
  path: string,
  tools: readonly string[],
  onSlow: (message: string) => void = () => undefined,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of archiveContent(path, 'documents.json', { tools, threads: 2, signal, onSlow }))
    chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

/** A tar member as `tar` writes it. */
function tarMember(name: string, content: string, type = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const tarOf = (...members: readonly Buffer[]): Buffer => Buffer.concat([...members, Buffer.alloc(1024)]);

/** A zip archive with deflated members. */
function zipOf(members: readonly (readonly [name: string, content: string])[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of members) {
    const data = deflateRawSync(content);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(crc32(Buffer.from(content)), 10);
    facts.writeUInt32LE(data.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), facts, tail, Buffer.from(name));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

/** Writes the documents and lets a program pack them. */
async function packed(
  context: TestContext,
  extension: string,
  program: string,
  args: readonly string[],
): Promise<string> {
  const directory = await temporaryDirectory(context);
  await writeFile(join(directory, 'documents.json'), text);
  const path = join(directory, `documents.json${extension}`);
  const output = execFileSync(program, args, { cwd: directory, maxBuffer: 1 << 26 });
  if (output.length > 0) await writeFile(path, output);
  return path;
}

describe('unpacking', () => {
  const made: readonly (readonly [extension: string, program: string, args: readonly string[]])[] = [
    ['.bz2', 'bzip2', ['-c', 'documents.json']],
    ['.gz', 'gzip', ['-c', 'documents.json']],
    ['.zst', 'zstd', ['-q', '-c', 'documents.json']],
    ['.zip', 'zip', ['-q', 'documents.json.zip', 'documents.json']],
    ['.tar', 'tar', ['-cf', 'documents.json.tar', './documents.json']],
    ['.tar.gz', 'tar', ['-czf', 'documents.json.tar.gz', 'documents.json']],
    ['.tgz', 'tar', ['-czf', 'documents.json.tgz', 'documents.json']],
    ['.tar.bz2', 'tar', ['-cjf', 'documents.json.tar.bz2', 'documents.json']],
  ];
  for (const [extension, program, args] of made) {
    it(`reads ${extension} by programs and in this process`, async (context) => {
      const path = await packed(context, extension, program, args);
      for (const tools of withTools) assert.equal(await contentOf(path, tools), text);
    });
  }

  it('reads several streams in one file, as parallel packers and concatenation make them', async (context) => {
    const directory = await temporaryDirectory(context);
    const [head, tail] = [text.slice(0, 300_000), text.slice(300_000)];
    const pack = (program: string, part: string) => execFileSync(program, ['-c'], { input: part, maxBuffer: 1 << 26 });
    for (const [extension, program] of [
      ['.bz2', 'bzip2'],
      ['.gz', 'gzip'],
      ['.zst', 'zstd'],
    ] as const) {
      const path = join(directory, `documents.json${extension}`);
      await writeFile(path, Buffer.concat([pack(program, head), pack(program, tail)]));
      for (const tools of withTools) assert.equal(await contentOf(path, tools), text, `${extension} ${tools.length}`);
    }
  });

  it('goes on with the next program, or without one, if a program is not there', async (context) => {
    const path = await packed(context, '.gz', 'gzip', ['-c', 'documents.json']);
    assert.equal(await contentOf(path, ['no-such-program']), text);
  });

  it('says what to install where it takes long without', async (context) => {
    const messages: string[] = [];
    const path = await packed(context, '.zst', 'zstd', ['-q', '-c', 'documents.json']);
    for (const tools of withTools) await contentOf(path, tools, (message) => messages.push(message));
    assert.deepEqual(messages, [
      `Unpacking ${path} takes long without an external program. Install zstd for the next time.`,
    ]);
  });

  it('names a file that is cut off or damaged', async (context) => {
    const directory = await temporaryDirectory(context);
    for (const [extension, program, args] of made) {
      const whole = await readFile(await packed(context, extension, program, args));
      const broken = {
        cut: whole.subarray(0, whole.length >> 1),
        noise: Buffer.concat([Buffer.alloc(64, 'noise'), whole]),
      };
      for (const [kind, bytes] of Object.entries(broken)) {
        const path = join(directory, `${kind}.json${extension}`);
        await writeFile(path, bytes);
        for (const tools of withTools) {
          await assert.rejects(
            contentOf(path, tools),
            { code: 'CORPUS', message: new RegExp(`${kind}.json${extension}`) },
            `${kind} ${extension} ${tools.length}`,
          );
        }
      }
    }
  });

  it('refuses formats that it does not know', async () => {
    await assert.rejects(contentOf('/x/documents.json.7z', []), {
      code: 'CORPUS',
      message: '/x/documents.json.7z is not an archive of a known format.',
    });
  });
});

describe('members of archives', () => {
  it('are found by name in any folder, else taken if there is only one', async (context) => {
    const directory = await temporaryDirectory(context);
    const [tar, zip] = [join(directory, 'a.tar'), join(directory, 'a.zip')];
    await writeFile(
      tar,
      tarOf(tarMember('other.json', 'no'), tarMember('data/', '', '5'), tarMember('data/documents.json', 'yes')),
    );
    await writeFile(
      zip,
      zipOf([
        ['other.json', 'no'],
        ['data/documents.json', 'yes'],
      ]),
    );
    for (const path of [tar, zip]) assert.equal(await contentOf(path, []), 'yes');
    await writeFile(tar, tarOf(tarMember('some-name', 'only')));
    await writeFile(zip, zipOf([['some-name', 'only']]));
    for (const path of [tar, zip]) assert.equal(await contentOf(path, []), 'only');
  });

  it('are named if the wanted one is missing', async (context) => {
    const directory = await temporaryDirectory(context);
    const [tar, zip] = [join(directory, 'a.tar'), join(directory, 'a.zip')];
    await writeFile(tar, tarOf(tarMember('x', '1'), tarMember('y', '2')));
    await writeFile(
      zip,
      zipOf([
        ['x', '1'],
        ['y', '2'],
      ]),
    );
    for (const path of [tar, zip]) {
      await assert.rejects(contentOf(path, []), {
        code: 'CORPUS',
        message: `${path} does not contain documents.json but x, y.`,
      });
    }
    await writeFile(zip, zipOf([]));
    await assert.rejects(contentOf(zip, []), {
      code: 'CORPUS',
      message: `${zip} does not contain documents.json but no files.`,
    });
  });

  it('whose names lead out of the archive are refused', async (context) => {
    const directory = await temporaryDirectory(context);
    for (const name of ['../documents.json', '/etc/documents.json', 'a/../../documents.json', '..\\documents.json']) {
      const [tar, zip] = [join(directory, 'a.tar'), join(directory, 'a.zip')];
      await writeFile(tar, tarOf(tarMember(name, 'evil'), tarMember('documents.json', 'good')));
      await writeFile(
        zip,
        zipOf([
          [name, 'evil'],
          ['documents.json', 'good'],
        ]),
      );
      for (const path of [tar, zip])
        await assert.rejects(
          contentOf(path, []),
          { code: 'CORPUS', message: new RegExp(`${path}`) },
          `${name} in ${path}`,
        );
    }
  });

  it('that are links are not followed', async (context) => {
    const path = join(await temporaryDirectory(context), 'a.tar');
    await writeFile(path, tarOf(tarMember('documents.json', '', '2')));
    await assert.rejects(contentOf(path, []), { code: 'CORPUS' });
  });
});

describe('an unpacked file', () => {
  it('lies under its name when it is complete, with nothing beside it', async (context) => {
    const directory = await temporaryDirectory(context);
    const archive = join(directory, 'documents.json.gz');
    await writeFile(archive, gzipSync(text));
    const options = prepareOptions(directory);
    await unpack(archive, join(directory, 'documents.json'), text.length, options);
    assert.equal(await readFile(join(directory, 'documents.json'), 'utf8'), text);
    assert.deepEqual((await readdir(directory)).sort(), ['documents.json', 'documents.json.gz']);
    const what = 'Unpacking documents.json.gz';
    assert.deepEqual(options.events.at(-2), {
      kind: 'preparation',
      what,
      done: text.length,
      total: text.length,
      unit: 'bytes',
    });
    assert.deepEqual(options.events.at(-1), { kind: 'preparation-end', what });
  });

  it('is refused if it is longer or shorter than expected', async (context) => {
    const directory = await temporaryDirectory(context);
    const archive = join(directory, 'documents.json.gz');
    await writeFile(archive, gzipSync(text));
    for (const [expected, found] of [
      [text.length - 1, 'more'],
      [text.length + 1, `${text.length} bytes`],
    ] as const) {
      await assert.rejects(unpack(archive, join(directory, 'documents.json'), expected, prepareOptions(directory)), {
        code: 'CORPUS',
        message:
          `The documents in ${archive} have ${found}, but the workload expects ${expected} bytes ` +
          '(uncompressed-bytes).',
      });
    }
    assert.deepEqual(await readdir(directory), ['documents.json.gz']);
  });

  it('is refused before it is begun if the disk is too small', async (context) => {
    const directory = await temporaryDirectory(context);
    const archive = join(directory, 'documents.json.gz');
    await writeFile(archive, gzipSync(text));
    const documents = join(directory, 'documents.json');
    await assert.rejects(unpack(archive, documents, 2 ** 52, prepareOptions(directory)), {
      code: 'DISK',
      message: new RegExp(`^Not enough space for ${documents}: ${2 ** 52} bytes are needed, \\d+ are free\\.$`),
    });
  });

  it('is given up when the run is cancelled', async (context) => {
    const directory = await temporaryDirectory(context);
    const archive = await packed(context, '.bz2', 'bzip2', ['-c', 'documents.json']);
    for (const tools of withTools) {
      const abort = new AbortController();
      const options = prepareOptions(directory, { signal: abort.signal, tools, listener: () => abort.abort() });
      await assert.rejects(unpack(archive, join(directory, 'documents.json'), null, options), { code: 'CANCELLED' });
      assert.deepEqual(await readdir(directory), []);
    }
  });
});
