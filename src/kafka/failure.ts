// What the errors of the Kafka client mean to a load: whether the broker has answered, and with what.
import type { Refusal } from '../transport/answer.ts';

/** What became of a message that was not acknowledged. */
export type KafkaFailure =
  /** A broker could not be reached, or was lost; `cause` says why. */
  | { readonly kind: 'network'; readonly cause: unknown }
  /** A broker has answered, or the client knows from what a broker said that the message has no place. */
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const NETWORK_CODES: ReadonlySet<unknown> = new Set(['PLT_KFK_NETWORK', 'PLT_KFK_TIMEOUT']);

/** The parts of an error of the client that are looked at. */
interface KnownError extends Error {
  readonly code?: unknown;
  /** The name that Kafka gives to an answer: `UNKNOWN_TOPIC_OR_PARTITION`. */
  readonly apiId?: unknown;
  readonly errors?: unknown;
}

/** Reads an error of the client. */
export function readFailure(error: unknown): KafkaFailure {
  const errors = flatten(error);
  const answer = errors.find(({ apiId }) => typeof apiId === 'string');
  if (answer !== undefined) return refused(`Kafka ${String(answer.apiId)}`, answer.message);
  const network = errors.find(({ code }) => NETWORK_CODES.has(code));
  if (network !== undefined) return { kind: 'network', cause: network.cause ?? network };
  const [first] = errors;
  const message = first?.message ?? String(error);
  return refused(message.startsWith('Unknown topic') ? 'Kafka UNKNOWN_TOPIC' : 'Kafka client', message);
}

const refused = (kind: string, message: string): KafkaFailure => ({
  kind: 'refused',
  refusal: { kind, description: `${kind}: ${message}` },
});

/** An error and those that it was made from, the outermost last: the innermost says what happened. */
function flatten(error: unknown): readonly KnownError[] {
  if (!(error instanceof Error)) return [];
  const known: KnownError = error;
  const inner = Array.isArray(known.errors) ? known.errors.flatMap(flatten) : [];
  return [...inner, known];
}
