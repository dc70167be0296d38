// Makes documents of a web access log as bytes. Each is a pure function of the seed and of the number of the document.
import { AGENT_PREFIX, type Agents, buildAgents } from './agents.ts';
import { buildClients, type Clients } from './clients.ts';
import { documentState, fieldHash, seedState } from './random.ts';
import { buildReferrers, REFERRER_PREFIX, type Referrers } from './referrers.ts';
import { buildRequests, type Requests } from './requests.ts';
import { COPY_SLACK, copyText, packTexts, type TextArena } from './text-arena.ts';
import { drawAlias } from './weights.ts';

/** Wall time of the first document. */
export const FIRST_TIMESTAMP = Date.UTC(2017, 6, 3, 8);
/** Documents follow each other by two milliseconds, more or less one: 500 in a second, 20,000,000 in eleven hours. */
export const MILLIS_PER_DOCUMENT = 2;

/**
 * Makes the documents of one seed. Each thread has its own. To build one takes about a quarter of a second and 30 MB.
 */
export interface EventGenerator {
  /**
   * Writes the documents `from` (counted from 0) up to `to`, which is not included, at the start of `target`, one per
   * line. It stops before a document that might not fit: `documents` says how many were written. At least
   * `maxDocumentBytes` of room take at least one.
   */
  fill(target: Uint8Array, from: number, to: number): { readonly documents: number; readonly bytes: number };
  /** No document is longer than this. */
  readonly maxDocumentBytes: number;
}

interface Tables {
  readonly agents: Agents;
  readonly clients: Clients;
  readonly referrers: Referrers;
  readonly requests: Requests;
  readonly fixed: TextArena;
}

/** The texts between the fields, as positions in `FIXED_TEXTS`. */
const BEFORE_SIZE = 0;
const BEFORE_MESSAGE = 1;
const BEFORE_MESSAGE_TIME = 2;
const BEFORE_MESSAGE_REFERRER = 3;
const BETWEEN_REFERRER_AND_AGENT = 4;
const END = 5;
const FIXED_TEXTS = ['", "bytes": ', '", "message": "', ' - - [', ' \\"-\\" ', ' ', '"}\n'];

/**
 * Which numbers of a document decide about which field. A field that is drawn from a table takes two, its own and the
 * next.
 */
const field = { agent: 0, client: 2, referrer: 4, request: 6, thirdOctet: 8, fourthOctet: 9, time: 10 } as const;

const TIMESTAMP_LENGTH = 24;

/** Builds the tables and returns the generator of a seed (an integer). */
export function createGenerator(seed: number): EventGenerator {
  const tables: Tables = {
    agents: buildAgents(),
    clients: buildClients(),
    referrers: buildReferrers(),
    requests: buildRequests(),
    fixed: packTexts(FIXED_TEXTS),
  };
  // Agent, referrer and path stand twice in a document, once of them in its message. The rest takes less than 700
  // bytes.
  const maxDocumentBytes =
    2 * (longest(tables.agents.lengths) + longest(tables.referrers.lengths) + tables.requests.longestPath) +
    700 +
    COPY_SLACK;
  const writer = new EventWriter(tables, seedState(seed));
  return {
    maxDocumentBytes,
    fill(target, from, to) {
      writer.begin(target);
      const last = target.length - maxDocumentBytes;
      let position = 0;
      let document = from;
      for (; document < to && position <= last; document++) position = writer.write(document, position);
      return { documents: document - from, bytes: position };
    },
  };
}

const longest = (lengths: Uint16Array): number => lengths.reduce((most, length) => Math.max(most, length), 0);

/**
 * Writes documents into one target after another. It keeps the text of the current minute, which thousands of documents
 * share.
 */
class EventWriter {
  private readonly tables: Tables;
  private readonly seed: number;
  private view: DataView = new DataView(new ArrayBuffer(0));
  private readonly minuteView = new DataView(new ArrayBuffer(32));
  private minute = Number.NaN;

  constructor(tables: Tables, seed: number) {
    this.tables = tables;
    this.seed = seed;
  }

  begin(target: Uint8Array): void {
    this.view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  }

  /** Writes a document at a position. Returns the position behind it. */
  write(document: number, start: number): number {
    const { agents, clients, referrers, requests, fixed } = this.tables;
    const view = this.view;
    const state = documentState(this.seed, document);
    const agent = drawAlias(agents.alias, fieldHash(state, field.agent), fieldHash(state, field.agent + 1));
    const client = drawAlias(clients.alias, fieldHash(state, field.client), fieldHash(state, field.client + 1));
    const referrer = drawAlias(referrers.alias, fieldHash(state, field.referrer), fieldHash(state, field.referrer + 1));
    const request = drawAlias(requests.alias, fieldHash(state, field.request), fieldHash(state, field.request + 1));
    const path = requests.pathOf[request] ?? 0;
    const size = requests.sizeOf[request] ?? 0;
    const result = requests.resultOf[request] ?? 0;

    const agentStart = start + AGENT_PREFIX.length;
    let position = copyText(agents.fields, agent, view, start);
    position = copyText(clients.countries, clients.countryOf[client] ?? 0, view, position);
    position = copyText(clients.places, clients.placeOf[client] ?? 0, view, position);
    const addressStart = position;
    position = this.writeAddress(client, state, position);
    const addressLength = position - addressStart;
    const referrerStart = position + REFERRER_PREFIX.length;
    position = copyText(referrers.fields, referrer, view, position);
    position = copyText(requests.paths, path, view, position);
    position = copyText(fixed, BEFORE_SIZE, view, position);
    position = writeInteger(size, view, position);
    position = copyText(requests.results, result, view, position);
    const timeStart = position;
    position = this.writeTimestamp(
      FIRST_TIMESTAMP + MILLIS_PER_DOCUMENT * document + (fieldHash(state, field.time) % 3),
      position,
    );

    position = copyText(fixed, BEFORE_MESSAGE, view, position);
    position = copyBack(view, addressStart, addressLength, position);
    position = copyText(fixed, BEFORE_MESSAGE_TIME, view, position);
    position = copyBack(view, timeStart, TIMESTAMP_LENGTH, position);
    position = copyText(requests.verbs, result, view, position);
    position = copyText(requests.paths, path, view, position);
    position = copyText(requests.statuses, result, view, position);
    position = writeInteger(size, view, position);
    position = copyText(fixed, BEFORE_MESSAGE_REFERRER, view, position);
    position = copyBack(view, referrerStart, referrers.lengths[referrer] ?? 0, position);
    position = copyText(fixed, BETWEEN_REFERRER_AND_AGENT, view, position);
    position = copyBack(view, agentStart, agents.lengths[agent] ?? 0, position);
    return copyText(fixed, END, view, position);
  }

  private writeAddress(client: number, state: number, start: number): number {
    const { addressOf, firstPrefix, octets } = this.tables.clients;
    const bits = addressOf[client] ?? 0;
    const isPrefix = client >= firstPrefix;
    let position = copyText(octets, bits >>> 24, this.view, start);
    position = copyText(octets, (bits >>> 16) & 255, this.view, position);
    position = copyText(
      octets,
      isPrefix ? hostOctet(fieldHash(state, field.thirdOctet)) : (bits >>> 8) & 255,
      this.view,
      position,
    );
    // The octet ends with a dot, which the next text overwrites.
    return (
      copyText(octets, isPrefix ? hostOctet(fieldHash(state, field.fourthOctet)) : bits & 255, this.view, position) - 1
    );
  }

  private writeTimestamp(time: number, position: number): number {
    const minute = Math.floor(time / 60_000);
    if (minute !== this.minute) {
      const text = new Date(minute * 60_000).toISOString();
      for (let i = 0; i < TIMESTAMP_LENGTH; i++) this.minuteView.setUint8(i, text.charCodeAt(i));
      this.minute = minute;
    }
    const view = this.view;
    copyForward(this.minuteView, view, position);
    const millis = time - minute * 60_000;
    const second = Math.floor(millis / 1000);
    const rest = millis - second * 1000;
    view.setUint8(position + 17, 0x30 + Math.floor(second / 10));
    view.setUint8(position + 18, 0x30 + (second % 10));
    view.setUint8(position + 20, 0x30 + Math.floor(rest / 100));
    view.setUint8(position + 21, 0x30 + (Math.floor(rest / 10) % 10));
    view.setUint8(position + 22, 0x30 + (rest % 10));
    return position + TIMESTAMP_LENGTH;
  }
}

/**
 * An octet of the host part of an address, a high one more often than a low one: `floor(u * (1 - u) * 1020)` for a
 * uniform u.
 */
function hostOctet(bits: number): number {
  const u = bits / 0x1_0000_0000;
  return Math.floor(u * (1 - u) * 1020);
}

function copyForward(source: DataView, target: DataView, position: number): void {
  for (let i = 0; i < TIMESTAMP_LENGTH; i += 8) target.setFloat64(position + i, source.getFloat64(i, true), true);
}

/** Copies a text from an earlier position of the same document, at least eight bytes before. */
function copyBack(view: DataView, from: number, length: number, position: number): number {
  for (let i = 0; i < length; i += 8) view.setFloat64(position + i, view.getFloat64(from + i, true), true);
  return position + length;
}

function writeInteger(value: number, view: DataView, position: number): number {
  let end = position + 1;
  for (let bound = 10; value >= bound; bound *= 10) end++;
  let rest = value;
  for (let at = end - 1; at >= position; at--) {
    const tenth = Math.floor(rest / 10);
    view.setUint8(at, 0x30 + rest - tenth * 10);
    rest = tenth;
  }
  return end;
}
