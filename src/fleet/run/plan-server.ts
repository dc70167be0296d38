// Answers the requests with which nodes fetch bytes from their test run: ranges of the plan, and ranges of document
// files that a node cannot get from anywhere else.
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, unreachable } from '../../errors.ts';
import type { RunPlan } from '../node.ts';
import { writeBinaryMessage } from '../protocol/binary-message.ts';
import { fetchAnswerCodec, fetchRequestCodec, rangeBytes } from '../protocol/fetch-messages.ts';
import { decodeBytes, encodeBytes } from '../protocol/json-codec.ts';
import type { PlanAddress } from '../protocol/node-messages.ts';
import { digestOf, openPlanCodec, openPlanOf } from '../protocol/run-plan-codec.ts';

/** A file on the coordinator: the documents of a set, or the archive that holds them. */
export interface DocumentSource {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the unpacked documents, in hexadecimal. */
  readonly documents: string;
}

/** Finds the file of a document set, named by its position in the corpus, or gets it. Rejects if there is none. */
export type LocateDocuments = (corpus: string, set: number) => Promise<DocumentSource>;

/** If a file is not there after this time, the node is told to ask again, before its request runs out of time. */
const PATIENCE_MILLIS = 500;

/** Serves the nodes of one run. `session` is the run's own name for itself, which each request must give. */
export class PlanServer {
  private readonly session: string;
  private readonly locate: LocateDocuments;
  private readonly plans = new Map<string, Uint8Array>();
  private readonly addresses = new WeakMap<object, PlanAddress>();
  private readonly located = new Map<string, Promise<DocumentSource>>();

  constructor(session: string, locate: LocateDocuments) {
    this.session = session;
    this.locate = locate;
  }

  /**
   * Makes a plan available and returns its address. A plan object that is offered again is not encoded again. Throws
   * `PLUGIN` if the files of its plug-in are too large.
   */
  offer(plan: RunPlan): PlanAddress {
    const known = this.addresses.get(plan);
    if (known !== undefined) return known;
    const bytes = encodeBytes(openPlanCodec, openPlanOf(plan));
    const address = { digest: digestOf(bytes), bytes: bytes.length };
    this.plans.set(address.digest, bytes);
    this.addresses.set(plan, address);
    return address;
  }

  /** The answer to a request of a node. Never rejects: if something is wrong, the answer is `missing` and says what. */
  async answer(bytes: Uint8Array): Promise<Uint8Array> {
    try {
      const request = decodeBytes(fetchRequestCodec, bytes, 'request');
      if (request.session !== this.session) return missing('The test run is over.');
      switch (request.kind) {
        case 'plan': {
          const plan = this.plans.get(request.digest);
          return plan === undefined
            ? missing('There is no such plan.')
            : range(plan.subarray(request.offset, request.offset + rangeBytes));
        }
        case 'find':
          return await this.find(request.corpus, request.set);
        case 'document':
          return await readRange(await this.source(request.corpus, request.set), request.offset);
        default:
          return unreachable(request);
      }
    } catch (error) {
      return missing(messageOf(error));
    }
  }

  private async find(corpus: string, set: number): Promise<Uint8Array> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), PATIENCE_MILLIS);
    });
    const source = await Promise.race([this.source(corpus, set), patience]);
    clearTimeout(timer);
    if (source === null) return writeBinaryMessage(fetchAnswerCodec, { kind: 'preparing' });
    return writeBinaryMessage(fetchAnswerCodec, {
      kind: 'file',
      name: basename(source.path),
      bytes: source.bytes,
      documents: source.documents,
    });
  }

  private source(corpus: string, set: number): Promise<DocumentSource> {
    const key = JSON.stringify([corpus, set]);
    const source = this.located.get(key) ?? this.locate(corpus, set);
    this.located.set(key, source);
    return source;
  }
}

const missing = (reason: string): Uint8Array => writeBinaryMessage(fetchAnswerCodec, { kind: 'missing', reason });
const range = (bytes: Uint8Array): Uint8Array =>
  writeBinaryMessage(fetchAnswerCodec, { kind: 'range', digest: digestOf(bytes) }, [bytes]);

async function readRange({ path, bytes }: DocumentSource, offset: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const buffer = new Uint8Array(Math.max(0, Math.min(rangeBytes, bytes - offset)));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
    return range(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
