// What a daemon in the background tells its starter.
import { fromWireError, type WireError } from '../../errors.ts';

/** How a daemon has started. */
export interface Started {
  readonly address: string;
  readonly coordinator: string;
  /** `joined`, or why not yet. */
  readonly link: string;
}

export type StartMessage = ({ readonly kind: 'started' } & Started) | { readonly kind: 'failed'; readonly error: WireError };

/** Reads a message of a process that runs the same program; `null` if it is something else. Throws the error that it carries. */
export function readStartMessage(message: unknown): Started | null {
  if (!isStartMessage(message)) return null;
  if (message.kind === 'failed') throw fromWireError(message.error);
  return message;
}

function isStartMessage(message: unknown): message is StartMessage {
  return typeof message === 'object' && message !== null && 'kind' in message && (message.kind === 'started' || message.kind === 'failed');
}
