// The contract between a client of the load and its connection:
//
//   closed ──open()──▶ opening ──onOpen──▶ open ──send()──▶ busy ──onAnswer──▶ open
//     ▲                   │                  │                │
//     └── onFailure ◀─────┴── onIdleClose ◀──┴── onFailure ◀──┘      destroy() leads to closed without a call
import type { Answer, BodyUse } from './answer.ts';
import type { PreparedRequest } from './request.ts';

/**
 * Why a connection gave no answer. `refused`, `unreachable` and `handshake` (the TLS handshake was cut off) happen only
 * while connecting. `tls` is the one kind that cannot get better by itself: a certificate, a name, a version of the
 * protocol, or plain text on one side and TLS on the other.
 */
export type WireFailureKind = 'refused' | 'unreachable' | 'handshake' | 'tls' | 'lost' | 'protocol';

/** Why a socket failed. */
export interface SocketFailure {
  readonly kind: WireFailureKind;
  /** For people: host and port, what happened; no secrets. */
  readonly message: string;
}

/** How far a connection was when it failed. */
export type WirePhase =
  /** It was not open yet. */
  | 'opening'
  /** Open, and no request was under way. */
  | 'idle'
  /** A request was under way, and no byte of its answer had come, or what came was no answer. */
  | 'unanswered'
  /** In the middle of an answer, or at the place where it breaks the rules. */
  | 'answering';

/** Why and when a connection failed. */
export interface WireFailure extends SocketFailure {
  readonly phase: WirePhase;
}

/** Gets what happens on a connection, synchronously from the read callback. */
export interface WireOwner {
  /** The connection is open (TLS done): `send` may be called. */
  onOpen(): void;
  /**
   * Asked once per answer with status < 300 whose request was sent with `peek`, when at least 1,024 bytes of its body
   * (or all of it) are there. `true` keeps the whole body, `false` skips the rest: `body` then is the first 1,024
   * bytes, or the whole of a body that had arrived already.
   */
  needsWholeBody(answer: Answer): boolean;
  /**
   * The last byte of the answer is there. `answer` is valid during the call only. `send` may be called from within,
   * unless `answer.closes`: the connection is then closed already, nothing more is called, and `open` may be called
   * from within.
   */
  onAnswer(answer: Answer): void;
  /**
   * The connection is gone, whether a request was under way or not. Called once; the connection is then closed and can
   * be opened again.
   */
  onFailure(failure: WireFailure): void;
  /** An idle connection was closed in an orderly way by the server: no request was lost. */
  onIdleClose(): void;
}

/** What a connection must know of a request beside its bytes. */
export type RequestTraits = Omit<PreparedRequest, 'bytes' | 'isRepeatable'>;

/** One connection: one request at a time, never pipelined. */
export interface Wire {
  readonly isOpen: boolean;
  readonly isBusy: boolean;
  /** Opens the connection, or opens it again after it was closed. Fails after the time limit of the options. */
  open(): void;
  /** Sends what a request gives this endpoint to send. Only when open and not busy. */
  send(bytes: Buffer, request: RequestTraits, bodyUse: BodyUse): void;
  /** Ends the connection at once without a callback (a timeout, the end of the run). */
  destroy(): void;
}
