// A machine that generates load for others. It obeys the test run that the coordinator lets command it, one at a time.

import { timingSafeEqual } from 'node:crypto';
import { freemem, hostname } from 'node:os';
import { messageOf, unreachable } from '../errors.ts';
import type { BusMessage, BusSubscription } from '../fleet/protocol/bus.ts';
import type { NodeHello } from '../fleet/protocol/hub-messages.ts';
import { encodeBytes } from '../fleet/protocol/json-codec.ts';
import {
  type DownAnswer,
  type DownMessage,
  downAnswerCodec,
  type NodeQuestion,
  readDown,
} from '../fleet/protocol/node-messages.ts';
import { downSubject, protocolVersion } from '../fleet/protocol/subjects.ts';
import { packageVersion } from '../package.ts';
import { processClock } from '../worker/messages.ts';
import type { NodeAgentOptions } from './node-options.ts';
import { NodeSession } from './node-session.ts';
import { freeBytes, probe } from './probe.ts';

/** A test run that was silent for this long does not keep others from the node. One that lives is heard each second. */
const FRESH_MILLIS = 2500;
/** Most sessions that are remembered as ended, so that commands for them that come late are refused. */
const ENDED_BOUND = 100;

/** Takes the commands and questions for a node, and gives those of a test run to its session. */
export class NodeAgent {
  private readonly options: NodeAgentOptions;
  private readonly ended = new Map<string, string>();
  private subscription: BusSubscription | null = null;
  private session: NodeSession | null = null;

  constructor(options: NodeAgentOptions) {
    this.options = options;
  }

  /** The test run that the node works for; `null` = none. */
  get testRunId(): string | null {
    return this.session?.testRunId ?? null;
  }

  /** Begins to obey. */
  start(): void {
    const callback = (error: Error | null, message: BusMessage): void => {
      if (error === null) this.onMessage(message);
    };
    this.subscription = this.options.bus.subscribe(downSubject(this.options.id), { callback });
  }

  /** Ends the load, and obeys no more. */
  async stop(reason: string): Promise<void> {
    this.subscription?.unsubscribe();
    await this.session?.leave(reason);
  }

  /** What the node says of itself when it registers. */
  async hello(): Promise<NodeHello> {
    const { address, role, cores, version = packageVersion, rootDirectory } = this.options;
    const free = await freeBytes(rootDirectory);
    const machine = { hostName: hostname(), cores, freeMemoryBytes: freemem(), freeDiskBytes: free };
    return {
      protocol: protocolVersion,
      version,
      address,
      role,
      ...machine,
      nodeVersion: process.version,
      processId: process.pid,
    };
  }

  private onMessage(message: BusMessage): void {
    this.reply(message.data).then(
      (answer) => message.respond(encodeBytes(downAnswerCodec, answer)),
      (error: unknown) => this.options.log('ERROR', `A command failed: ${messageOf(error)}`),
    );
  }

  /**
   * Answers a message. Only a probe waits for anything; all else is done before the next message is looked at, so
   * commands are obeyed in their order.
   */
  private async reply(bytes: Uint8Array): Promise<DownAnswer> {
    let down: DownMessage | null;
    try {
      down = readDown(bytes);
    } catch (error) {
      this.options.log('WARNING', `Refused a command: ${messageOf(error)}`);
      return refused('the command cannot be read');
    }
    if (down === null || !isSame(down.secret, this.options.secret)) {
      this.options.log('WARNING', 'Refused a command without the secret of this node.');
      return refused('the command does not have the secret of this node');
    }
    if (down.kind === 'commands') return this.take(down);
    if (down.question.kind !== 'probe') return this.answer(down.session, down.question);
    return { kind: 'probed', probe: await probe(down.question.endpoints, this.options.dataDirectory, this.testRunId) };
  }

  private answer(key: string, question: Exclude<NodeQuestion, { readonly kind: 'probe' }>): DownAnswer {
    const own = this.session?.key === key ? this.session : null;
    own?.heard();
    switch (question.kind) {
      case 'clock':
        return { kind: 'clock', mono: processClock(), wall: Date.now() };
      case 'cancel':
        if (own === null) this.end(key, 'the test run was cancelled');
        own?.cancel();
        return { kind: 'alive' };
      case 'ping': {
        const reason = own === null ? this.ended.get(key) : undefined;
        return reason === undefined ? { kind: 'alive' } : refused(reason);
      }
      default:
        return unreachable(question);
    }
  }

  private take({ session: key, batch }: Extract<DownMessage, { readonly kind: 'commands' }>): DownAnswer {
    const reason = this.ended.get(key);
    if (reason !== undefined) return refused(reason);
    const { session } = this;
    if (session !== null && session.key !== key) {
      if (processClock() - session.lastHeard < FRESH_MILLIS) return { kind: 'busy', testRunId: session.testRunId };
      void session.orphan('another test run has taken its place');
    }
    const own = session?.key === key ? session : this.begin(key);
    own.heard();
    return { kind: 'taken', last: own.accept(batch) };
  }

  private begin(key: string): NodeSession {
    const session: NodeSession = new NodeSession({
      ...this.options,
      key,
      onEnd: (reason) => {
        this.end(key, reason);
        if (this.session === session) this.session = null;
      },
    });
    this.session = session;
    return session;
  }

  private end(key: string, reason: string): void {
    this.ended.set(key, reason);
    const [oldest] = this.ended.keys();
    if (this.ended.size > ENDED_BOUND && oldest !== undefined) this.ended.delete(oldest);
  }
}

const refused = (reason: string): DownAnswer => ({ kind: 'refused', reason });

/** Are the secrets equal? The answer takes as long for any wrong secret of the right length. */
function isSame(given: string, own: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(own)];
  return left.length === right.length && timingSafeEqual(left, right);
}
