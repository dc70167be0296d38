// Requests of searches over gRPC, and what the load reads of their answers.
import { ProtoMessage, ProtoReader } from './protobuf.ts';

/** The method of a search. */
export const SEARCH_METHOD = '/org.opensearch.protobufs.services.SearchService/Search';

/** What of a search is sent; what is `null` is left out. */
export interface SearchMessageParts {
  /** Names and patterns; none = all indices. */
  readonly indices: readonly string[];
  /** Whether the answer holds the documents. */
  readonly fetchSource: boolean;
  readonly requestCache: boolean | null;
  readonly allowPartialResults: boolean | null;
  readonly docvalueFields: readonly string[];
  readonly body: SearchBodyParts;
}

/** What stands in the body of a search. */
export interface SearchBodyParts {
  readonly query: ProtoMessage | null;
  readonly from: number | null;
  readonly size: number | null;
  readonly profile: boolean | null;
  readonly minScore: number | null;
  readonly terminateAfter: number | null;
  /** How long the search may take: `5000ms`. */
  readonly timeout: string | null;
  readonly storedFields: readonly string[];
  /** `track_total_hits`: whether, or up to which number, hits are counted. */
  readonly trackTotalHits: boolean | number | null;
}

/** The bytes of a `SearchRequest`. */
export function encodeSearch(parts: SearchMessageParts): Buffer {
  const message = new ProtoMessage();
  for (const name of parts.indices) message.text(1, name);
  message.message(2, new ProtoMessage().boolean(1, parts.fetchSource));
  if (parts.allowPartialResults !== null) message.boolean(6, parts.allowPartialResults);
  for (const field of parts.docvalueFields) message.text(13, field);
  if (parts.requestCache !== null) message.boolean(22, parts.requestCache);
  return message.message(32, encodeBody(parts.body)).encode();
}

function encodeBody(body: SearchBodyParts): ProtoMessage {
  const message = new ProtoMessage();
  if (body.from !== null) message.integer(5, body.from);
  if (body.trackTotalHits !== null) message.message(7, trackHits(body.trackTotalHits));
  if (body.minScore !== null) message.float(11, body.minScore);
  if (body.profile !== null) message.boolean(13, body.profile);
  if (body.query !== null) message.message(16, body.query);
  if (body.size !== null) message.integer(20, body.size);
  if (body.terminateAfter !== null) message.integer(26, body.terminateAfter);
  if (body.timeout !== null) message.text(27, body.timeout);
  for (const field of body.storedFields) message.text(32, field);
  return message;
}

const trackHits = (value: boolean | number): ProtoMessage =>
  typeof value === 'boolean' ? new ProtoMessage().boolean(1, value) : new ProtoMessage().integer(2, value);

/** What the answer to a search says of the search. */
export interface SearchFacts {
  /** In ms. */
  readonly took: number;
  readonly timedOut: boolean;
  readonly hits: number;
  /** `gte` if the hits are a lower bound. */
  readonly relation: 'eq' | 'gte';
}

const RELATION_AT_LEAST = 2;

/** Reads a `SearchResponse`. Throws `MalformedMessage`. */
export function readSearchFacts(answer: Buffer): SearchFacts {
  let took = 0;
  let timedOut = false;
  let total = { hits: 0, relation: 0 };
  const reader = new ProtoReader().open(answer);
  while (reader.next()) {
    if (reader.field === 1) took = reader.value;
    else if (reader.field === 2) timedOut = reader.value !== 0;
    else if (reader.field === 5) total = readTotal(reader);
  }
  return { took, timedOut, hits: total.hits, relation: total.relation === RELATION_AT_LEAST ? 'gte' : 'eq' };
}

/** `HitsMetadata.total`, which holds either `TotalHits` or a plain number. */
function readTotal(hits: ProtoReader): { readonly hits: number; readonly relation: number } {
  const found = { hits: 0, relation: 0 };
  eachField(new ProtoReader().enter(hits), 1, (total) =>
    eachField(new ProtoReader().enter(total), null, (choice) => {
      if (choice.field === 2) found.hits = choice.value;
      else
        eachField(new ProtoReader().enter(choice), null, (field) => {
          if (field.field === 1) found.relation = field.value;
          else if (field.field === 2) found.hits = field.value;
        });
    }),
  );
  return found;
}

function eachField(reader: ProtoReader, only: number | null, visit: (reader: ProtoReader) => void): void {
  while (reader.next()) if (only === null || reader.field === only) visit(reader);
}
