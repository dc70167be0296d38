// One HTTP/1.1 connection of the load path, over a plain or a TLS socket.

import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { messageOf } from '../errors.ts';
import type { BodyUse } from '../transport/answer.ts';
import { explainSocketError, failure } from '../transport/network-failure.ts';
import type { RequestTraits, SocketFailure, Wire, WireOwner, WirePhase } from '../transport/wire.ts';
import type { ClientOptions } from './client-options.ts';
import type { Endpoint } from './endpoint.ts';
import { formatPlace } from './endpoint.ts';
import { answerBroken, answerMore, ResponseReader } from './response-reader.ts';
import type { WireContext } from './wire-context.ts';

const KEEP_ALIVE_DELAY_MS = 60_000;
/**
 * How long a host may take to accept a connection, or the time limit of the options if that is shorter. A host that
 * takes longer is not there.
 */
const ACCEPT_SECONDS = 10;
/** How an answer begins that some proxies send, without a request, before they close an idle connection. */
const IDLE_TIMEOUT_ANSWER = 'HTTP/1.1 408';

/** A connection to one endpoint; {@link Wire.open} opens it. */
export function createWire(endpoint: Endpoint, options: ClientOptions, owner: WireOwner, shared: WireContext): Wire {
  return new Connection(endpoint, options, owner, shared);
}

class Connection implements Wire {
  isOpen = false;
  isBusy = false;
  private readonly endpoint: Endpoint;
  private readonly options: ClientOptions;
  private readonly owner: WireOwner;
  private readonly shared: WireContext;
  private readonly reader: ResponseReader;
  private readonly place: string;
  private socket: Socket | null = null;
  private isShakingHands = false;
  private openTimer: NodeJS.Timeout | null = null;

  constructor(endpoint: Endpoint, options: ClientOptions, owner: WireOwner, shared: WireContext) {
    this.endpoint = endpoint;
    this.options = options;
    this.owner = owner;
    this.shared = shared;
    this.place = formatPlace(endpoint);
    this.reader = new ResponseReader((answer) => owner.needsWholeBody(answer));
  }

  open(): void {
    if (this.socket !== null) return;
    const socket = this.connect();
    if (socket === null) return;
    this.socket = socket;
    this.isShakingHands = false;
    this.limitOpening('accept the connection', Math.min(this.options.timeout, ACCEPT_SECONDS));
    // What still happens on a socket that was given up must not be taken for an event of its successor.
    const whenCurrent = (handle: () => void) => () => {
      if (this.socket === socket) handle();
    };
    socket.on('error', (error) => whenCurrent(() => this.fail(explainSocketError(error, this.place, this.stage())))());
    socket.on(
      'end',
      whenCurrent(() => this.onEnd()),
    );
    socket.on(
      'close',
      whenCurrent(() => this.onEnd()),
    );
    if (!this.endpoint.useTls)
      socket.on(
        'connect',
        whenCurrent(() => this.onConnected()),
      );
    else {
      socket.on(
        'connect',
        whenCurrent(() => this.onAccepted()),
      );
      socket.on(
        'secureConnect',
        whenCurrent(() => this.onConnected()),
      );
      socket.on('session', (session: Buffer) => this.shared.sessions(this.options).set(this.place, session));
    }
  }

  send(bytes: Buffer, { isHead }: RequestTraits, bodyUse: BodyUse): void {
    if (this.socket === null || !this.isOpen || this.isBusy)
      throw new Error('A request was sent on a connection that is closed or busy.');
    this.reader.expect(isHead, bodyUse);
    this.isBusy = true;
    this.socket.write(bytes);
  }

  destroy(): void {
    this.release();
  }

  private connect(): Socket | null {
    const { host, port } = this.endpoint;
    const base = {
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
      onread: { buffer: this.shared.readBuffer, callback: (length: number) => this.onRead(length) },
    };
    if (!this.endpoint.useTls) return connectTcp(base);
    const session = this.shared.sessions(this.options).get(this.place);
    try {
      return connectTls({
        ...base,
        secureContext: this.shared.secureContext(this.options),
        rejectUnauthorized: this.options.verifyCertificates,
        ...(isIP(host) === 0 ? { servername: host } : {}),
        ...(session === undefined ? {} : { session }),
        ...(this.options.verifyHostName ? {} : { checkServerIdentity: () => undefined }),
      });
    } catch (error) {
      // Told later, as any other failure is: the caller has not stored yet what it needs to know of this connection.
      this.openTimer = setTimeout(() => this.fail(failure('tls', messageOf(error))), 0);
      return null;
    }
  }

  /** The host has accepted; the handshake has a limit of its own. */
  private onAccepted(): void {
    this.isShakingHands = true;
    this.limitOpening('finish the TLS handshake', this.options.timeout);
  }

  private onConnected(): void {
    this.stopTimer();
    this.isOpen = true;
    this.owner.onOpen();
  }

  /** The hot path: called by Node.js with the bytes that are now in the shared buffer. `true` = go on reading. */
  private onRead(length: number): boolean {
    // A socket that was given up may still have a read under way.
    if (this.socket === null) return true;
    const bytes = this.shared.readBuffer;
    if (!this.isBusy) {
      this.onIdleData(bytes, length);
      return true;
    }
    const { reader } = this;
    const step = reader.push(bytes, length);
    if (step === answerMore) return true;
    if (step === answerBroken) {
      // Whatever the pieces in which it came: an answer that breaks the rules is one, and something else is none.
      this.fail(
        failure(reader.isTls ? 'tls' : 'protocol', `${this.place} sent ${reader.problem}`),
        reader.isForeign ? 'unanswered' : 'answering',
      );
      return true;
    }
    // If an answer overtakes its request, the rest of the request is still in the socket, and its buffer must not be
    // used again. The connection is given up. (TLS has copied the request, so there it does not matter.)
    if (!this.endpoint.useTls && this.socket.writableLength > 0) reader.answer.closes = true;
    this.deliver();
    return true;
  }

  private deliver(): void {
    const { answer } = this.reader;
    if (answer.closes) this.release();
    else this.isBusy = false;
    this.owner.onAnswer(answer);
  }

  private onIdleData(bytes: Buffer, length: number): void {
    if (
      length >= IDLE_TIMEOUT_ANSWER.length &&
      bytes.toString('latin1', 0, IDLE_TIMEOUT_ANSWER.length) === IDLE_TIMEOUT_ANSWER
    ) {
      this.release();
      this.owner.onIdleClose();
    } else this.fail(failure('protocol', `${this.place} sent data that nobody had asked for`));
  }

  /** The server has closed its side. */
  private onEnd(): void {
    if (this.isBusy && this.reader.finish()) this.deliver();
    else if (this.isBusy) {
      const progress = this.reader.hasBegun ? 'in the middle of an answer' : 'before it answered';
      this.fail(failure('lost', `${this.place} closed the connection ${progress}`));
    } else if (this.isOpen) {
      this.release();
      this.owner.onIdleClose();
    } else this.fail(explainSocketError(new Error('it closed the connection'), this.place, this.stage()));
  }

  private stage(): 'connect' | 'tls' | 'open' {
    if (this.isOpen) return 'open';
    return this.isShakingHands ? 'tls' : 'connect';
  }

  private phase(): WirePhase {
    if (!this.isOpen) return 'opening';
    if (!this.isBusy) return 'idle';
    return this.reader.hasBegun ? 'answering' : 'unanswered';
  }

  private limitOpening(step: string, limit: number): void {
    this.stopTimer();
    const late = failure('unreachable', `${this.place} cannot be reached: it did not ${step} within ${limit} s`);
    this.openTimer = setTimeout(() => this.fail(late), limit * 1000);
  }

  private fail({ kind, message }: SocketFailure, phase = this.phase()): void {
    this.release();
    // The TLS session may be what made the handshake fail, so it is not tried again.
    if (phase === 'opening') this.shared.sessions(this.options).delete(this.place);
    this.owner.onFailure({ kind, message, phase });
  }

  private release(): void {
    this.stopTimer();
    this.isOpen = false;
    this.isBusy = false;
    const { socket } = this;
    this.socket = null;
    socket?.destroy();
  }

  private stopTimer(): void {
    if (this.openTimer !== null) clearTimeout(this.openTimer);
    this.openTimer = null;
  }
}
